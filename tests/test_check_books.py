"""check_books: sound books pass, and each way of breaking them is found by its rule, with exactly the id at fault.

The books are broken by SQL of the tables' owner, with triggers and constraints taken away first: nothing less gets in.
"""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal as D
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from billing.models import Batch, BillLine, Product, StockMovement, Unit
from billing.services.buyer import Buyer
from billing.services.checkout import Terms, complete_cart
from billing.services.tender import Tender
from billing.tests.factories import ProductFactory, filled_cart, sell, stocked_product
from customers.models import LikelyPair
from customers.records import delete_customer
from customers.tests.factories import CustomerFactory
from debts import statement
from tests import (
    credit_books,
    imported_books,
    money_books,
    opening_books,
    record_books,
    return_books,
    stock_books,
    till_books,
)
from viveka.books import bounds, ties
from viveka.books.check import RULES, check_books
from viveka.books.oldest_first import Movement, out_of_turn
from viveka.merge.merging import merge_customers
from viveka.merge.undoing import undo_merge
from viveka.stores.models import Counter, StockPolicy, Store, User
from viveka.stores.tests.factories import StoreFactory, staff

pytestmark = pytest.mark.django_db
Ids = dict[str, Any]


def trade(store: Store, by: User) -> Ids:
    """A little of everything that a store can do, and the ids of it by name."""
    money = stock_books.run_short_and_put_right(store, by)
    money |= credit_books.take_goods_without_a_bill(store, by)
    money |= till_books.trade_at_a_till(store, by) | return_books.take_back_a_little(store, by)
    money |= money_books.trade_ahead_and_on_credit(store, by)
    money |= record_books.trade_by_appointment(store, by) | opening_books.bring_along(store, by)
    money |= imported_books.bring_old_books(store, by)
    soap = stocked_product(store, batches=[(3, 80, 100), (10, 85, 110), (10, 85, 110)], by=by, name="Soap")
    sugar = stocked_product(store, batches=[(5, "40", "44.42")], unit=Unit.KILOGRAM, by=by, name="Sugar")
    cut = ProductFactory.create(store=store, stock_policy=StockPolicy.NONE, selling_price=D(250), name="Cut")
    cash = Tender("cash", received=D(2000))
    first = sell(store, by, [(soap, 5), (cut, 1)], tenders=[cash], buyer=Buyer(phone="9876543210", name="Asha"))
    second = sell(
        store, by, [(sugar, "1.250")], buyer=Buyer(name="Ravi"), terms=Terms(discount=D("1.00")),
        tenders=[Tender("upi", D(10)), Tender("card")],
    )  # fmt: skip
    cart = filled_cart(store, by, [(soap, 1), (sugar, 2)], phone="98765 43211", customer=first.bill.customer)
    dear = soap.batches.order_by("received_at", "id").last()
    cart.lines.filter(product=soap).update(packet=dear)  # at the price of another packet than the oldest
    cart.lines.filter(product=sugar).update(amount=D("20.00"))  # for this money
    third = complete_cart(store=store, by=by, cart_id=cart.pk, tenders=[Tender("cash")], now=timezone.now())
    twin, gone = records(store, by, first.bill.customer_id)
    last = CustomerFactory.create(store=store)
    made = money | {name: row.pk for name, row in {"soap": soap, "sugar": sugar, "cut": cut, "last": last}.items()}
    made |= {"first": first.bill.pk, "second": second.bill.pk, "third": third.bill.pk, "store": store.pk}
    made |= {"twin": twin, "gone": gone}
    made |= {"asha": first.bill.customer_id, "ravi": second.bill.customer_id}
    for number, batch in enumerate(soap.batches.order_by("received_at", "id"), 1):
        made[f"batch{number}"] = batch.pk
    made["sugar_batch"] = sugar.batches.get().pk
    lines = BillLine.objects.filter(bill=first.bill).order_by("position")
    made["other_payment"] = second.bill.payments.get(method="card").pk
    made |= {f"line{line.position}": line.pk for line in lines}  # 3 soaps, 2 soaps, a cut
    moved = StockMovement.objects.filter(product=soap, reason="sold").order_by("id")
    made |= {f"moved{number}": movement.pk for number, movement in enumerate(moved, 1)}
    made["for_20"] = BillLine.objects.get(bill=third.bill, by_amount=True).pk
    ProductFactory.create(store=store, is_active=False, turned_out=soap)
    made["cust_counter"] = Counter.objects.get(store=store, name="CUST").pk
    made["bill_counter"] = Counter.objects.get(store=store, name=f"bill {first.bill.year}").pk
    return made


