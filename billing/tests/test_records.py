"""Appointments and bookings at the counter: carried into a cart, billed once, cancelled for a fee."""

from decimal import Decimal as D
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from advances.services import InsufficientAdvance, Line
from advances.services.record_changes import cancel_record, finish_record
from advances.tests.factories import appointment_of, booking_of, history
from billing.models import Bill, Cart, Product, RecordBill
from billing.services.checkout import Sale, complete_cart
from billing.services.record_bills import AlreadyBilled
from billing.services.record_sales import cancel_for_a_fee, carry_to_counter, reopen_record, with_products
from billing.services.returns import void_bill
from billing.services.tender import Tender
from billing.tests.factories import filled_cart, sell, stocked_product
from customers.records import delete_customer
from viveka.stores.errors import Conflict, Missing, Refused
from viveka.stores.models import Store, User

pytestmark = pytest.mark.django_db
PHONE = "98765 43210"


@pytest.fixture
def makeup(store: Store) -> Product:
    return stocked_product(
        store, batches=[], stock_policy="none", selling_price=600, name="Bridal Makeup", sku="MAKE-1"
    )


@pytest.fixture
def no_show_fee(store: Store) -> Product:
    return stocked_product(store, batches=[], stock_policy="none", selling_price=100, name="No-show fee")


@pytest.fixture
def soap(store: Store) -> Product:
    return stocked_product(store, batches=[(10, 80, 100)], name="Soap", barcode="8901")


def bill(store: Store, by: User, cart: Cart, *tenders: Tender) -> Sale:
    return complete_cart(store=store, by=by, cart_id=cart.pk, tenders=tenders or [Tender("cash")], now=timezone.now())


class TestLines:
    def test_stand_for_products_by_id_barcode_sku_or_whole_name(
        self, store: Store, makeup: Product, soap: Product, django_assert_num_queries: Any
    ) -> None:
        lines = [Line("8901"), Line("MAKE-1"), Line("bridal makeup"), Line("Soap"), Line("A cake", product_id=soap.pk)]
        with django_assert_num_queries(2):
            found = with_products(store, [*lines, Line("Bridal"), *[Line(f"x{n}") for n in range(40)]])
        assert [(one.name, one.product_id) for one in found[:6]] == [
            ("Soap", soap.pk), ("Bridal Makeup", makeup.pk), ("bridal makeup", makeup.pk), ("Soap", soap.pk),
            ("A cake", soap.pk), ("Bridal", None),
        ]  # fmt: skip

    def test_refuse_another_stores_product_as_one_that_is_not_there(
        self, store: Store, other_store: Store, soap: Product
    ) -> None:
        theirs = stocked_product(other_store, name="Theirs", barcode="77")
        for pk in (theirs.pk, 987654):
            with pytest.raises(Refused, match=f"^There is no product {pk}.$"):
                with_products(store, [Line("x", product_id=pk)])
        assert [one.product_id for one in with_products(store, [Line("77"), Line("Theirs")])] == [None, None]
        with pytest.raises(Refused, match="sold whole"):
            with_products(store, [Line("Soap", D("1.5"))])

    def test_the_database_refuses_another_stores_product(self, store: Store, other_store: Store) -> None:
        theirs = stocked_product(other_store)
        appointment_of(store, PHONE, lines=[Line("Cut")])
        booking_of(store, PHONE, lines=[Line("Cut")])
        for kind in ("appointment", "booking"):
            with (
                pytest.raises(IntegrityError, match=f"{kind}_line_product_store_key"),
                transaction.atomic(),
                connection.cursor() as cursor,
            ):
                cursor.execute(f"UPDATE advances_{kind}line SET product_id = %s", [theirs.pk])
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


