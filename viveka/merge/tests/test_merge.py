"""Two records of one person become one: everything moves, sums are the same, both numbers lead to the survivor."""

from decimal import Decimal as D

import pytest
from django.db import Error, connection, transaction
from django.utils import timezone

from billing.models import Bill, Cart
from billing.services.buyer import Buyer
from billing.services.checkout import complete_cart
from billing.services.tender import Tender
from billing.tests.factories import sell
from customers.models import Customer, CustomerPhone, Merge
from customers.models.finding import IsDeleted
from customers.records import WasMerged, delete_customer
from customers.services import edit_customer
from customers.tests.factories import CustomerFactory
from viveka.books.check import check_books
from viveka.merge.choice import preview_merge
from viveka.merge.merging import CannotMerge, SameRecord, merge_customers
from viveka.merge.tests.conftest import OURS, THEIRS, everything, sums
from viveka.stores.errors import Missing, Refused

pytestmark = pytest.mark.django_db


def merge(pair, survivor=None, loser=None, **rest):
    survivor, loser = survivor or pair.survivor, loser or pair.loser
    made = merge_customers(
        store=pair.store, survivor_id=survivor.pk, loser_id=loser.pk, by=pair.by, now=timezone.now(), **rest
    )
    pair.reload()
    return made


def books_are_right(store):
    return [verdict.rule.name for verdict in check_books(store) if not verdict.is_ok]


def test_everything_moves_and_the_sums_are_the_same(pair):
    before, last = sums(pair.store), pair.loser.last_purchase_at
    made = merge(pair, reason="the same person")
    assert set(Bill.objects.values_list("customer", flat=True)) == {pair.survivor.pk}
    assert set(Cart.objects.exclude(customer=None).values_list("customer", flat=True)) == {pair.survivor.pk}
    assert (pair.survivor.total_purchases, pair.survivor.purchase_count) == (D(600), 3)
    assert pair.survivor.last_purchase_at == last
    assert (pair.loser.total_purchases, pair.loser.purchase_count, pair.loser.last_purchase_at) == (0, 0, None)
    assert sums(pair.store) == before
    assert books_are_right(pair.store) == []
    assert (made.by, made.reason, len(made.moved["billing.Bill.customer"])) == (pair.by, "the same person", 2)
    assert list(Customer.objects.on_record()) == [pair.survivor]


def test_bills_keep_what_they_copied(pair):
    copied = list(Bill.objects.order_by("number").values_list("customer_number", "customer_name", "customer_phone"))
    merge(pair)
    assert (
        list(Bill.objects.order_by("number").values_list("customer_number", "customer_name", "customer_phone"))
        == copied
    )


def test_the_loser_keeps_number_and_phone_and_leads_to_the_survivor(pair):
    merge(pair)
    assert (pair.loser.number, pair.loser.phone, pair.loser.merged_into) == ("CUST0002", THEIRS, pair.survivor)
    assert Customer.objects.with_phone(pair.store, THEIRS) == pair.survivor
    found = Customer.objects.find_or_create(
        store=pair.store, phone=THEIRS, details={"name": "Ravi", "address": "Pune"}, overwrite=True
    )
    assert (found.customer, found.is_new, found.customer.name) == (pair.survivor, False, "Asha Rao")
    assert found.customer.address == "Pune"  # only fills
    assert Customer.objects.lock(pair.store, pair.loser.pk) == pair.survivor
    assert Customer.objects.find_or_create(store=pair.store, details={"name": "aasha rao"}).customer == pair.survivor


def test_sales_to_the_loser_land_on_the_survivor(pair):
    cart = Cart.objects.get(customer=pair.loser)
    merge(pair)
    for buyer in (Buyer(phone=THEIRS), Buyer(customer_id=pair.loser.pk)):
        bill = sell(pair.store, pair.by, [(pair.soap, 1)], buyer=buyer).bill
        assert (bill.customer, bill.customer_phone) == (pair.survivor, OURS)
    Cart.objects.filter(pk=cart.pk).update(customer=pair.loser)  # a till that had it on screen
    sale = complete_cart(store=pair.store, by=pair.by, cart_id=cart.pk, tenders=[Tender("cash")], now=timezone.now())
    assert sale.bill.customer == pair.survivor
    assert books_are_right(pair.store) == []


def test_empty_fields_are_filled_and_the_rest_is_as_chosen(pair):
    merge(pair, keep={"name": "loser", "note": "survivor"})
    assert (pair.survivor.name, pair.survivor.email, pair.survivor.note) == ("Aasha Rao", "asha@example.com", "")
    assert pair.loser.name == "Aasha Rao"


def test_the_losers_phone_can_be_the_one_that_stays(pair):
    merge(pair, keep={"phone": "loser"})
    assert pair.survivor.phone == THEIRS
    for phone in (OURS, THEIRS):
        assert Customer.objects.with_phone(pair.store, phone) == pair.survivor
    assert dict(CustomerPhone.objects.values_list("phone", "customer")) == {
        OURS: pair.survivor.pk, THEIRS: pair.survivor.pk,
    }  # fmt: skip


def test_who_leads_to_the_loser_leads_on(pair):
    third = Customer.objects.find_or_create(store=pair.store, phone="+919876543212").customer
    merge(pair, survivor=pair.loser, loser=third)
    merge(pair)
    third.refresh_from_db()
    assert third.merged_into == pair.survivor
    assert Customer.objects.with_phone(pair.store, "+919876543212") == pair.survivor


