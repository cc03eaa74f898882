"""Discounts below cost: refused in words that do not tell the cost, or given by a manager's word at that figure."""

from decimal import Decimal as D
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from billing.models import Bill, Cart, CartLine, Product
from billing.services import line_terms
from billing.services.below_cost import allow_line
from billing.services.carts import set_quantity
from billing.services.checkout import complete_cart
from billing.services.discounts import discount_cart, discount_line
from billing.services.priced_cart import read_cart
from billing.services.quote import BelowCost
from billing.services.tender import Tender
from billing.tests.counter.pressing import LIVE, complete, terms, text
from billing.tests.factories import filled_cart, sell, stocked_product, take_back
from debts.services import Permission
from viveka.stores.errors import Refused
from viveka.stores.models import Membership, PinTry, Store, User

pytestmark = pytest.mark.django_db
COST = "83.17"
WHOLE = reverse("billing:cart-discount")


@pytest.fixture
def store(store: Store) -> Store:
    """One that lets its managers sell below cost."""
    store.allows_below_cost = True
    store.save()
    return store


@pytest.fixture
def till(cashier_client: Client) -> Client:
    return cashier_client


@pytest.fixture
def soap(store: Store) -> Product:
    return stocked_product(store, name="Soap", batches=[(9, COST, 100)])


@pytest.fixture
def cart(store: Store, cashier: User, soap: Product) -> Cart:
    return filled_cart(store, cashier, [(soap, 2)])


@pytest.fixture
def word(manager: User) -> dict[str, Any]:
    """What a cashier's screen sends for her."""
    membership = Membership.objects.get(user=manager)
    membership.pin_hash = make_password("2580")
    membership.save()
    return {"pin_manager": membership.pk, "pin": "2580", "pin_why": "Festival"}


def line_of(cart: Cart) -> CartLine:
    return cart.lines.get()


def told(cart: Cart, **rest: Any) -> dict[str, Any]:
    return {"store": cart.store, "by": cart.by, "now": timezone.now(), **rest}


def off(cart: Cart, typed: str, permission: Permission | None = None) -> None:
    discount_line(**told(cart, line_id=line_of(cart).pk, typed=typed, permission=permission))


def sell_cart(cart: Cart) -> Bill:
    return complete_cart(**told(cart, cart_id=cart.pk, tenders=[Tender("cash")])).bill


def message(cart: Cart) -> str:
    return read_cart(cart.store, cart, cart.store.day_of(timezone.now())).lines[0].message


def test_a_discount_on_a_line_by_the_managers_pin(
    till: Client, store: Store, cart: Cart, cashier: User, manager: User, word: dict[str, Any], manager_client: Client
) -> None:
    url = reverse("billing:line-discount", args=[line_of(cart).pk])
    page = till.post(url, {"discount": "50"}, headers=LIVE)
    assert "Soap would be sold below the lowest price allowed." in text(page)
    assert "A manager allows it" in text(page) and COST not in page.content.decode()
    page = till.post(url, {"discount": "50", **word, "pin": "1111"}, headers=LIVE)
    assert "This PIN is not right." in text(page) and "Festival" in page.content.decode()
    assert (line_of(cart).discount, line_of(cart).allowed_by) == (0, None)
    page = till.post(url, {"discount": "50", **word}, headers=LIVE)
    assert "To pay · 2 items ₹150.00" in text(page) and "lowest price" not in text(page)
    complete(till, terms(store, cart))
    bill = Bill.objects.get()
    line = bill.lines.get()
    assert (line.discount, line.total, line.allowed_by, line.allowed_why) == (50, 150, manager, "Festival")
    assert bill.cashier == cashier
    assert f"low price allowed by {manager.username}: Festival" in text(manager_client.get(bill.get_absolute_url()))
    assert list(PinTry.objects.order_by("at").values_list("what", "is_right")) == [
        ("sell below cost", False), ("sell below cost", True),
    ]  # fmt: skip
    assert take_back(bill, 1, by=manager).total == 75


