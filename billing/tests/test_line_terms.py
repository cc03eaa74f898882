"""On what terms a line is sold: for an amount of money, at the price of the packet in hand, below cost, by whom."""

from decimal import Decimal as D
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from billing.models import Batch, Bill, Cart, CartLine, Product
from billing.services import line_terms
from billing.services.carts import add_to_cart
from billing.services.checkout import complete_cart
from billing.services.packets import show_packets
from billing.services.priced_cart import PricedLine, read_cart
from billing.services.quote import BelowCost, SaleItem, quote
from billing.services.tender import Tender
from billing.services.worth import read_worth
from billing.tests.counter.pressing import LIVE, complete, terms, text
from billing.tests.factories import filled_cart, stocked_product, take_back
from billing.tests.test_quote import batch, product
from debts.services import Permission
from viveka.stores.errors import Missing, Refused
from viveka.stores.models import Membership, PinTry, Store, User
from viveka.stores.tests.factories import StoreFactory, staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def till(cashier_client: Client) -> Client:
    return cashier_client


def line_of(cart: Cart) -> CartLine:
    return cart.lines.select_related("packet").get()


def read(cart: Cart) -> PricedLine:
    return read_cart(cart.store, cart, cart.store.day_of(timezone.now())).lines[0]


def told(store: Store, by: User, cart: Cart) -> dict[str, Any]:
    return {"store": store, "by": by, "line_id": line_of(cart).pk}


def sell_cart(store: Store, by: User, cart: Cart) -> Bill:
    return complete_cart(store=store, by=by, cart_id=cart.pk, tenders=[Tender("cash")], now=timezone.now()).bill


# For an amount of money


@pytest.mark.parametrize("typed", ["₹20", "₹ 20", "Rs 20", "rs.20", "20/-", "=20", "Rs 20/-", "₹20.00"])
def test_money_as_a_quantity_is_known(typed: str) -> None:
    assert read_worth(typed) == 20


@pytest.mark.parametrize("typed", ["20", "0.5", "", "abc", "rs"])
def test_anything_else_is_no_money(typed: str) -> None:
    assert read_worth(typed) is None


@pytest.mark.parametrize("typed", ["₹0", "₹-1", "₹1.234", "=NaN", "₹1e3", "₹१२", "=99999999999", "=="])
def test_an_amount_that_is_none_is_refused(typed: str) -> None:
    with pytest.raises(Refused):
        read_worth(typed)


def test_sugar_for_twenty_rupees_is_exactly_that(till: Client, store: Store, cashier: User) -> None:
    sugar = stocked_product(store, name="Sugar", unit="kg", batches=[(50, 40, "45.50")])
    cart = filled_cart(store, cashier, [(sugar, 1)])
    page = till.post(reverse("billing:line-quantity", args=[line_of(cart).pk]), {"quantity": "₹20"}, headers=LIVE)
    assert "0.44 × ₹45.50" in text(page)
    assert 'value="₹20"' in page.content.decode()
    assert "To pay · 1 item ₹20.00" in text(page)
    response = complete(till, terms(store, cart))
    bill = Bill.objects.get()
    assert response.url == reverse("billing:receipt", args=[bill.pk])
    line = bill.lines.get()
    assert (line.quantity, line.price, line.subtotal, line.total, line.rounding) == (D("0.440"), D("45.50"), 20, 20, 0)
    assert (bill.total, line.cost, line.by_amount) == (20, D("17.60"), True)
    sugar.refresh_from_db()
    assert sugar.current_stock == D("49.560")
    take_back(bill, "0.440", by=cashier)


def test_money_runs_over_batches_of_different_prices(store: Store, cashier: User) -> None:
    sugar = stocked_product(store, unit="kg", batches=[("0.300", 30, "45.50"), (9, 30, "51.00")])
    cart = filled_cart(store, cashier, [(sugar, 1)])
    line_terms.set_worth(**told(store, cashier, cart), amount=D(100), now=timezone.now())
    bill = sell_cart(store, cashier, cart)
    assert bill.total == 100
    assert [line.quantity for line in bill.lines.all()] == [D("0.300"), D("1.693")]