class TestToTheCounter:
    def test_customer_and_lines_go_along(self, store: Store, cashier: User, makeup: Product, soap: Product) -> None:
        lines = with_products(store, [
            Line("Bridal Makeup", price=D(550)), Line("Soap", D(2)), Line("Soap"), Line("Flowers"),
        ])  # fmt: skip
        one = appointment_of(store, PHONE, lines=lines, advance=500)
        carried = carry_to_counter(store=store, by=cashier, kind="appointment", pk=one.pk)
        assert (carried.cart.customer, carried.cart.phone, carried.left_out) == (one.customer, PHONE, ["Flowers"])
        rows = carried.cart.lines.order_by("id").values_list("product", "quantity", "price")
        assert list(rows) == [(makeup.pk, 1, D(550)), (soap.pk, 3, None)]
        assert Cart.objects.current(store, cashier) == carried.cart
        again = carry_to_counter(store=store, by=cashier, kind="appointment", pk=one.pk)
        assert (again.cart, again.left_out) == (carried.cart, [])

    def test_a_sale_in_the_making_waits_and_an_empty_cart_goes(
        self, store: Store, cashier: User, soap: Product
    ) -> None:
        waiting = filled_cart(store, cashier, [(soap, 1)])
        one, other = booking_of(store, PHONE, lines=with_products(store, [Line("Soap")])), booking_of(store, PHONE)
        cart = carry_to_counter(store=store, by=cashier, kind="booking", pk=one.pk).cart
        bill(store, cashier, cart)
        assert Cart.objects.current(store, cashier) == waiting
        bill(store, cashier, waiting)
        empty = Cart.objects.create(store=store, by=cashier)
        carry_to_counter(store=store, by=cashier, kind="booking", pk=other.pk)
        assert not Cart.objects.filter(pk=empty.pk).exists()

    def test_the_worked_example_ends_in_a_bill(self, store: Store, cashier: User, makeup: Product) -> None:
        """₹500 with an appointment, ₹300 with a booking, a bill of ₹600 from the balance."""
        one = appointment_of(store, PHONE, lines=with_products(store, [Line("Bridal Makeup")]), advance=500)
        booking_of(store, "9876543210", advance=300)
        cart = carry_to_counter(store=store, by=cashier, kind="appointment", pk=one.pk).cart
        sale = bill(store, cashier, cart, Tender("advance"))
        one.refresh_from_db()
        assert (sale.bill.total, one.status, one.closed_by) == (600, "done", cashier)
        assert RecordBill.objects.get().bill == sale.bill
        (payment,) = sale.bill.payments.all()
        assert [part.amount for part in payment.deduction.utilizations.order_by("id")] == [500, 100]
        assert history(one.customer) == [(500, 500), (300, 800), (-500, 300), (-100, 200)]
        with pytest.raises(AlreadyBilled, match=sale.bill.number):
            carry_to_counter(store=store, by=cashier, kind="appointment", pk=one.pk)
        with pytest.raises(AlreadyBilled):
            reopen_record(store=store, kind="appointment", pk=one.pk)

    def test_more_than_the_balance_leaves_nothing(self, store: Store, cashier: User, makeup: Product) -> None:
        one = appointment_of(store, PHONE, lines=with_products(store, [Line("Bridal Makeup")]), advance=500)
        cart = carry_to_counter(store=store, by=cashier, kind="appointment", pk=one.pk).cart
        with pytest.raises(InsufficientAdvance, match="^Insufficient advance balance$"):
            bill(store, cashier, cart, Tender("advance"))
        one.refresh_from_db()
        assert one.is_open and not RecordBill.objects.exists() and not Bill.objects.exists()

    def test_two_carts_of_one_record_make_one_bill(
        self, store: Store, cashier: User, manager: User, soap: Product
    ) -> None:
        one = booking_of(store, PHONE, lines=with_products(store, [Line("Soap")]))
        carts = [carry_to_counter(store=store, by=by, kind="booking", pk=one.pk).cart for by in (cashier, manager)]
        first = bill(store, cashier, carts[0])
        with pytest.raises(AlreadyBilled, match=f"has a bill already: {first.bill.number}"):
            bill(store, manager, carts[1])
        assert bill(store, cashier, carts[0]).is_replay
        assert Bill.objects.count() == RecordBill.objects.count() == 1

    def test_a_cancelled_one_is_not_billed_until_it_is_open_again(
        self, store: Store, cashier: User, soap: Product
    ) -> None:
        one = booking_of(store, PHONE, lines=with_products(store, [Line("Soap")]))
        cart = carry_to_counter(store=store, by=cashier, kind="booking", pk=one.pk).cart
        cancel_record(store=store, kind="booking", pk=one.pk, by=cashier, now=timezone.now())
        with pytest.raises(Conflict, match="was cancelled"):
            bill(store, cashier, cart)
        reopen_record(store=store, kind="booking", pk=one.pk)
        bill(store, cashier, cart)

    def test_one_that_is_done_without_a_bill_can_still_be_billed(
        self, store: Store, cashier: User, soap: Product
    ) -> None:
        one = booking_of(store, PHONE, lines=with_products(store, [Line("Soap")]))
        finish_record(store=store, kind="booking", pk=one.pk, by=cashier, now=timezone.now())
        bill(store, cashier, carry_to_counter(store=store, by=cashier, kind="booking", pk=one.pk).cart)

    def test_a_void_bill_lets_go(self, store: Store, cashier: User, soap: Product) -> None:
        one = booking_of(store, PHONE, lines=with_products(store, [Line("Soap")]))
        first = bill(store, cashier, carry_to_counter(store=store, by=cashier, kind="booking", pk=one.pk).cart)
        void_bill(store=store, bill_id=first.bill.pk, reason="Wrong goods", by=cashier, now=timezone.now())
        one.refresh_from_db()
        assert one.is_open
        bill(store, cashier, carry_to_counter(store=store, by=cashier, kind="booking", pk=one.pk).cart)
        assert RecordBill.objects.standing().count() == 1

    def test_a_product_taken_off_sale_is_told_and_a_deleted_customer_comes_back(
        self, store: Store, cashier: User, manager: User, soap: Product, makeup: Product
    ) -> None:
        one = booking_of(store, PHONE, lines=with_products(store, [Line("Soap"), Line("Bridal Makeup")]))
        Product.objects.filter(pk=makeup.pk).update(is_active=False)
        delete_customer(store=store, pk=one.customer_id, by=manager, now=timezone.now())
        carried = carry_to_counter(store=store, by=cashier, kind="booking", pk=one.pk)
        assert (carried.left_out, carried.cart.customer) == (["Bridal Makeup"], None)
        sale = bill(store, cashier, carried.cart)
        assert (sale.bill.customer, sale.bill.customer.deleted_at) == (one.customer, None)

    def test_another_stores_record_is_not_there(self, other_store: Store, cashier: User, store: Store) -> None:
        theirs = booking_of(other_store, PHONE)
        with pytest.raises(Missing, match="^No such booking.$"):
            carry_to_counter(store=store, by=cashier, kind="booking", pk=theirs.pk)