def test_five_wrong_pins_lock_it(till: Client, cart: Cart, word: dict[str, Any]) -> None:
    for _ in range(5):
        till.post(WHOLE, {"discount": "50", **word, "pin": "1111"}, headers=LIVE)
    assert "Too many wrong tries." in text(till.post(WHOLE, {"discount": "50", **word}, headers=LIVE))
    assert Cart.objects.get().discount == 0


@pytest.mark.parametrize("between", ["5", "", "49.99"])
def test_another_figure_and_back_again_asks_again(cart: Cart, manager: User, between: str) -> None:
    off(cart, "50", Permission(manager, "Festival"))
    off(cart, "50")  # the same figure once more
    with pytest.raises(BelowCost):
        off(cart, "50.01")
    off(cart, between)
    with pytest.raises(BelowCost):
        off(cart, "50")
    assert line_of(cart).discount == D(between or 0)


def test_fewer_of_them_for_the_same_discount_asks_again_at_the_line(
    till: Client, cart: Cart, manager: User, word: dict[str, Any]
) -> None:
    off(cart, "50", Permission(manager, "Festival"))
    line = line_of(cart)
    set_quantity(store=cart.store, by=cart.by, line_id=line.pk, quantity=D(4))
    assert message(cart) == ""
    set_quantity(store=cart.store, by=cart.by, line_id=line.pk, quantity=D(1))
    page = till.get(reverse("billing:counter"))
    assert "Soap would be sold below the lowest price allowed." in text(page) and "Ask a manager" in text(page)
    with pytest.raises(Refused, match="lowest price"):
        sell_cart(cart)
    url = reverse("billing:line-allow", args=[line.pk])
    assert "A manager allows it" in text(till.post(url, headers=LIVE))
    assert "Say why." in text(till.post(url, {**word, "pin_why": " "}, headers=LIVE))
    assert "lowest price" not in text(till.post(url, {**word, "pin_why": "The last one"}, headers=LIVE))
    (sold,) = sell_cart(cart).lines.all()
    assert (sold.total, sold.allowed_by, sold.allowed_why) == (50, manager, "The last one")


def test_on_the_whole_every_line_that_goes_below_is_named_and_allowed(
    till: Client, store: Store, cart: Cart, manager: User, word: dict[str, Any]
) -> None:
    dear = stocked_product(store, name="Oil", batches=[(9, 20, 100)])
    near = stocked_product(store, name="Comb", batches=[(9, "45", 50)])
    for product in (dear, near):
        CartLine.objects.create(store=store, cart=cart, product=product, quantity=D(1))
    page = till.post(WHOLE, {"discount": "20%"}, headers=LIVE)
    assert "Soap, Comb would be sold below the lowest price allowed." in text(page)
    assert COST not in page.content.decode() and Cart.objects.get().discount == 0
    page = till.post(WHOLE, {"discount": "20%", **word}, headers=LIVE)
    assert "Discount −₹70.00" in text(page)
    assert "lowest price" in text(till.post(WHOLE, {"discount": "20.1%"}, headers=LIVE))
    cart.refresh_from_db()
    bill = sell_cart(cart)
    assert list(bill.lines.values_list("name", "total", "allowed_by")) == [
        ("Soap", 160, manager.pk), ("Oil", 80, None), ("Comb", 40, manager.pk),
    ]  # fmt: skip


def test_a_discount_on_the_whole_that_is_taken_back_leaves_the_word_about_the_line(cart: Cart, manager: User) -> None:
    off(cart, "50", Permission(manager, "Festival"))
    discount_cart(**told(cart, typed="10", permission=Permission(manager, "And more")))
    assert line_of(cart).allowed_why == "And more"
    discount_cart(**told(cart, typed=""))
    assert message(cart) == ""
    with pytest.raises(BelowCost):
        discount_cart(**told(cart, typed="10"))
    line = sell_cart(Cart.objects.get(pk=cart.pk)).lines.get()
    assert (line.total, line.allowed_by) == (150, manager)


