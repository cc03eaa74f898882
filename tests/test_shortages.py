"""Selling what is not there: the shortage is carried, the next batch settles it at its cost, returns undo either."""

from datetime import date, timedelta
from decimal import Decimal as D
from random import Random
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from billing.models import Bill, Product, ShortageSettlement, StockMovement, StockShortage
from billing.services.quote import InsufficientStock
from billing.services.returns import void_bill
from billing.tests.factories import ProductFactory, receive, sell, sold_short, stocked_product, take_back
from viveka.books.check import check_books
from viveka.stores.errors import Refused, RefusedFields
from viveka.stores.models import Store, User

pytestmark = pytest.mark.django_db


def stock(product: Product) -> tuple[D, D]:
    """Current stock, and what is short."""
    product.refresh_from_db()
    return product.current_stock, product.short


def profit(bill: Bill) -> D:
    return D(Bill.objects.with_status().get(pk=bill.pk).kept_profit)


def assert_sound() -> None:
    assert {verdict.rule.name: verdict.wrong for verdict in check_books() if not verdict.is_ok} == {}


def test_the_next_batch_settles_what_was_sold_before_it_came(store: Store, manager: User) -> None:
    bill = sold_short(store, 3, there=2, by=manager)
    (line,), product = bill.lines.all(), bill.lines.get().product
    assert (line.quantity, line.price, line.cost, bill.total_cost) == (D(5), D(100), D(160), D(160))
    assert stock(product) == (D(-3), D(3))
    assert profit(bill) == D(340)

    first = receive(product, 1, 70, by=manager)
    assert (first.remaining, stock(product)) == (D(0), (D(-2), D(2)))
    second = receive(product, 10, 60, by=manager)
    assert (second.remaining, stock(product)) == (D(8), (D(8), D(0)))
    bill.refresh_from_db()
    assert bill.total_cost == D(160)
    assert [settled.cost for settled in ShortageSettlement.objects.order_by("id")] == [D(70), D(120)]
    assert profit(bill) == D(500) - D(160) - D(70) - D(120)
    moved = StockMovement.objects.filter(bill_line=line).order_by("id").values_list("reason", "batch_id", "quantity")
    assert list(moved)[1:] == [("settled", first.pk, D(-1)), ("settled", second.pk, D(-2))]
    assert_sound()


def test_the_oldest_shortage_first_and_nothing_out_of_an_expired_batch(store: Store, manager: User) -> None:
    first = sold_short(store, 2, by=manager)
    product = first.lines.get().product
    second = sell(store, manager, [(product, 2)]).bill
    receive(product, 5, 70, by=manager, expiry_date=date(2020, 1, 1))
    assert stock(product) == (D(1), D(4))
    receive(product, 3, 70, by=manager)
    open_of = dict(StockShortage.objects.values_list("bill_line__bill", "open"))
    assert open_of == {first.pk: D(0), second.pk: D(1)}
    assert_sound()


def test_what_comes_back_before_is_owed_no_more(store: Store, manager: User) -> None:
    bill = sold_short(store, 3, there=2, by=manager)
    product = bill.lines.get().product
    made = take_back(bill, 4, by=manager)
    assert (made.total, made.total_cost, made.lines.get().short) == (D(400), D(80), D(3))
    assert stock(product) == (D(1), D(0))
    assert receive(product, 5, 70, by=manager).remaining == D(5)
    assert_sound()


def test_what_comes_back_after_goes_to_the_batch_that_settled_it(store: Store, manager: User) -> None:
    bill = sold_short(store, 3, there=2, by=manager)
    product = bill.lines.get().product
    batch = receive(product, 2, "70.33", by=manager)
    made = take_back(bill, 2, by=manager)  # one that nothing settled yet, one of the new batch
    batch.refresh_from_db()
    assert (made.total_cost, batch.remaining, stock(product)) == (D("70.33"), D(1), (D(1), D(0)))
    take_back(bill, 3, by=manager)
    assert (profit(bill), stock(product)) == (D(0), (D(4), D(0)))
    assert_sound()


def test_a_void_undoes_a_shortage_and_what_settled_it(store: Store, manager: User) -> None:
    bill = sold_short(store, 3, there=2, by=manager)
    product = bill.lines.get().product
    receive(product, 2, 70, by=manager)
    void_bill(store=store, bill_id=bill.pk, reason="x", by=manager, now=timezone.now())
    assert (profit(bill), stock(product)) == (D(0), (D(4), D(0)))
    assert_sound()


def test_what_did_not_come_in_yet_is_not_written_off(store: Store, manager: User) -> None:
    bill = sold_short(store, 3, by=manager)
    with pytest.raises(RefusedFields, match="did not come in yet"):
        take_back(bill, 1, by=manager, restock=False)
    receive(bill.lines.get().product, 5, 70, by=manager)
    take_back(bill, 1, by=manager, restock=False)
    assert_sound()


