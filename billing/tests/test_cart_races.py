"""Scans of one person at once, and while the payment completes."""

import pytest
from django.utils import timezone

from billing.models import Cart
from billing.services import carts
from billing.services.checkout import complete_cart
from billing.services.tender import Tender
from billing.tests.at_once import at_once
from billing.tests.factories import stocked_product
from billing.tests.test_carts import only_line

pytestmark = pytest.mark.django_db


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
def test_first_scans_at_once_make_one_cart_and_lose_none(store, cashier):
    stocked_product(store, barcode="1", batches=[(100, 80, 100)])
    at_once(8, lambda _: carts.add_to_cart(store=store, by=cashier, code="1"))
    assert Cart.objects.count() == 1
    assert only_line(store, cashier).quantity == 8


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
def test_a_scan_while_the_payment_completes_lands_in_this_bill_or_in_the_next_cart(store, cashier):
    stocked_product(store, barcode="1", batches=[(100, 80, 100)])
    for _ in range(5):
        carts.add_to_cart(store=store, by=cashier, code="1")
        cart = Cart.objects.current(store, cashier)

        def act(number: int, cart: Cart = cart) -> object:
            if number:
                return carts.add_to_cart(store=store, by=cashier, code="1")
            return complete_cart(
                store=store, by=cashier, cart_id=cart.pk, tenders=[Tender("cash")], now=timezone.now()
            ).bill

        bill = at_once(2, act)[0]
        sold = bill.lines.get().quantity
        following = Cart.objects.current(store, cashier)
        assert sold + (following.lines.get().quantity if following else 0) == 2
        assert cart.lines.get().quantity == sold
        if following:
            carts.drop_cart(store=store, by=cashier, cart_id=following.pk, now=timezone.now())