@given(
    amount=st.decimals("0.01", "5000", places=2),
    prices=st.lists(st.decimals("0.50", "999.99", places=2), min_size=1, max_size=4),
    stock=st.decimals("0.001", "30", places=3),
)
def test_whatever_the_prices_the_line_is_the_money(amount: D, prices: list[D], stock: D) -> None:
    rice = product(unit="kg")
    shelf = [batch(n, rice, stock, 0, price) for n, price in enumerate(prices, 1)]
    result = quote([SaleItem(1, D(1), amount=amount)], products={1: rice}, batches=shelf)
    if result.refused or result.short:
        return
    assert result.total == amount
    assert all(line.subtotal >= 0 and line.quantity > 0 for line in result.lines)
    for line in result.lines:
        assert abs(line.subtotal - line.quantity * line.price) <= max(prices) * D("0.0005") + D("0.01")
        assert sum(part for _, part in line.parts) == line.quantity == line.quantity.quantize(D("0.001"))


def test_what_is_sold_whole_is_not_sold_for_money(till: Client, store: Store, cashier: User) -> None:
    cart = filled_cart(store, cashier, [(stocked_product(store, name="Soap"), 2)])
    page = till.post(reverse("billing:line-quantity", args=[line_of(cart).pk]), {"quantity": "₹20"}, headers=LIVE)
    assert "Soap is sold whole: type how many, not for how much." in text(page)
    assert line_of(cart).amount is None and line_of(cart).quantity == 2


def test_more_money_than_there_is_sugar_is_shown_as_short(store: Store, cashier: User) -> None:
    sugar = stocked_product(store, name="Sugar", unit="kg", batches=[("0.300", 30, 50)])
    cart = filled_cart(store, cashier, [(sugar, 1)])
    line_terms.set_worth(**told(store, cashier, cart), amount=D(20), now=timezone.now())
    assert read(cart).message == "Only 0.3 of Sugar left."
    with pytest.raises(Refused, match="Only 0.3"):
        sell_cart(store, cashier, cart)


def test_a_quantity_typed_later_takes_the_money_away_and_a_new_price_keeps_it(store: Store, cashier: User) -> None:
    sugar = stocked_product(store, unit="kg", batches=[(9, 30, 50)])
    cart = filled_cart(store, cashier, [(sugar, 1)])
    line = told(store, cashier, cart)
    line_terms.set_worth(**line, amount=D(20), now=timezone.now())
    line_terms.set_price(**line, price=D(40), now=timezone.now())
    assert (read(cart).reading, read(cart).total) == ("0.5 × 40.00", 20)
    add_to_cart(store=store, by=cashier, product_id=sugar.pk)
    assert line_of(cart).amount is None


@pytest.mark.parametrize("amount", ["0.01", "9999999999.99"])
def test_money_for_less_or_more_than_can_be_measured(store: Store, cashier: User, amount: str) -> None:
    hour = stocked_product(
        store, name="Advice", unit="hour", batches=[], stock_policy="none",
        selling_price=D(100) if amount == "0.01" else D("0.01"),
    )  # fmt: skip
    cart = filled_cart(store, cashier, [(hour, 1)])
    with pytest.raises(Refused, match="can be measured"):
        line_terms.set_worth(**told(store, cashier, cart), amount=D(amount), now=timezone.now())
    assert line_of(cart).amount is None


# The packet in hand


@pytest.fixture
def soap(store: Store) -> Product:
    """Three at 100 with an MRP of 100, then dearer ones at 110; before them one lot at 95 that is sold out."""
    made = stocked_product(store, name="Soap", batches=[(1, 60, 95), (3, 60, 100), (50, 70, 110)])
    Batch.objects.filter(product=made, selling_price=100).update(mrp=100)
    Batch.objects.filter(product=made, selling_price=110).update(mrp=120)
    sold_out = filled_cart(store, staff(store), [(made, 1)])
    sell_cart(store, sold_out.by, sold_out)
    return made


