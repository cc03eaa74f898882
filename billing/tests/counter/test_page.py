"""The page of the counter: the cart, and the products that come into it."""

import pytest
from django.urls import reverse

from billing.models import Cart
from billing.tests.counter.pressing import COUNTER, LIVE, text
from billing.tests.factories import filled_cart, stocked_product
from viveka.stores.tests.factories import StoreFactory, staff

pytestmark = pytest.mark.django_db


def test_the_counter_opens_empty_and_makes_nothing(till):
    response = till.get(COUNTER)
    assert "Scan the first product" in text(response)
    assert "no-store" in response["Cache-Control"]
    assert not Cart.objects.exists()


def test_the_cart_is_there_again_after_a_reload(till, store, cashier):
    filled_cart(store, cashier, [(stocked_product(store, name="Neem Soap"), 2)])
    page = text(till.get(COUNTER))
    assert "Neem Soap" in page
    assert "2 × ₹100.00 batch of" in page


def test_the_cart_of_somebody_else_waits_and_another_stores_is_not_there(till, store):
    filled_cart(store, staff(store), [(stocked_product(store, name="Neem Soap"), 2)])
    other = StoreFactory()
    filled_cart(other, staff(other), [(stocked_product(other, name="Their Soap"), 2)])
    page = text(till.get(COUNTER))
    assert "Scan the first product" in page
    assert "Neem Soap open since" in page
    assert "Their Soap" not in page


def test_a_scan_adds_at_once_as_a_plain_form_and_live(till, store, cashier):
    stocked_product(store, barcode="890", name="Neem Soap")
    assert till.post(reverse("billing:cart-add"), {"code": "890"}).url == COUNTER
    response = till.post(reverse("billing:cart-add"), {"code": "890"}, headers=LIVE)
    assert "2 × ₹100.00" in text(response)
    assert 'hx-swap-oob="true"' in response.content.decode()
    assert "<html" not in response.content.decode()


def test_an_unknown_code_is_said_with_and_without_javascript(till):
    for headers in ({}, LIVE):
        response = till.post(reverse("billing:cart-add"), {"code": "<i>404"}, headers=headers)
        assert "Nothing has the code or a name beginning with “&lt;i&gt;404”" in response.content.decode()


def test_a_name_offers_products_with_price_and_stock(till, store):
    stocked_product(store, name="Neem Soap", sku="NS1")
    stocked_product(StoreFactory(), name="Soap of another store")
    found = text(till.get(reverse("billing:cart-matches"), {"code": "soa"}))
    assert found == "Neem Soap NS1 10 piece left ₹100.00"
    assert "Neem Soap" in text(till.post(reverse("billing:cart-add"), {"code": "soa"}, headers=LIVE))
    assert not Cart.objects.exists()


@pytest.mark.parametrize("typed", ["", "abc", "0", "-1", "1e3", "1_000", "१२", "99999999999", "\x00", "1.5"])
def test_a_quantity_that_is_none_is_refused_and_stays_typed(till, store, cashier, typed):
    cart = filled_cart(store, cashier, [(stocked_product(store), 2)])
    line = cart.lines.get()
    response = till.post(reverse("billing:line-quantity", args=[line.pk]), {"quantity": typed}, headers=LIVE)
    assert "quantity-error" in response.content.decode()
    if typed.isprintable() and typed:
        assert f'value="{typed}"' in response.content.decode()
    line.refresh_from_db()
    assert line.quantity == 2


def test_quantity_is_set_and_stepped(till, store, cashier):
    cart = filled_cart(store, cashier, [(stocked_product(store), 2)])
    url = reverse("billing:line-quantity", args=[cart.lines.get().pk])
    assert till.post(url, {"quantity": "5"}).url == COUNTER
    till.post(url, {"step": "1", "quantity": "2"})
    assert cart.lines.get().quantity == 6


def test_a_price_below_cost_is_refused_without_telling_the_cost(till, store, cashier):
    cart = filled_cart(store, cashier, [(stocked_product(store, batches=[(9, "83.17", 100)]), 2)])
    url = reverse("billing:line-price", args=[cart.lines.get().pk])
    response = till.post(url, {"price": "83.16"}, headers=LIVE)
    assert "below the lowest price allowed" in text(response)
    assert 'value="83.16"' in response.content.decode()
    assert "83.17" not in response.content.decode()
    till.post(url, {"price": "90"})
    assert cart.lines.get().price == 90
    till.post(url, {"price": ""})
    assert cart.lines.get().price is None


def test_a_cashier_never_sees_what_goods_cost(till, store, cashier):
    filled_cart(store, cashier, [(stocked_product(store, batches=[(9, "83.17", 100)]), 2)])
    assert "83.17" not in till.get(COUNTER).content.decode()


def test_another_persons_line_is_not_there(till, store):
    cart = filled_cart(store, staff(store), [(stocked_product(store), 2)])
    pk = cart.lines.get().pk
    assert "no longer in the cart" in text(till.post(reverse("billing:line-quantity", args=[pk]), {"quantity": "9"}))
    till.post(reverse("billing:line-remove", args=[pk]))
    assert cart.lines.get().quantity == 2


def test_a_sale_is_given_up(till, store, cashier):
    cart = filled_cart(store, cashier, [(stocked_product(store), 2)])
    for sent in ("", "junk", str(cart.pk)):
        till.post(reverse("billing:cart-drop"), {"cart": sent}, headers=LIVE)
    assert Cart.objects.current(store, cashier) is None


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("cart-add", []),
        ("line-quantity", [1]),
        ("line-price", [1]),
        ("line-remove", [1]),
        ("cart-buyer", []),
        ("buyer-clear", []),
        ("buyer-correct-name", []),
        ("cart-drop", []),
        ("cart-complete", []),
    ],
)
def test_an_empty_form_of_somebody_without_a_cart_is_no_fault(till, name, args):
    for headers in ({}, LIVE):
        assert till.post(reverse(f"billing:{name}", args=args), headers=headers).status_code in {200, 302}
    assert not Cart.objects.exists()
