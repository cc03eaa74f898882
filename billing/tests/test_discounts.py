"""Discounts on a line and on the whole, and bills rounded to the rupee: spread to the paisa, never below cost."""

import re
from decimal import Decimal as D
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from billing.models import Bill, Cart, Product
from billing.services.checkout import Terms
from billing.services.discounts import read_discount
from billing.services.priced_cart import read_cart
from billing.services.quote import BELOW_COST, SaleItem, quote
from billing.tests.factories import filled_cart, sell, stocked_product
from customers.models import Customer
from debts.models import Debt
from viveka.stores.errors import Refused
from viveka.stores.models import Store, User

pytestmark = pytest.mark.django_db
LIVE = {"HX-Request": "true"}


@pytest.fixture
def till(cashier_client: Client) -> Client:
    return cashier_client


@pytest.fixture
def soap(store: Store) -> Product:
    return stocked_product(store, name="Soap", batches=[(3, 60, 100), (50, 60, 110)])


@pytest.fixture
def cart(store: Store, cashier: User, soap: Product) -> Cart:
    return filled_cart(store, cashier, [(soap, 5), (stocked_product(store, batches=[(9, "20", "33.33")]), 3)])


def text(response: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def off_line(till: Client, cart: Cart, typed: str, number: int = 0) -> str:
    url = reverse("billing:line-discount", args=[cart.lines.order_by("id")[number].pk])
    return text(till.post(url, {"discount": typed}, headers=LIVE))


def off_whole(till: Client, typed: str) -> str:
    return text(till.post(reverse("billing:cart-discount"), {"discount": typed}, headers=LIVE))


def complete(till: Client, cart: Cart, **sent: Any) -> Bill:
    cart = Cart.objects.get(pk=cart.pk)
    seen = read_cart(cart.store, cart, cart.store.day_of(timezone.now())).quote.digest()
    till.post(reverse("billing:cart-complete"), {"cart": str(cart.pk), "seen": seen, "method": "cash", **sent})
    return Bill.objects.get()


@pytest.mark.parametrize(
    ("typed", "off"),
    [("", "0"), ("5", "5"), ("5.5", "5.5"), ("10%", "25"), ("33.33%", "83.33"), ("100%", "250"), ("0", "0")],
)
def test_an_amount_or_a_part_of_a_hundred(typed: str, off: str) -> None:
    assert read_discount(typed, D(250)) == D(off)


@pytest.mark.parametrize("typed", ["-5", "101%", "1.234", "ten", "%", "1e1", "10%%"])
def test_what_is_no_discount(typed: str) -> None:
    with pytest.raises(Refused) as refusal:
        read_discount(typed, D(250))
    assert "discount" in refusal.value.errors


def test_on_a_line_and_on_the_whole_to_the_paisa(till: Client, cart: Cart) -> None:
    assert "₹470.00" in off_line(till, cart, "50")  # 300 + 220 - 50, on the line of two prices
    answer = off_whole(till, "10%")  # of 569.99
    assert "Discount −₹107.00" in answer
    bill = complete(till, cart)
    assert (bill.subtotal, bill.discount, bill.total) == (D("619.99"), D("107.00"), D("512.99"))
    lines = list(bill.lines.values_list("subtotal", "discount", "total"))
    assert [line[0] for line in lines] == [D(300), D(220), D("99.99")]
    assert sum(line[1] for line in lines) == bill.discount
    assert sum(line[2] for line in lines) == bill.total
    assert lines[2][1] == D("10.00")  # nothing of the other line's discount


@pytest.mark.parametrize(("number", "typed"), [(0, "220.01"), (1, "40%"), (1, "100")])
def test_never_below_cost_nor_more_than_the_line(till: Client, cart: Cart, number: int, typed: str) -> None:
    answer = off_line(till, cart, typed, number)
    assert "lowest price allowed" in answer or "more than the line" in answer
    assert not Cart.objects.get().lines.exclude(discount=0).exists()


def test_on_the_whole_never_below_cost(till: Client, cart: Cart) -> None:
    assert BELOW_COST.split("}")[1][:20] in off_whole(till, "300")
    assert "more than the bill" in off_whole(till, "700")
    assert Cart.objects.get().discount == 0


def test_what_was_typed_stays_and_what_is_given_goes_again(till: Client, cart: Cart) -> None:
    url = reverse("billing:cart-discount")
    assert 'value="lots"' in till.post(url, {"discount": "lots"}, headers=LIVE).content.decode()
    off_whole(till, "10")
    assert Cart.objects.get().discount == 10
    off_whole(till, "")
    off_line(till, cart, "5")
    off_line(till, cart, "")
    assert complete(till, cart).discount == 0


def test_a_discount_larger_than_what_is_left_of_the_cart_is_said(till: Client, cart: Cart) -> None:
    off_whole(till, "100")
    till.post(reverse("billing:line-remove", args=[cart.lines.order_by("id")[0].pk]), headers=LIVE)
    page = till.get(reverse("billing:counter"))
    assert "more than the bill of 99.99" in text(page)
    assert re.search(r'id="complete"[^>]*disabled', page.content.decode())


class TestRounding:
    @pytest.fixture
    def store(self, store: Store) -> Store:
        store.rounds_to_rupee = True
        store.save()
        return store

    def test_has_a_line_of_its_own_and_leaves_no_paisa_owed(
        self, till: Client, store: Store, cashier: User, soap: Product
    ) -> None:
        """The trap: 0.30 stays owed for ever."""
        rice = stocked_product(store, batches=[(9, "20", "33.43")])
        john = Customer.objects.find_or_create(store=store, phone="98765 43210").customer
        cart = filled_cart(store, cashier, [(rice, 3)], customer=john)
        assert "Rounding −₹0.29" in text(till.get(reverse("billing:counter")))
        bill = complete(till, cart, method="credit", advance_of=cart.customer_id)
        assert (bill.subtotal, bill.rounding, bill.total) == (D("100.29"), D("-0.29"), D("100.00"))
        assert bill.lines.get().total == D(100)
        assert Debt.objects.get().amount == D(100)
        assert "Rounding −₹0.29 Total ₹100.00" in text(till.get(reverse("billing:receipt", args=[bill.pk])))

    def test_of_a_sale_by_a_program_too(self, store: Store, cashier: User, soap: Product) -> None:
        bill = sell(store, cashier, [(soap, 1)], terms=Terms(discount=D("0.50"))).bill
        assert (bill.rounding, bill.total) == (D("0.50"), D(100))

    @given(st.lists(st.decimals(min_value=0, max_value=500, places=2), min_size=1, max_size=12))
    def test_parts_always_add_up(self, prices: list[D]) -> None:
        products = {n: Product(pk=n, name=str(n), stock_policy="none") for n in range(len(prices))}
        items = [SaleItem(n, D(1), price) for n, price in enumerate(prices)]
        priced = quote(items, products=products, batches=[], is_rounded=True)
        assert priced.total == priced.total.to_integral_value()
        assert abs(priced.rounding) <= D("0.50")
        assert sum(line.rounding for line in priced.lines) == priced.rounding
        assert all(line.total >= 0 for line in priced.lines)
