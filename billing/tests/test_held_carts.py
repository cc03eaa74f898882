"""Sales that wait: put aside, taken up again by anybody, a cart of its own for each machine."""

from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from billing.models import Cart
from billing.services import carts
from billing.services.checkout import complete_cart
from billing.services.held_carts import hold_cart, take_up_cart, waiting_carts
from billing.services.tender import Tender
from billing.tests.factories import filled_cart, stocked_product
from customers.models import Customer
from viveka.stores.errors import Missing, Refused
from viveka.stores.models import Store, User
from viveka.stores.tests.factories import staff

pytestmark = pytest.mark.django_db
LIVE = {"HX-Request": "true"}


def at_hand(store: Store, by: User, machine: str | None = None) -> Cart | None:
    return Cart.objects.current(store, by, machine)


def test_put_aside_and_taken_up_again(store: Store, cashier: User) -> None:
    soap, now = stocked_product(store, name="Soap"), timezone.now()
    cart = filled_cart(store, cashier, [(soap, 2)])
    hold_cart(store=store, by=cashier, phone="98765 43210", name="John Doe", now=now)
    assert Customer.objects.get().name == "John Doe"  # on record as soon as the cart is held
    assert at_hand(store, cashier) is None
    (waits,) = waiting_carts(store, None, now)
    assert (waits.cart, waits.items, waits.first, waits.who) == (cart, 1, "Soap", "CUST0001 - John Doe")
    filled_cart(store, cashier, [(soap, 1)])
    second = at_hand(store, cashier)
    take_up_cart(store=store, by=cashier, cart_id=cart.pk, now=now)
    assert at_hand(store, cashier) == cart
    assert [one.cart for one in waiting_carts(store, cart, now)] == [second]  # it waits in turn


def test_an_empty_cart_makes_room_for_good(store: Store, cashier: User) -> None:
    cart = filled_cart(store, staff(store), [(stocked_product(store), 2)])
    empty = filled_cart(store, cashier, [])
    take_up_cart(store=store, by=cashier, cart_id=cart.pk, now=timezone.now())
    empty.refresh_from_db()
    assert empty.dropped_at


def test_nothing_is_put_aside_where_nothing_is_in_it(store: Store, cashier: User) -> None:
    filled_cart(store, cashier, [])
    with pytest.raises(Refused, match="nothing to put aside"):
        hold_cart(store=store, by=cashier, now=timezone.now())


def test_a_bad_number_is_kept_as_typed(store: Store, cashier: User) -> None:
    filled_cart(store, cashier, [(stocked_product(store), 2)])
    hold_cart(store=store, by=cashier, phone="12 34", name="", now=timezone.now())
    assert (Cart.objects.get().phone, Customer.objects.count()) == ("12 34", 0)


def test_each_machine_has_its_own(store: Store, cashier: User) -> None:
    stocked_product(store, barcode="1")
    for machine in ("a" * 32, "b" * 32, "b" * 32):
        carts.add_to_cart(store=store, by=cashier, machine=machine, code="1")
    quantities = [at_hand(store, cashier, machine).lines.get().quantity for machine in ("a" * 32, "b" * 32)]
    assert quantities == [1, 2]


def test_taken_over_from_a_machine_that_broke_and_from_a_colleague(store: Store, cashier: User) -> None:
    soap = stocked_product(store, barcode="1")
    other = staff(store)
    carts.add_to_cart(store=store, by=other, machine="a" * 32, code="1")
    cart = at_hand(store, other)
    assert cart
    take_up_cart(store=store, by=cashier, machine="b" * 32, cart_id=cart.pk, now=timezone.now())
    assert (at_hand(store, other), at_hand(store, cashier, "b" * 32)) == (None, cart)
    bill = complete_cart(store=store, by=cashier, cart_id=cart.pk, tenders=[Tender("cash")], now=timezone.now()).bill
    assert bill.lines.get().product == soap
    with pytest.raises(Missing):
        take_up_cart(store=store, by=other, machine="a" * 32, cart_id=cart.pk, now=timezone.now())


def test_what_is_not_there(store: Store, other_store: Store, cashier: User) -> None:
    theirs = filled_cart(other_store, staff(other_store), [(stocked_product(other_store), 1)])
    mine = filled_cart(store, cashier, [(stocked_product(store), 1)])
    for key in (theirs.pk, uuid4()):
        with pytest.raises(Missing):
            take_up_cart(store=store, by=cashier, cart_id=key, now=timezone.now())
    assert at_hand(store, cashier) == mine
    assert not waiting_carts(store, mine, timezone.now())


class TestOnTheScreen:
    def test_held_listed_taken_up(self, cashier_client: Client, store: Store, cashier: User) -> None:
        cart = filled_cart(store, cashier, [(stocked_product(store, name="Neem Soap"), 2)], phone="98765 43210")
        assert cashier_client.post(reverse("billing:cart-hold")).status_code == 302
        page = cashier_client.get(reverse("billing:counter")).content.decode()
        assert "Waiting sales" in page
        assert "CUST0001 - Walk-in Customer" in page
        response = cashier_client.post(reverse("billing:cart-take-up", args=[cart.pk]), headers=LIVE)
        assert "2 × ₹100.00" in response.content.decode()
        assert "Waiting sales" not in response.content.decode()

    def test_refusals_are_said(self, cashier_client: Client, store: Store, cashier: User) -> None:
        assert "nothing to put aside" in cashier_client.post(reverse("billing:cart-hold")).content.decode()
        gone = cashier_client.post(reverse("billing:cart-take-up", args=[uuid4()]))
        assert "no longer there" in gone.content.decode()
        filled_cart(store, cashier, [(stocked_product(store), 1)])
        bad = cashier_client.post(reverse("billing:cart-hold"), {"phone": "1\x00", "name": ""}, headers=LIVE)
        assert "control characters" in bad.content.decode()
        assert not Cart.objects.filter(held_at__isnull=False).exists()

    def test_two_machines_of_one_person(self, cashier: User, store: Store) -> None:
        stocked_product(store, barcode="1", name="Neem Soap")
        one, two = Client(), Client()
        for machine in (one, two):
            machine.force_login(cashier)
        one.post(reverse("billing:cart-add"), {"code": "1"})
        assert "open since" in two.get(reverse("billing:counter")).content.decode()
        two.post(reverse("billing:cart-add"), {"code": "1"})
        one.post(reverse("sign-out"))
        one.force_login(cashier)  # the machine is known again
        assert [cart.lines.get().quantity for cart in Cart.objects.all()] == [1, 1]
        one.post(reverse("billing:cart-add"), {"code": "1"})
        assert sorted(cart.lines.get().quantity for cart in Cart.objects.all()) == [1, 2]