def test_preview_says_what_would_stay_and_move(pair):
    preview = preview_merge(store=pair.store, survivor_id=pair.survivor.pk, loser_id=pair.loser.pk)
    stays = {choice.field: choice.stays for choice in preview.fields if choice.differs}
    assert stays == {"phone": "survivor", "name": "survivor", "email": "loser", "note": "loser"}
    assert preview.moving == {"carts": 1, "bills": 2}
    assert preview.total_purchases == 600
    with pytest.raises(Missing):
        preview_merge(store=pair.store, survivor_id=pair.survivor.pk, loser_id=0)


class TestRefused:
    @pytest.fixture(autouse=True)
    def nothing_changes(self, pair):
        before = everything(pair)
        yield
        assert everything(pair) == before

    def test_with_itself_or_another_stores(self, pair, other_store):
        with pytest.raises(SameRecord):
            merge(pair, loser=pair.survivor)
        theirs = CustomerFactory(store=other_store)
        for survivor, loser in ((pair.survivor, theirs), (theirs, pair.survivor)):
            with pytest.raises(Missing):
                merge(pair, survivor=survivor, loser=loser)

    @pytest.mark.parametrize("keep", [{"name": "x"}, {"number": "loser"}, {"phone": ""}])
    def test_a_choice_that_is_none(self, pair, keep):
        with pytest.raises(Refused):
            merge(pair, keep=keep)

    def test_more_than_can_be_counted(self, pair):
        rich = CustomerFactory(store=pair.store, total_purchases=D("9999999999.99"))
        with pytest.raises(CannotMerge):
            merge(pair, loser=rich)

    def test_a_deleted_one(self, pair):
        gone = CustomerFactory(store=pair.store)
        delete_customer(store=pair.store, pk=gone.pk, by=pair.by, now=timezone.now())
        for survivor, loser in ((pair.survivor, gone), (gone, pair.survivor)):
            with pytest.raises(IsDeleted):
                merge(pair, survivor=survivor, loser=loser)

    def test_a_name_that_another_without_a_phone_has(self, pair):
        Customer.objects.find_or_create(store=pair.store, details={"name": "Ravi"})
        named = CustomerFactory(store=pair.store, name="Ravi")
        without = Customer.objects.find_or_create(store=pair.store, details={"name": "Uma"}).customer
        with pytest.raises(CannotMerge, match="has this name"):
            merge(pair, survivor=without, loser=named, keep={"name": "loser", "phone": "survivor"})
        assert not Merge.objects.exists()


def test_a_merged_record_takes_part_in_nothing_of_its_own(pair):
    merge(pair)
    third = CustomerFactory(store=pair.store)
    for deed in (
        lambda: merge(pair, survivor=pair.loser, loser=third),
        lambda: merge(pair, survivor=third, loser=pair.loser),
        lambda: delete_customer(store=pair.store, pk=pair.loser.pk, by=pair.by, now=timezone.now()),
    ):
        with pytest.raises(WasMerged) as refusal:
            deed()
        assert refusal.value.customer == pair.survivor
    assert edit_customer(store=pair.store, pk=pair.loser.pk, details={"note": "x"}) == pair.survivor


OTHERS = [
    "UPDATE billing_bill SET customer_id = %(survivor)s",
    "UPDATE billing_bill SET customer_name = ''",
    "UPDATE billing_bill SET customer_phone = 'x'",
    "UPDATE billing_bill SET total = total",  # touches, changes nothing: passes
    "UPDATE billing_bill SET total_cost = total_cost + 1",
    "UPDATE billing_bill SET customer_number = 'x'",
    "UPDATE billing_bill SET at = now()",
    "DELETE FROM billing_bill",
]


class TestPassage:
    """The way that a merge and an erasure take past the triggers is theirs alone, and as narrow as they need it."""

    def refused(self, pair, sql, *first):
        with transaction.atomic(), connection.cursor() as cursor:
            for statement in first:
                cursor.execute(statement)
            try:
                with transaction.atomic():
                    cursor.execute(sql, {"survivor": pair.survivor.pk})
            except Error:
                return True
            transaction.set_rollback(True)
            return False

    @pytest.mark.parametrize("sql", OTHERS)
    def test_without_it_nothing_passes(self, pair, sql):
        assert self.refused(pair, sql) == ("total = total" not in sql)

    @pytest.mark.parametrize("sql", OTHERS)
    def test_a_merge_may_change_the_customer_alone(self, pair, sql):
        way = "SELECT set_config('viveka.merging', pg_current_xact_id()::text, true)"
        assert self.refused(pair, sql, way) == ("total = total" not in sql and "customer_id" not in sql)

    @pytest.mark.parametrize("sql", OTHERS)
    def test_an_erasure_may_empty_the_copies_alone(self, pair, sql):
        way = "SELECT set_config('viveka.erasing', pg_current_xact_id()::text, true)"
        assert self.refused(pair, sql, way) == ("total = total" not in sql and "customer_name = ''" not in sql)

    @pytest.mark.parametrize("way", ["on", "1", "0", ""])
    def test_a_setting_left_on_opens_nothing(self, pair, way):
        ways = [f"SELECT set_config('viveka.{name}', '{way}', false)" for name in ("merging", "erasing")]
        for sql in (OTHERS[0], OTHERS[1]):
            assert self.refused(pair, sql, *ways)

    def test_it_is_closed_again_after_the_merge(self, pair):
        merge(pair)
        assert self.refused(pair, "UPDATE billing_bill SET customer_id = NULL")
        assert self.refused(pair, f"UPDATE billing_bill SET customer_id = {pair.loser.pk}")