def offered(cart: Cart) -> list[tuple[D, bool]]:
    one = read(cart)
    show_packets([one], cart.store.day_of(timezone.now()))
    return [(packet.price, packet.is_taken) for packet in one.packets]


def test_the_price_of_the_packet_in_hand_by_one_tap(till: Client, store: Store, cashier: User, soap: Product) -> None:
    cart = filled_cart(store, cashier, [(soap, 2)])
    assert offered(cart) == [(95, False), (110, False)]
    dear = soap.batches.get(selling_price=110)
    url = reverse("billing:line-packet", args=[line_of(cart).pk])
    page = till.post(url, {"batch": dear.pk}, headers=LIVE)
    assert "2 × ₹110.00" in text(page)
    assert offered(cart) == [(95, False), (100, False), (110, True)]
    bill = sell_cart(store, cashier, cart)
    line = bill.lines.get()
    assert (line.price, line.cost, bill.total) == (110, 120, 220)  # above the MRP of the oldest, within its own
    assert soap.batches.get(selling_price=100).remaining == 1


def test_a_tap_on_the_chosen_packet_goes_back_to_the_batches(till: Client, store: Store, cashier: User, soap: Product):
    cart = filled_cart(store, cashier, [(soap, 2)])
    url = reverse("billing:line-packet", args=[line_of(cart).pk])
    till.post(url, {"batch": soap.batches.get(selling_price=95).pk})
    assert read(cart).reading == "2 × 95.00"
    till.post(url, {"batch": ""})
    assert read(cart).reading == "2 × 100.00"


def test_the_mrp_of_the_packet_is_never_passed_and_cost_is_judged_as_ever(store: Store, cashier: User, soap: Product):
    cart = filled_cart(store, cashier, [(soap, 2)])
    line = {**told(store, cashier, cart), "now": timezone.now()}
    line_terms.take_packet(**line, batch_id=soap.batches.get(selling_price=110).pk)
    with pytest.raises(Refused, match="MRP of 120"):
        line_terms.set_price(**line, price=D("120.01"))
    Batch.objects.filter(product=soap, selling_price=110).update(selling_price=59)
    with pytest.raises(BelowCost):
        line_terms.take_packet(**line, batch_id=soap.batches.get(selling_price=59).pk)
    with pytest.raises(Missing):
        line_terms.take_packet(**line, batch_id=stocked_product(store).batches.get().pk)
    theirs = stocked_product(StoreFactory()).batches.get()
    with pytest.raises(Missing):
        line_terms.take_packet(**line, batch_id=theirs.pk)


def test_one_price_offers_nothing(store: Store, cashier: User) -> None:
    cart = filled_cart(store, cashier, [(stocked_product(store, batches=[(3, 60, 100), (9, 61, 100)]), 2)])
    assert offered(cart) == []


# Below cost, by a manager's word


@pytest.fixture
def clearance(store: Store, manager: User) -> Store:
    Store.objects.filter(pk=store.pk).update(allows_below_cost=True)
    Membership.objects.filter(user=manager).update(pin_hash=make_password("2580"))
    store.refresh_from_db()
    return store


def test_a_manager_lets_a_price_go_below_cost(till: Client, clearance: Store, cashier: User, manager: User) -> None:
    cart = filled_cart(clearance, cashier, [(stocked_product(clearance, batches=[(9, 80, 100)]), 2)])
    url = reverse("billing:line-price", args=[line_of(cart).pk])
    page = till.post(url, {"price": "70"}, headers=LIVE)
    assert "below the lowest price allowed" in text(page) and "A manager allows it" in text(page)
    whose = Membership.objects.get(user=manager).pk
    sent = {"price": "70", "pin_manager": whose, "pin_why": "Torn packet"}
    page = till.post(url, {**sent, "pin": "1111"}, headers=LIVE)
    assert "This PIN is not right." in text(page) and 'value="Torn packet"' in page.content.decode()
    assert line_of(cart).price is None
    till.post(url, {**sent, "pin": "2580"}, headers=LIVE)
    bill = sell_cart(clearance, cashier, cart)
    line = bill.lines.get()
    assert (line.price, line.allowed_by, line.allowed_why, bill.cashier) == (70, manager, "Torn packet", cashier)
    assert [one.is_right for one in PinTry.objects.filter(what="sell below cost").order_by("at")] == [False, True]
    assert "price allowed by" in text(till.get(bill.get_absolute_url()))


