"""Checkout: the story of a sale, and what stands in the books afterwards."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal as D
from typing import Any

import pytest
from django.utils import timezone

from billing.models import Batch, Bill, Cart, MovementReason, Payment, PaymentMethod, Product, StockMovement, Unit
from billing.services.buyer import Buyer
from billing.services.checkout import Sale, Terms, bill_number, checkout, complete_cart
from billing.services.quote import SaleItem
from billing.services.tender import Tender
from billing.tests.factories import ProductFactory, filled_cart, sell, stocked_product
from customers.models import Customer
from viveka.stores.errors import Missing, Refused
from viveka.stores.models import StockPolicy, Store, User
from viveka.stores.money import ZERO
from viveka.stores.tests.factories import UserFactory

pytestmark = pytest.mark.django_db
CASH = [Tender(PaymentMethod.CASH)]


def buy(store: Store, by: User, *items: SaleItem, tenders: Any = CASH, **rest: Any) -> Sale:
    return checkout(store=store, by=by, items=items, tenders=tenders, now=timezone.now(), **rest)


def remaining(product: Product) -> list[D]:
    return list(product.batches.order_by("received_at", "id").values_list("remaining", flat=True))


def test_a_sale_from_goods_to_change(store: Store, cashier: User) -> None:
    soap = stocked_product(store, batches=[(3, 80, 100), (10, 85, 110)], name="Soap")
    cut = ProductFactory.create(store=store, name="Cut", stock_policy=StockPolicy.NONE, selling_price=D("250.00"))
    now = timezone.now()
    sale = sell(
        store,
        cashier,
        [(soap, 5), (cut, 1)],
        now=now,
        tenders=[
            Tender(PaymentMethod.UPI, D("200.00"), "UPI-77"),
            Tender(PaymentMethod.CASH, received=D("600.00")),
        ],
        buyer=Buyer(phone="98765 43210", name="John Doe"),
        terms=Terms(discount=D("20.00"), reference_number="W-1"),
    )
    bill = Bill.objects.get()
    assert (sale.bill, sale.is_new_customer, sale.is_replay, sale.warnings) == (bill, True, False, [])
    assert (bill.at, bill.created_at, bill.cashier, bill.cart) == (now, now, cashier, None)
    assert (bill.subtotal, bill.discount, bill.rounding, bill.total) == (D(770), D(20), ZERO, D(750))
    assert (bill.total_cost, bill.profit, bill.change) == (D(410), D(340), D(50))
    assert bill.reference_number == "W-1"
    assert bill.number == f"BILL-{bill.year}-000001"
    lines = [(line.position, line.name, line.quantity, line.price, line.subtotal) for line in bill.lines.all()]
    assert lines == [
        (1, "Soap", D(3), D(100), D(300)),
        (2, "Soap", D(2), D(110), D(220)),
        (3, "Cut", D(1), D(250), D(250)),
    ]
    assert [line.discount for line in bill.lines.all()] == [D("7.79"), D("5.72"), D("6.49")]
    assert [line.cost for line in bill.lines.all()] == [D(240), D(170), ZERO]
    paid = [(one.method, one.amount, one.tendered, one.reference, one.by) for one in bill.payments.all()]
    assert paid == [
        ("upi", D(200), None, "UPI-77", cashier),
        ("cash", D(550), D(600), "", cashier),
    ]
    soap.refresh_from_db()
    assert (remaining(soap), soap.current_stock) == ([D(0), D(8)], D(8))
    customer = Customer.objects.get()
    assert str(customer) == "CUST0001 - John Doe"
    assert (bill.customer, bill.customer_number) == (customer, "CUST0001")
    assert (bill.customer_name, bill.customer_phone, bill.for_name) == ("John Doe", "+919876543210", "")
    assert (customer.total_purchases, customer.purchase_count, customer.last_purchase_at) == (D(750), 1, now)


def test_one_line_of_two_batches_has_two_movements(store: Store, cashier: User) -> None:
    soap = stocked_product(store, batches=[(3, 80, 100), (10, 85, 100)])
    bill = sell(store, cashier, [(soap, 5)]).bill
    line = bill.lines.get()
    assert (line.quantity, line.price, line.cost) == (D(5), D(100), D(410))
    moved = StockMovement.objects.filter(bill_line=line).order_by("id")
    assert [(one.quantity, one.reason, one.batch.cost_price) for one in moved] == [
        (D(-3), MovementReason.SOLD, D(80)),
        (D(-2), MovementReason.SOLD, D(85)),
    ]
    assert all((one.by, one.at, one.product) == (cashier, bill.at, soap) for one in moved)


def test_a_service_leaves_no_movement(store: Store, cashier: User) -> None:
    cut = ProductFactory.create(store=store, stock_policy=StockPolicy.NONE, selling_price=D("250.00"))
    bill = sell(store, cashier, [(cut, 3)]).bill
    assert (bill.total, bill.total_cost) == (D(750), ZERO)
    assert not StockMovement.objects.exists()


def test_sugar_by_weight(store: Store, cashier: User) -> None:
    sugar = stocked_product(store, batches=[("0.750", "39.99", "44.42"), (5, "41", "44.42")], unit=Unit.KILOGRAM)
    bill = sell(store, cashier, [(sugar, "1.250")]).bill
    assert (bill.total, bill.total_cost) == (D("55.53"), D("50.49"))  # 55.525; 29.9925 + 20.5
    assert remaining(sugar) == [D(0), D("4.500")]


def test_the_expired_batch_is_passed_over_from_the_day_after(store: Store, cashier: User) -> None:
    milk = stocked_product(store, batches=[(5, 20, 30), (5, 20, 31)])
    today = store.day_of(timezone.now())
    first = milk.batches.order_by("received_at")[0]
    Batch.objects.filter(pk=first.pk).update(expiry_date=today)
    assert sell(store, cashier, [(milk, 1)]).bill.total == D(30)
    Batch.objects.filter(pk=first.pk).update(expiry_date=today - timedelta(days=1))
    assert sell(store, cashier, [(milk, 1)]).bill.total == D(31)
    assert remaining(milk) == [D(4), D(4)]


def test_a_typed_price_and_a_note_are_on_the_line(store: Store, cashier: User) -> None:
    soap = stocked_product(store, batches=[(3, 80, 100), (10, 85, 110)])
    line = buy(store, cashier, SaleItem(soap.pk, D(5), D("90.00"), "dented")).bill.lines.get()
    assert (line.quantity, line.price, line.total, line.note) == (D(5), D(90), D(450), "dented")


def test_free_goods_make_a_bill_of_zero_without_payment(store: Store, cashier: User) -> None:
    soap = stocked_product(store, batches=[(3, 0, 100)])
    bill = buy(store, cashier, SaleItem(soap.pk, D(1)), tenders=[], terms=Terms(discount=D("100.00"))).bill
    assert (bill.total, bill.payments.count()) == (ZERO, 0)
    assert remaining(soap) == [D(2)]


def test_a_copy_stays_as_it_was_when_the_product_is_renamed(store: Store, cashier: User) -> None:
    soap = stocked_product(store, name="Soap")
    bill = sell(store, cashier, [(soap, 1)]).bill
    Product.objects.filter(pk=soap.pk).update(name="Bar", unit=Unit.BOX)
    assert [(line.name, line.unit) for line in bill.lines.all()] == [("Soap", "pc")]


def test_a_bill_of_many_lines(store: Store, cashier: User) -> None:
    soap = stocked_product(store, batches=[(2000, 1, 2)])
    cut = ProductFactory.create(store=store, stock_policy=StockPolicy.NONE, selling_price=D(5))
    bill = sell(store, cashier, [(soap, 1), (cut, 1)] * 1000).bill
    assert (bill.lines.count(), bill.total) == (2000, D(7000))


class TestNumbers:
    def test_run_from_one_in_each_store_and_year(self, store: Store, other_store: Store, cashier: User) -> None:
        soap, theirs = stocked_product(store), stocked_product(other_store)
        # 1 April 2026 begins in India at 18:30 of the day before in Greenwich.
        march, april = datetime(2026, 3, 31, 18, 29, tzinfo=UTC), datetime(2026, 3, 31, 18, 30, tzinfo=UTC)
        bills = [
            sell(store, cashier, [(soap, 1)], at=march).bill,
            sell(store, cashier, [(soap, 1)], at=april).bill,
            sell(store, cashier, [(soap, 1)], at=march).bill,
            sell(other_store, cashier, [(theirs, 1)], at=april).bill,
        ]
        assert [bill.number for bill in bills] == [
            "BILL-2526-000001",
            "BILL-2627-000001",
            "BILL-2526-000002",
            "BILL-2627-000001",
        ]
        assert [bill.day for bill in bills[:2]] == [date(2026, 3, 31), date(2026, 4, 1)]

    def test_have_the_stores_prefix_and_year(self, store: Store, cashier: User) -> None:
        store.bill_prefix, store.year_begins = "A", 1
        at = datetime(2026, 3, 31, 12, tzinfo=UTC)
        assert sell(store, cashier, [(stocked_product(store), 1)], at=at).bill.number == "A-2627-000001"

    def test_stay_within_sixteen_characters(self) -> None:
        assert bill_number("BILL", "2627", 123) == "BILL-2627-000123"
        assert bill_number("BILL", "2627", 999_999) == "BILL-2627-999999"
        assert bill_number("BILL", "2627", 1_000_000) == "BILL26271000000"
        assert len(bill_number("BILL", "2627", 99_999_999)) == 16


class TestCart:
    def test_becomes_one_bill_whoever_completes_it(self, store: Store, cashier: User) -> None:
        soap = stocked_product(store)
        cart = filled_cart(store, cashier, [(soap, 2)], phone="9876543210", customer_name="John Doe")
        now = timezone.now()
        sale = complete_cart(store=store, by=cashier, cart_id=cart.pk, tenders=CASH, now=now)
        assert (sale.bill.cart, sale.bill.total, sale.bill.customer_name) == (cart, D(200), "John Doe")
        again = complete_cart(store=store, by=UserFactory.create(), cart_id=cart.pk, tenders=[], now=now)
        assert (again.bill, again.is_replay, again.is_new_customer) == (sale.bill, True, False)
        assert (Bill.objects.count(), Payment.objects.count(), remaining(soap)) == (1, 1, [D(8)])

    def test_of_a_picked_customer_bills_that_one(self, store: Store, cashier: User) -> None:
        asha = Customer.objects.find_or_create(store=store, details={"name": "Asha"}).customer
        cart = filled_cart(store, cashier, [(stocked_product(store), 2)], customer=asha, customer_name="Ravi")
        sale = complete_cart(store=store, by=cashier, cart_id=cart.pk, tenders=CASH, now=timezone.now())
        assert (sale.bill.customer, sale.bill.customer_name, sale.bill.for_name) == (asha, "Asha", "Ravi")

    def test_keeps_the_price_typed_into_it(self, store: Store, cashier: User) -> None:
        cart = filled_cart(store, cashier, [(stocked_product(store), 2)])
        cart.lines.update(price=D("95.50"))
        sale = complete_cart(store=store, by=cashier, cart_id=cart.pk, tenders=CASH, now=timezone.now())
        assert sale.bill.total == D(191)

    def test_of_another_store_or_given_up_is_not_there(self, store: Store, other_store: Store, cashier: User) -> None:
        theirs = filled_cart(other_store, cashier, [(stocked_product(other_store), 1)])
        dropped = filled_cart(store, cashier, [(stocked_product(store), 1)], dropped_at=timezone.now())
        for cart in (theirs, dropped):
            with pytest.raises(Missing, match="no longer there"):
                complete_cart(store=store, by=cashier, cart_id=cart.pk, tenders=CASH, now=timezone.now())
        assert not Bill.objects.exists()

    def test_without_a_line_makes_no_bill(self, store: Store, cashier: User) -> None:
        cart = Cart.objects.create(store=store, by=cashier)
        with pytest.raises(Refused, match="Add a product first"):
            complete_cart(store=store, by=cashier, cart_id=cart.pk, tenders=CASH, now=timezone.now())