def test_what_needs_no_word_names_nobody(cart: Cart, manager: User) -> None:
    off(cart, "50", Permission(manager, "Festival"))
    off(cart, "10", Permission(manager, "Festival"))
    assert line_of(cart).allowed_by is None
    off(cart, "50", Permission(manager, "Festival"))
    CartLine.objects.update(quantity=9)
    assert sell_cart(cart).lines.get().allowed_by is None


def test_another_till_sold_the_cheap_ones(
    till: Client, store: Store, cashier: User, manager: User, word: dict[str, Any]
) -> None:
    soap = stocked_product(store, name="Soap", batches=[(2, 60, 100), (9, COST, 100)])
    cart = filled_cart(store, cashier, [(soap, 2)])
    off(cart, "40")
    sell(store, manager, [(soap, 2)])
    page = complete(till, terms(store, cart))
    assert "lowest price" in text(page) and "Ask a manager" in text(page) and not Bill.objects.filter(cart=cart)
    till.post(reverse("billing:line-allow", args=[line_of(cart).pk]), word, headers=LIVE)
    complete(till, terms(store, cart))
    assert Bill.objects.get(cart=cart).lines.get().allowed_by == manager


def test_a_price_and_a_discount_of_one_line_and_its_packets(store: Store, cashier: User, manager: User) -> None:
    soap = stocked_product(store, name="Soap", batches=[(9, COST, 100), (9, COST, 110)])
    cart = filled_cart(store, cashier, [(soap, 4)])
    off(cart, "20")
    line_terms.set_price(**told(cart, line_id=line_of(cart).pk, price=D(80), permission=Permission(manager, "Torn")))
    assert (line_of(cart).allowed_amount, line_of(cart).allowed_quantity) == (300, 4)
    batch = soap.batches.get(selling_price=110).pk
    line_terms.split_packet(**told(cart, line_id=line_of(cart).pk, batch_id=batch))
    assert message(cart) == ""  # what one of them brings is what it was
    one, other = cart.lines.order_by("id")
    assert (one.discount, one.allowed_by, other.discount, other.allowed_by) == (15, manager, 5, None)
    line_terms.take_packet(**told(cart, line_id=one.pk, batch_id=batch))
    assert line_of(cart).allowed_by is None
    assert sell_cart(cart).total == 420


def test_a_price_that_rounding_raises_is_allowed_as_typed(store: Store, cashier: User, manager: User) -> None:
    rice = stocked_product(store, name="Rice", unit="kg", batches=[(9, 1, 2)])
    cart = filled_cart(store, cashier, [(rice, "0.333")])
    line = told(cart, line_id=line_of(cart).pk)
    line_terms.set_price(**line, price=D("0.05"), permission=Permission(manager, "Broken"))
    assert sell_cart(cart).total == D("0.02")


def test_without_the_setting_nobody_may(
    till: Client, store: Store, cart: Cart, manager: User, word: dict[str, Any]
) -> None:
    off(cart, "50", Permission(manager, "Festival"))
    Store.objects.update(allows_below_cost=False)
    page = text(till.get(reverse("billing:counter")))
    assert "lowest price allowed" in page and "Ask a manager" not in page
    line = line_of(cart).pk
    for url in (reverse("billing:line-discount", args=[line]), WHOLE, reverse("billing:line-allow", args=[line])):
        page = text(till.post(url, {"discount": "60", **word}, headers=LIVE))
        assert "lowest price allowed" in page and "A manager allows it" not in page
    store.allows_below_cost = False
    cart.store = store
    with pytest.raises(Refused, match="settings"):
        allow_line(**told(cart, line_id=line, permission=Permission(manager, "Festival")))
    assert not PinTry.objects.exists()


def test_a_manager_at_her_own_screen_says_why(client: Client, store: Store, soap: Product, manager: User) -> None:
    client.force_login(manager)
    cart = filled_cart(store, manager, [(soap, 2)])
    assert "A manager allows it" in text(client.post(WHOLE, {"discount": "50"}, headers=LIVE))
    client.post(WHOLE, {"discount": "50", "pin_why": "Friend"}, headers=LIVE)
    assert (line_of(cart).allowed_by, line_of(cart).allowed_why) == (manager, "Friend")