def test_her_word_holds_for_that_price_alone(clearance: Store, cashier: User, manager: User) -> None:
    cart = filled_cart(clearance, cashier, [(stocked_product(clearance, batches=[(9, 80, 100)]), 2)])
    line = {**told(clearance, cashier, cart), "now": timezone.now()}
    line_terms.set_price(**line, price=D(70), permission=Permission(manager, "Torn"))
    CartLine.objects.filter(cart=cart).update(discount=1)
    with pytest.raises(Refused, match="below the lowest price"):
        sell_cart(clearance, cashier, cart)
    with pytest.raises(BelowCost):
        line_terms.set_price(**line, price=D("69.99"))
    CartLine.objects.filter(cart=cart).update(discount=0)
    Store.objects.filter(pk=clearance.pk).update(allows_below_cost=False)
    clearance.refresh_from_db()
    with pytest.raises(Refused, match="below the lowest price"):
        sell_cart(clearance, cashier, cart)


def test_without_the_setting_nobody_may(till: Client, store: Store, cashier: User, manager: User) -> None:
    cart = filled_cart(store, cashier, [(stocked_product(store, batches=[(9, 80, 100)]), 2)])
    url = reverse("billing:line-price", args=[line_of(cart).pk])
    page = till.post(url, {"price": "70", "pin_manager": 1, "pin": "2580", "pin_why": "x"}, headers=LIVE)
    assert "below the lowest price allowed" in text(page) and "A manager allows it" not in text(page)
    line = {**told(store, cashier, cart), "now": timezone.now()}
    with pytest.raises(Refused, match="settings"):
        line_terms.set_price(**line, price=D(70), permission=Permission(manager, "Torn"))


def test_a_manager_at_her_own_screen_says_why(client: Client, clearance: Store, manager: User) -> None:
    client.force_login(manager)
    cart = filled_cart(clearance, manager, [(stocked_product(clearance, batches=[(9, 80, 100)]), 2)])
    url = reverse("billing:line-price", args=[line_of(cart).pk])
    assert "A manager allows it" in text(client.post(url, {"price": "70"}, headers=LIVE))
    client.post(url, {"price": "70", "pin_why": "Last one"}, headers=LIVE)
    assert (line_of(cart).price, line_of(cart).allowed_by) == (70, manager)


# Served by


def test_a_line_and_a_whole_sale_are_served_by_somebody_else(till: Client, store: Store, cashier: User) -> None:
    asha, ravi = staff(store), staff(store, "manager")
    first, second, third = (stocked_product(store) for _ in range(3))
    cart = filled_cart(store, cashier, [(first, 1), (second, 1)])
    till.post(reverse("billing:cart-server"), {"served_by": asha.pk})
    one = cart.lines.order_by("id")[0]
    till.post(reverse("billing:line-server", args=[one.pk]), {"served_by": ravi.pk})
    add_to_cart(store=store, by=cashier, product_id=third.pk)
    bill = sell_cart(store, cashier, cart)
    assert [line.served_by for line in bill.lines.all()] == [ravi, asha, asha]
    assert f"served by {asha.username}" in text(till.get(bill.get_absolute_url()))
    assert f"Served by {ravi.username}" in text(till.get(reverse("billing:receipt", args=[bill.pk])))


def test_nobody_serves_who_does_not_work_here(till: Client, store: Store, cashier: User) -> None:
    staff(store)
    cart = filled_cart(store, cashier, [(stocked_product(store), 1)])
    url = reverse("billing:line-server", args=[line_of(cart).pk])
    for somebody in (staff(StoreFactory()), staff(store, "auditor")):
        till.post(url, {"served_by": somebody.pk})
        assert line_of(cart).served_by is None
    assert till.post(reverse("billing:cart-server"), {"served_by": "x"}).status_code in (200, 302)