class TestFee:
    def test_is_a_bill_from_the_balance_and_the_rest_stays(
        self, store: Store, cashier: User, no_show_fee: Product
    ) -> None:
        one = appointment_of(store, PHONE, advance=500)
        made = cancel_for_a_fee(
            store=store, kind="appointment", pk=one.pk, by=cashier, now=timezone.now(), fee=D(150),
            product_id=no_show_fee.pk, no_show=True, reason="nobody came",
        )  # fmt: skip
        one.refresh_from_db()
        assert (one.status, one.closed_why, one.customer.advance_balance) == ("no_show", "nobody came", 350)
        assert (made.total, made.customer, made.of_record.appointment) == (150, one.customer, one)
        assert [(part.method, part.amount) for part in made.payments.all()] == [("advance", 150)]
        with pytest.raises(AlreadyBilled):
            reopen_record(store=store, kind="appointment", pk=one.pk)

    @pytest.mark.parametrize(("fee", "field"), [("0", "fee"), ("500.01", "fee"), ("100", "fee_product")])
    def test_that_can_not_be_taken_changes_nothing(
        self, store: Store, cashier: User, soap: Product, fee: str, field: str
    ) -> None:
        one = appointment_of(store, PHONE, advance=500)
        with pytest.raises(Refused) as refused:
            cancel_for_a_fee(
                store=store, kind="appointment", pk=one.pk, by=cashier, now=timezone.now(), fee=D(fee),
                product_id=soap.pk,
            )  # fmt: skip
        assert list(refused.value.errors) == [field]
        one.refresh_from_db()
        assert one.is_open and one.customer.advance_balance == 500 and not Bill.objects.exists()


class TestDatabase:
    @pytest.fixture
    def tied(self, store: Store, cashier: User, soap: Product) -> RecordBill:
        one = booking_of(store, PHONE, lines=with_products(store, [Line("Soap")]))
        bill(store, cashier, carry_to_counter(store=store, by=cashier, kind="booking", pk=one.pk).cart)
        return RecordBill.objects.get()

    def test_refuses_a_second_bill_that_stands(
        self, store: Store, cashier: User, soap: Product, tied: RecordBill
    ) -> None:
        other = sell(store, cashier, [(soap, 1)]).bill
        self.refuses(
            "INSERT INTO billing_recordbill (store_id, bill_id, booking_id, made_at) VALUES (%s, %s, %s, now())",
            "booking_billed_once", store.pk, other.pk, tied.booking_id,
        )  # fmt: skip

    def test_refuses_none_or_two_records_and_other_changes(self, store: Store, cashier: User, tied: RecordBill) -> None:
        other = sell(store, cashier, [(stocked_product(store), 1)]).bill
        insert = "INSERT INTO billing_recordbill (store_id, bill_id, appointment_id, booking_id, made_at)"
        self.refuses(f"{insert} VALUES (%s, %s, NULL, NULL, now())", "of_one_record", store.pk, other.pk)
        two = appointment_of(store, PHONE).pk, booking_of(store, PHONE).pk
        self.refuses(f"{insert} VALUES (%s, %s, %s, %s, now())", "of_one_record", store.pk, other.pk, *two)
        self.refuses("UPDATE billing_recordbill SET made_at = now()", "Cannot update")
        self.refuses("DELETE FROM billing_recordbill", "Cannot delete")

    def test_refuses_to_tie_two_stores(self, store: Store, other_store: Store, tied: RecordBill, cashier: User) -> None:
        other = sell(store, cashier, [(stocked_product(store), 1)]).bill
        theirs = booking_of(other_store, PHONE)
        insert = "INSERT INTO billing_recordbill (store_id, bill_id, booking_id, made_at) VALUES (%s, %s, %s, now())"
        self.refuses(insert, "booking_store_key", store.pk, other.pk, theirs.pk)
        Cart.objects.create(store=store, by=cashier)
        self.refuses(
            f"UPDATE billing_cart SET booking_id = '{theirs.pk}' WHERE booking_id IS NULL", "booking_store_key"
        )
        both = "UPDATE billing_cart SET booking_id = gen_random_uuid(), appointment_id = gen_random_uuid()"
        self.refuses(both, "cart_of_at_most_one_record")

    def refuses(self, sql: str, words: str, *values: Any) -> None:
        with pytest.raises(Exception, match=words), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, values or None)
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
