"""The payment at the counter, by money alone, and what refuses it."""

from decimal import Decimal

import pytest
from django.urls import reverse

from billing.models import Bill, Cart
from billing.tests.counter.pressing import LIVE, complete, paid, terms, text
from billing.tests.factories import filled_cart, sell, stocked_product
from viveka.stores.tests.factories import StoreFactory, staff

pytestmark = pytest.mark.django_db


def test_cash_with_change_makes_the_bill_and_shows_its_receipt(till, store, cashier):
    product = stocked_product(store, name="Sugar", batches=[(3, 80, 100), (10, 85, 110)])
    cart = filled_cart(store, cashier, [(product, 5)])
    response = complete(till, terms(store, cart, received="1000"), headers=LIVE)
    bill = Bill.objects.get()
    assert response["HX-Redirect"] == reverse("billing:receipt", args=[bill.pk])
    assert paid(bill) == [("cash", Decimal("520.00"), Decimal("1000.00"), "")]
    assert [batch.remaining for batch in product.batches.oldest_first()] == [0, 8]
    receipt = text(till.get(response["HX-Redirect"]))
    assert "3 × ₹100.00 ₹300.00" in receipt
    assert "2 × ₹110.00 ₹220.00" in receipt
    assert "Cash taken ₹1,000.00 Change ₹480.00" in receipt
    assert Cart.objects.current(store, cashier) is None


def test_a_mix_of_methods_is_paid_to_the_paisa(till, store, cashier):
    cart = filled_cart(store, cashier, [(stocked_product(store), 5)])
    data = terms(
        store,
        cart,
        received="200",
        part_method=["upi", "card", "bank_transfer"],
        part_amount=["150.50", "199.50", ""],
        part_reference=["UPI 77", "", ""],
    )
    assert complete(till, data).status_code == 302
    assert paid(Bill.objects.get()) == [
        ("upi", Decimal("150.50"), None, "UPI 77"),
        ("card", Decimal("199.50"), None, ""),
        ("cash", Decimal("150.00"), Decimal("200.00"), ""),
    ]


def test_a_reference_goes_with_card_upi_and_bank_transfer(till, store, cashier):
    cart = filled_cart(store, cashier, [(stocked_product(store), 1)])
    complete(till, terms(store, cart, method="bank_transfer", reference=" N 1 "))
    assert paid(Bill.objects.get()) == [("bank_transfer", Decimal("100.00"), None, "N 1")]


@pytest.mark.parametrize(
    ("payment", "sentence"),
    [
        ({"received": "99.99"}, "Cash taken is 99.99, to pay is 100.00."),
        ({"received": "-5"}, "Cash received takes digits"),
        ({"received": "1e4"}, "Cash received takes digits"),
        ({"method": "barter"}, "Choose how it is paid."),
        ({"method": "upi", "reference": "a\x00"}, "control characters"),
        ({"part_method": ["upi"], "part_amount": ["100.01"], "part_reference": [""]}, "add up to 100.01"),
        ({"part_method": ["upi"], "part_amount": ["1.001"], "part_reference": [""]}, "at most 2 decimal"),
        ({"part_method": ["upi"], "part_amount": ["0"], "part_reference": [""]}, "at least 0.01"),
        ({"part_method": ["iou"], "part_amount": ["1"], "part_reference": [""]}, "Choose how it is paid."),
        ({"part_amount": ["x"]}, "Choose how it is paid."),
    ],
)
@pytest.mark.parametrize("headers", [{}, LIVE])
def test_a_payment_that_does_not_hold_is_refused_with_what_was_typed(till, store, cashier, payment, sentence, headers):
    cart = filled_cart(store, cashier, [(stocked_product(store), 1)])
    response = complete(till, terms(store, cart, **payment), headers=headers)
    assert sentence in text(response)
    for typed in (payment.get("received"), *payment.get("part_amount", [])):
        assert not typed or f'value="{typed}"' in response.content.decode()
    assert not Bill.objects.exists()


def test_another_part_is_added_without_javascript_too(till, store, cashier):
    cart = filled_cart(store, cashier, [(stocked_product(store), 1)])
    response = complete(till, terms(store, cart, split="1", received="500"))
    assert response.content.decode().count('name="part_amount"') == 2  # the new one, and the template
    assert 'value="500"' in response.content.decode()


def test_completed_twice_it_is_one_bill_and_one_receipt(till, store, cashier):
    cart = filled_cart(store, cashier, [(stocked_product(store), 1)])
    data = terms(store, cart, phone="9876543210", name="")
    first, again = complete(till, data), complete(till, data | {"received": "junk"})
    assert first.url == again.url
    assert Bill.objects.count() == 1


def test_when_the_price_changed_nothing_is_billed_and_the_line_says_what_it_was(till, store, cashier):
    product = stocked_product(store, name="Sugar", batches=[(3, 80, 100), (10, 85, 110)])
    cart = filled_cart(store, cashier, [(product, 3)])
    data = terms(store, cart, received="500")
    sell(store, cashier, [(product, 2)])
    response = complete(till, data, headers=LIVE)
    page = text(response)
    assert "Prices or stock have changed: the total is ₹320.00 now" in page
    assert "Changed. It was 3 × 100.00." in page
    assert 'value="500"' in response.content.decode()
    assert Bill.objects.count() == 1
    assert complete(till, terms(store, cart, received="500")).status_code == 302


def test_when_stock_ran_out_nothing_is_billed_and_the_line_says_so(till, store, cashier):
    product = stocked_product(store, name="Sugar", batches=[(3, 80, 100)])
    cart = filled_cart(store, cashier, [(product, 3)])
    data = terms(store, cart)
    sell(store, cashier, [(product, 2)])
    page = text(complete(till, data, headers=LIVE))
    assert "Only 1 of Sugar left." in page
    assert "It was 3 × 100.00." in page


def test_what_was_not_seen_is_not_billed(till, store, cashier):
    cart = filled_cart(store, cashier, [(stocked_product(store), 1)])
    data = terms(store, cart)
    del data["seen"]
    assert "have changed" in text(complete(till, data))
    assert not Bill.objects.exists()


@pytest.mark.parametrize("sent", ["", "junk", "019a0000-0000-7000-8000-000000000000", "\x00"])
def test_a_cart_that_is_not_there_is_a_sentence(till, sent):
    response = complete(till, {"cart": sent, "method": "cash"})
    assert response.status_code == 200
    assert "Add a product first" in text(response) or "no longer there" in text(response)


def test_another_stores_cart_is_not_there(till):
    other = StoreFactory()
    cart = filled_cart(other, staff(other), [(stocked_product(other), 1)])
    assert "no longer there" in text(complete(till, terms(other, cart)))
    assert not Bill.objects.exists()