def records(store: Store, by: User, asha: int) -> tuple[int, int]:
    """A record merged, undone and merged again, a deleted one, a likely duplicate; the merged and the deleted one."""
    now = timezone.now()
    twin, gone = CustomerFactory.create(store=store).pk, CustomerFactory.create(store=store).pk
    made = merge_customers(store=store, survivor_id=asha, loser_id=twin, by=by, now=now)
    undo_merge(store=store, merge_id=made.pk, by=by, now=now)
    merge_customers(store=store, survivor_id=asha, loser_id=twin, by=by, now=now)
    delete_customer(store=store, pk=gone, by=by, now=now)
    first, second = sorted((asha, gone))
    LikelyPair.objects.create(store=store, first_id=first, second_id=second, bits=20)
    return twin, gone


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Ids]:
    """Two stores that did all of it, for all tests here: it takes longer than they do."""
    with django_db_blocker.unblock(), transaction.atomic():
        there, here = StoreFactory(), StoreFactory()
        trade(there, staff(there, "manager"))
        yield trade(here, staff(here, "cashier")) | {"other store": there.pk}
        transaction.set_rollback(True)


@pytest.fixture
def _django_db_helper() -> None:
    """In place of pytest-django's transaction for each test, whose end would end that of `world`."""


@pytest.fixture(autouse=True)
def as_it_was(world: Ids) -> Iterator[None]:
    """What a test does to the books is undone."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def ours(world: Ids) -> Ids:
    return world


@pytest.fixture
def store(world: Ids) -> Store:
    return Store.objects.get(pk=world["store"])


@pytest.fixture
def other_store(world: Ids) -> Store:
    return Store.objects.get(pk=world["other store"])


def unfence() -> None:
    """Take away every trigger and constraint of the shop's tables, until the test is rolled back."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SET CONSTRAINTS ALL IMMEDIATE;
            DO $$ DECLARE one record; BEGIN
                FOR one IN SELECT conrelid::regclass AS tab, conname FROM pg_constraint
                            WHERE connamespace = current_schema::regnamespace AND contype IN ('c', 'u', 'f')
                              AND conrelid::regclass::text
                                  ~ '^(billing|customers|advances|debts|stores_counter|stores_till)' LOOP
                    EXECUTE format('ALTER TABLE %s DROP CONSTRAINT IF EXISTS %I CASCADE', one.tab, one.conname);
                END LOOP;
                FOR one IN SELECT indexrelid::regclass AS name FROM pg_index
                            WHERE indrelid::regclass::text ~ '^(billing|customers|advances|debts|stores_till)'
                              AND indisunique AND NOT indisprimary LOOP
                    EXECUTE format('DROP INDEX %s', one.name);
                END LOOP;
                FOR one IN SELECT DISTINCT tgrelid::regclass AS tab FROM pg_trigger
                            WHERE NOT tgisinternal
                              AND tgrelid::regclass::text ~ '^(billing|customers|advances|debts|stores_till)' LOOP
                    EXECUTE format('ALTER TABLE %s DISABLE TRIGGER USER', one.tab);
                END LOOP;
            END $$;
            """
        )


def seller(store: Store) -> User:
    return User.objects.filter(memberships__store=store)[0]


def run(sql: str, ids: Ids) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, ids)


def wrong(rule: str) -> list[Any]:
    (verdict,) = check_books(rules=[one for one in RULES if one.name == rule])
    return verdict.wrong


# (rule, whose id it reports, what breaks it). "table: change" is an UPDATE of the row that is reported.
BREAKS = [
    ("customer_number_reads_right", "ravi", "customer: number = 'KUST1'"),
    ("customer_number_reads_right", "ravi", "customer: number = 'CUST002'"),
    ("customer_number_reads_right", "ravi", "customer: number = 'CUST00002'"),
    ("customer_numbers_without_gap", "last", "customer: number = 'CUST0099'"),
    ("customer_numbers_without_gap", "last", "customer: number = 'CUST0001'"),
    ("customer_counter_is_last", "cust_counter", "counter: value = 70"),
    ("customer_counter_is_last", "no counter", "DELETE FROM stores_counter WHERE id = %(cust_counter)s"),
    ("bill_number_reads_right", "second", "bill: number = 'BILL-2627-000777'"),
    ("bill_number_reads_right", "second", "bill: number = 'BILL-2425-000002', year = '2425'"),
    ("bill_numbers_without_gap", "third", "bill: sequence = sequence + 1"),
    ("bill_numbers_without_gap", "third", "bill: sequence = sequence - 2"),
    ("bill_counter_is_last", "bill_counter", "counter: value = 2"),
    ("bill_total_adds_up", "second", "bill: total = total + 0.01"),
    ("bill_is_its_lines", "second", "bill: subtotal = subtotal + 1, discount = discount + 1"),
    ("bill_is_its_lines", "second", "DELETE FROM billing_billline WHERE bill_id = %(second)s"),
    ("bill_is_its_lines", "first", "UPDATE billing_billline SET rounding = 0.01 WHERE id = %(line1)s"),
    ("bill_cost_is_of_its_lines", "first", "bill: total_cost = total_cost - 0.01"),
    (
        "bill_is_paid_exactly",
        "second",
        "UPDATE billing_payment SET amount = amount - 0.01 WHERE bill_id = %(second)s AND method = 'upi'",
    ),
    ("bill_is_paid_exactly", "third", "DELETE FROM billing_payment WHERE bill_id = %(third)s"),
    (
        "bill_is_paid_at_its_own_moment",
        "third",
        "UPDATE billing_payment SET at = at - interval '1 day' WHERE bill_id = %(third)s",
    ),
    ("bill_is_paid_exactly", "third", "UPDATE billing_payment SET amount = 'NaN' WHERE bill_id = %(third)s"),
    (
        "bill_change_is_what_was_over",
        "first",
        "UPDATE billing_payment SET tendered = tendered + 1 WHERE bill_id = %(first)s",
    ),
    ("bill_day_is_the_stores", "first", "bill: day = day - 1"),
    ("bill_names_its_customer", "first", "bill: customer_number = ''"),
    ("bill_names_its_customer", "second", "bill: customer_id = NULL"),
    ("line_subtotal_is_quantity_times_price", "line2", "billline: price = price + 1"),
    ("line_subtotal_is_quantity_times_price", "for_20", "billline: price = price + 1"),
    ("line_total_adds_up", "line1", "billline: discount = discount + 1"),
    ("line_cost_is_of_its_batches", "line1", "UPDATE billing_batch SET cost_price = 81 WHERE id = %(batch1)s"),
    ("line_cost_is_of_its_batches", "line3", "billline: cost = 1"),
    ("line_moved_its_goods", "line1", "DELETE FROM billing_stockmovement WHERE bill_line_id = %(line1)s"),
    (
        "line_moved_its_goods",
        "line2",
        "UPDATE billing_stockmovement SET quantity = quantity - 1 WHERE id = %(moved2)s",
    ),
    ("batch_remaining_is_its_movements", "batch2", "batch: remaining = remaining - 1"),
    ("batch_was_received_once", "batch3", "batch: quantity = 11"),
    ("batch_was_received_once", "batch3", "DELETE FROM billing_stockmovement WHERE batch_id = %(batch3)s"),
    ("batch_remaining_within_received", "batch1", "batch: remaining = -1"),
    ("batch_remaining_within_received", "batch3", "batch: remaining = 10.001"),
    ("batch_remaining_within_received", "batch3", "batch: remaining = 'NaN'"),
    ("product_stock_is_its_batches", "soap", "product: current_stock = 1"),
    ("movement_is_of_its_product", "moved2", "stockmovement: product_id = %(sugar)s"),
    ("movement_sign_follows_reason", "moved1", "stockmovement: bill_line_id = NULL"),
    ("movement_sign_follows_reason", "moved1", "stockmovement: quantity = 3"),
    ("sold_oldest_first", "moved2", "stockmovement: batch_id = %(batch3)s"),
    ("customer_statistics_are_their_bills", "asha", "customer: purchase_count = 3"),
    ("customer_statistics_are_their_bills", "asha", "customer: total_purchases = 0"),
    ("customer_statistics_are_their_bills", "ravi", "customer: last_purchase_at = NULL"),
    ("customer_phone_is_e164", "asha", "customer: phone = '9876543210'"),
    ("customer_phone_finds_its_customer", "ravi", "customer: phone = '+919876500000'"),
    (
        "customer_phone_finds_its_customer",
        "asha",
        "UPDATE customers_customerphone SET former_since = now() WHERE customer_id = %(asha)s",
    ),
    ("customer_phone_finds_its_customer", "last", "DELETE FROM customers_customerphone WHERE customer_id = %(last)s"),
    (
        "merged_customer_leads_to_a_survivor",
        "twin",
        "UPDATE customers_customer SET merged_into_id = %(ravi)s WHERE id = %(asha)s",
    ),
    ("merged_customer_has_a_merge", "twin", "customer: merged_into_id = NULL"),
    ("merged_customer_has_a_merge", "last", "customer: merged_into_id = %(ravi)s"),
    ("merged_customer_has_nothing_left", "twin", "customer: purchase_count = 1"),
    (
        "merged_customer_has_nothing_left",
        "twin",
        "UPDATE billing_bill SET customer_id = %(twin)s WHERE id = %(second)s",
    ),
    ("deleted_customer_says_why", "gone", "customer: deleted_at = NULL"),
    ("deleted_customer_says_why", "last", "customer: deleted_at = now()"),
    ("deleted_customer_owes_nothing", "gone", "customer: debt_balance = 1"),
    ("bill_phone_is_e164", "first", "bill: customer_phone = '98765 43210'"),
    *money_books.BREAKS,
    *opening_books.BREAKS,
    *imported_books.BREAKS,
    *record_books.BREAKS,
    *return_books.BREAKS,
    *stock_books.BREAKS,
    *till_books.BREAKS,
    *credit_books.BREAKS,
]
APPS = {"customer": "customers", "counter": "stores"}
APPS |= dict.fromkeys(["advancepayment", "deduction", "utilization", "walletentry"], "advances")
APPS |= dict.fromkeys(["tillcount", "tillsession"], "stores")
APPS |= dict.fromkeys(["appointment", "booking", "enquiry"], "advances")
APPS |= dict.fromkeys(["debt", "debtpayment", "allocation", "debtreduction"], "debts")
APPS |= dict.fromkeys(["paymentreversal", "paymentpromise", "openingbalance"], "debts")


def test_sound_books_keep_every_rule(ours: Ids) -> None:
    assert {verdict.rule.name: verdict.wrong for verdict in check_books() if not verdict.is_ok} == {}


def test_every_rule_has_a_way_of_being_broken_here() -> None:
    names = [rule.name for rule in RULES]
    assert len(set(names)) == len(names)
    elsewhere = {rule.name for rule in bounds.RULES + ties.RULES} | {"statement_closes_as_the_next_opens"}
    assert set(names) == {rule for rule, _, _ in BREAKS} | elsewhere


def test_a_statement_that_opens_otherwise_is_reported(ours: Ids, monkeypatch: pytest.MonkeyPatch) -> None:
    """No row can break this one, only the code that reads them."""
    assert wrong("statement_closes_as_the_next_opens") == []
    nothing = statement._NOTHING
    monkeypatch.setattr(statement, "_opening", lambda customer, begins: replace(nothing, debt=D(1)))
    assert wrong("statement_closes_as_the_next_opens")


def test_sentences_are_sentences() -> None:
    for rule in RULES:
        assert rule.says.endswith((".", ").")) and rule.says[0].isupper(), rule.name


@pytest.mark.parametrize(("rule", "culprit", "what"), BREAKS)
def test_what_breaks_a_rule_is_reported_by_it(ours: Ids, rule: str, culprit: str, what: str) -> None:
    unfence()
    if ":" in what:
        table, change = what.split(": ")
        what = f"UPDATE {APPS.get(table, 'billing')}_{table} SET {change} WHERE id = %({culprit})s"
    run(what, ours)
    expected = f"none in store {ours['store']}" if culprit == "no counter" else ours[culprit]
    assert [str(one) for one in wrong(rule)] == [str(expected)]


@pytest.mark.parametrize(
    ("model", "field"),
    [pytest.param(*key, id=f"{key[1]}") for key in ties.foreign_keys() if str(key[1]) != "billing.Payment.money_back"],
)
def test_a_row_that_ties_two_stores_is_reported(
    ours: Ids, store: Store, other_store: Store, model: Any, field: Any
) -> None:
    rule = f"{model._meta.model_name}_{field.name}_of_one_store"
    row = model._default_manager.filter(store=store, **{f"{field.name}__isnull": False}).first()
    parent = field.related_model._default_manager.filter(store=other_store).first()
    unfence()
    sql = f'UPDATE "{model._meta.db_table}" SET "{field.column}" = %(parent)s WHERE id = %(row)s'
    run(sql, {"parent": parent.pk, "row": row.pk})
    assert wrong(rule) == [row.pk]
    run(sql, {"parent": None if field.null else parent.pk, "row": row.pk})
    assert wrong(rule) == ([] if field.null else [row.pk])


SET = 'UPDATE "{}" SET "{}" = %(value)s WHERE id = %(row)s'


@pytest.mark.parametrize(("model", "fields"), list(bounds.amounts()))
def test_a_number_that_is_none_is_reported(ours: Ids, store: Store, model: Any, fields: Any) -> None:
    """In each of its columns."""
    bounded = f"{model._meta.model_name}_amounts_within_bounds"
    row = model._default_manager.filter(store=store).first()
    unfence()
    for field in fields:
        change = SET.format(model._meta.db_table, field.column)
        run(change, {"value": D("NaN"), "row": row.pk})
        assert wrong(bounded) == [row.pk], field
        run(change, {"value": getattr(row, field.attname), "row": row.pk})
    assert wrong(bounded) == []


def test_no_rule_stumbles_over_a_number_that_is_none(ours: Ids, store: Store) -> None:
    unfence()
    for model, fields in bounds.amounts():
        row = model._default_manager.filter(store=store).first()
        for field in fields:
            run(SET.format(model._meta.db_table, field.column), {"value": D("NaN"), "row": row.pk})
    assert len(list(check_books())) == len(RULES)


def test_a_key_to_nothing_is_reported(ours: Ids) -> None:
    unfence()
    run("DELETE FROM billing_batch WHERE id = %(batch3)s", ours)
    assert len(wrong("stockmovement_batch_of_one_store")) == 1


def test_another_store_is_not_looked_at(ours: Ids, store: Store, other_store: Store) -> None:
    unfence()
    run("UPDATE billing_bill SET total = total + 1 WHERE id = %(first)s", ours)
    assert all(verdict.is_ok for verdict in check_books(other_store))
    assert not all(verdict.is_ok for verdict in check_books(store))


class TestWhatAManagerMayChangeBreaksNoRule:
    def test_the_time_zone(self, ours: Ids, store: Store) -> None:
        store.timezone = "Pacific/Kiritimati"
        store.save()
        soap = Product.objects.get(pk=ours["soap"])
        sell(store, seller(store), [(soap, 1)], at=datetime(2026, 6, 1, 10, 1, tzinfo=UTC))
        store.timezone = "Pacific/Pago_Pago"
        store.save()
        assert all(verdict.is_ok for verdict in check_books())

    def test_the_prefix_of_bills(self, ours: Ids, store: Store) -> None:
        store.bill_prefix = "S"
        store.save()
        sell(store, seller(store), [(Product.objects.get(pk=ours["soap"]), 1)])
        assert all(verdict.is_ok for verdict in check_books())

    def test_a_service_that_becomes_goods(self, ours: Ids) -> None:
        Product.objects.filter(pk=ours["cut"]).update(stock_policy=StockPolicy.REFUSE)
        assert all(verdict.is_ok for verdict in check_books())

    def test_an_expiry_date_put_right(self, ours: Ids, store: Store) -> None:
        """Passed over while it was thought expired, sold after the date was corrected, and back again."""
        soap, day = Product.objects.get(pk=ours["soap"]), store.day_of(timezone.now())
        for days in (-1, 1, -2, 2):
            Batch.objects.filter(pk=ours["batch2"]).update(expiry_date=day + timedelta(days=days))
            sell(store, seller(store), [(soap, 1)])
        assert Batch.objects.get(pk=ours["batch3"]).remaining == D(8)
        assert all(verdict.is_ok for verdict in check_books())


class TestOldestFirst:
    """The replay itself, on movements in memory."""

    DAY = 9_648
    NEVER = 99_999

    def moved(self, *wanted: tuple[int, int, bool], expiry: dict[int, int] | None = None) -> list[int]:
        """(batch, quantity, is sold) in order of entry; batch 1 is the oldest. Movements are numbered from 1."""
        movements = []
        for number, (batch, quantity, is_sold) in enumerate(wanted, 1):
            until = (expiry or {}).get(batch, self.NEVER)
            movements.append(Movement(number, 1, batch, quantity, self.DAY if is_sold else None, until, until))
        return list(out_of_turn(movements))

    def test_in_turn(self) -> None:
        assert not self.moved((1, 3, False), (2, 5, False), (1, -1, True), (1, -2, True), (2, -5, True))

    def test_a_younger_batch_while_the_older_has_stock(self) -> None:
        assert self.moved((1, 3, False), (2, 5, False), (2, -1, True), (1, -3, True), (2, -4, True)) == [3]

    def test_one_that_arrived_only_later_is_not_missed(self) -> None:
        assert not self.moved((2, 5, False), (2, -1, True), (1, 3, False), (1, -1, True))

    def test_more_than_there_was(self) -> None:
        assert self.moved((1, 3, False), (1, -4, True)) == [2]

    def test_below_zero_in_between_is_found_though_the_sum_is_right(self) -> None:
        assert self.moved((1, -1, True), (1, 3, False)) == [1]

    def test_the_expired_are_passed_over_and_not_sold(self) -> None:
        yesterday = self.DAY - 1
        assert not self.moved((1, 3, False), (2, 5, False), (2, -1, True), expiry={1: yesterday})
        assert not self.moved((1, 3, False), (2, 5, False), (1, -1, True), expiry={1: self.DAY})
        assert self.moved((1, 3, False), (2, 5, False), (1, -1, True), expiry={1: yesterday}) == [3]

    def test_what_comes_back_is_the_oldest_again(self) -> None:
        assert self.moved((1, 1, False), (2, 5, False), (1, -1, True), (1, 1, False), (2, -1, True)) == [5]


class TestCommand:
    def said(self, *arguments: str) -> tuple[int, str]:
        out, code = StringIO(), 0
        try:
            call_command("check_books", *arguments, stdout=out)
        except SystemExit as end:
            code = int(end.code or 0)
        return code, out.getvalue()

    def test_says_ok_for_every_rule(self, ours: Ids) -> None:
        code, text = self.said()
        rows = text.splitlines()
        assert code == 0
        assert [row.split() for row in rows[:-1]] == [[rule.name, "ok"] for rule in RULES]
        assert rows[-1].startswith(f"All {len(RULES)} rules hold")

    def test_ends_with_1_and_prints_the_ids(self, ours: Ids, store: Store) -> None:
        unfence()
        run("UPDATE billing_bill SET total = total + 1 WHERE id = %(first)s", ours)
        code, text = self.said("--store", store.slug)
        assert code == 1
        assert "    should be: A bill's total is its subtotal less discount plus rounding.\n" in text
        assert f"    is not:    {ours['first']}\n" in text

    def test_json_can_be_read_by_a_machine(self, ours: Ids) -> None:
        code, text = self.said("--json")
        answer = json.loads(text)
        assert (code, answer["ok"], len(answer["rules"])) == (0, True, len(RULES))
        unfence()
        run("UPDATE billing_product SET current_stock = 1 WHERE id = %(soap)s", ours)
        code, text = self.said("--json")
        answer = json.loads(text)
        assert (code, answer["ok"]) == (1, False)
        (rule,) = [rule for rule in answer["rules"] if not rule["ok"]]
        assert (rule["name"], rule["wrong"], rule["ids"]) == ("product_stock_is_its_batches", 1, [ours["soap"]])

    def test_a_store_that_does_not_exist_is_said(self) -> None:
        with pytest.raises(CommandError, match="no store nowhere") as error:
            call_command("check_books", store="nowhere")
        assert error.value.returncode == 2