def test_its_price_is_the_products_or_that_of_the_last_batch(store: Store, manager: User) -> None:
    lots = [(1, 80, 100), (2, 80, 110)]
    own = stocked_product(store, batches=lots, by=manager, stock_policy="allow", selling_price=D(120))
    none = stocked_product(store, batches=lots, by=manager, stock_policy="allow")
    lines = sell(store, manager, [(own, 5), (none, 5)]).bill.lines.values_list("quantity", "price")
    assert list(lines) == [(D(1), D(100)), (D(2), D(110)), (D(2), D(120)), (D(1), D(100)), (D(4), D(110))]
    assert list(StockShortage.objects.order_by("id").values_list("quantity", flat=True)) == [D(2), D(2)]
    never = ProductFactory.create(store=store, stock_policy="allow")
    with pytest.raises(Refused, match="has no price yet"):
        sell(store, manager, [(never, 1)])
    assert_sound()


def test_a_service_and_what_may_be_short_do_not_hide_what_is_refused(store: Store, manager: User) -> None:
    cut = ProductFactory.create(store=store, stock_policy="none", selling_price=D(250))
    allowed = ProductFactory.create(store=store, stock_policy="allow", selling_price=D(10))
    gone = ProductFactory.create(store=store, selling_price=D(10), name="Comb")
    with pytest.raises(InsufficientStock, match="Comb is out of stock"):
        sell(store, manager, [(cut, 1), (allowed, 5), (gone, 1)])
    assert not Bill.objects.exists() and not StockShortage.objects.exists()
    assert stock(allowed) == (D(0), D(0))


def test_never_below_cost_judges_only_what_is_known(store: Store, manager: User) -> None:
    bill = sold_short(store, 3, price=10, by=manager)
    receive(bill.lines.get().product, 3, 80, by=manager)
    assert profit(bill) == D(30) - D(240)
    assert_sound()


def test_it_stays_allowed_while_something_is_short(store: Store, manager: User) -> None:
    from billing.services.products import update_product

    product = sold_short(store, 3, by=manager).lines.get().product
    for policy in ("refuse", "none"):
        with pytest.raises(RefusedFields, match="3 of it were sold and did not come in yet"):
            update_product(product=product, stock_policy=policy)
    receive(product, 3, 70, by=manager)
    assert update_product(product=product, stock_policy="none").stock_policy == "none"


def test_no_more_short_than_can_be_counted(store: Store, manager: User) -> None:
    product = ProductFactory.create(store=store, stock_policy="allow", selling_price=D("0.01"), unit="kg")
    sell(store, manager, [(product, "99999999.999")])
    with pytest.raises(Refused, match="than can be counted"):
        sell(store, manager, [(product, "0.001")])


def test_selling_short_takes_two_statements_more_whatever_the_lines(
    store: Store, manager: User, django_assert_max_num_queries: Any
) -> None:
    products = [ProductFactory.create(store=store, stock_policy="allow", selling_price=D(10)) for _ in range(40)]
    with django_assert_max_num_queries(20):
        sell(store, manager, [(product, 1) for product in products])


def test_any_order_of_receiving_selling_and_taking_back_keeps_the_books(store: Store, manager: User) -> None:
    """Random days of a product that may be short: stock, cost and profit follow, to the paisa."""
    random = Random(7)
    product = ProductFactory.create(store=store, stock_policy="allow", selling_price=D("9.99"), unit="kg")
    bills: list[Bill] = []
    sold = received = D(0)
    for _ in range(60):
        quantity = D(random.randint(1, 9000)) / 1000
        kind = random.choice(["in", "out", "out", "back"])
        if kind == "in":
            receive(product, quantity, D(random.randint(1, 9999)) / 100, by=manager)
            received += quantity
        elif kind == "out":
            bills.append(sell(store, manager, [(product, quantity)]).bill)
            sold += quantity
        elif bills:
            bill = random.choice(bills)
            line = bill.lines.get() if bill.lines.count() == 1 else bill.lines.order_by("position").last()
            if line and line.left:
                quantity = min(quantity, line.left)
                take_back(bill, *[0] * (line.position - 1), quantity, by=manager)
                sold -= quantity
        assert stock(product)[0] == received - sold
    assert_sound()
    for bill in bills:
        quantities = [line.left for line in bill.lines.order_by("position")]
        if any(quantities):
            take_back(bill, *quantities, by=manager)
        assert profit(bill) == D(0)
    assert stock(product) == (received, D(0))
    assert_sound()


def test_a_backdated_batch_settles_now(store: Store, manager: User) -> None:
    bill = sold_short(store, 3, by=manager)
    receive(bill.lines.get().product, 3, 70, by=manager, received_at=timezone.now() - timedelta(days=9))
    assert ShortageSettlement.objects.get().day == store.day_of(timezone.now())
    assert_sound()


def test_the_bill_and_the_cart_say_what_is_not_in_yet(store: Store, manager: User, client: Client) -> None:
    bill = sold_short(store, 3, there=2, by=manager)
    client.force_login(manager)
    page = client.get(bill.get_absolute_url()).content.decode()
    assert "Not in yet" in page
    receive(bill.lines.get().product, 9, 70, by=manager)
    page = client.get(bill.get_absolute_url()).content.decode()
    assert "Not in yet" not in page and "came in later" in page
