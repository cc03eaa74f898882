import re
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from billing.models import Bill, Cart, Payment
from billing.services.priced_cart import read_cart
from billing.tests.factories import filled_cart, sell, stocked_product
from customers.models import Customer
from customers.tests.factories import CustomerFactory
from viveka.stores.models import Store, User
from viveka.stores.tests.factories import StoreFactory, staff

pytestmark = pytest.mark.django_db
LIVE = {"HX-Request": "true"}
COUNTER = reverse("billing:counter")


@pytest.fixture
def till(client: Client, cashier: User) -> Client:
    client.force_login(cashier)
    return client


def terms(store: Store, cart: Cart, **payment) -> dict:
    """What the payment form sends for a cart as it stands."""
    priced = read_cart(store, cart, store.day_of(timezone.now()))
    shown = [f"{one.line.pk}:{one.reading}" for one in priced.lines]
    return {"cart": str(cart.pk), "seen": priced.quote.digest(), "shown": shown, "method": "cash", **payment}


def complete(till: Client, data: dict, **extra):
    return till.post(reverse("billing:cart-complete"), data, **extra)


def text(response) -> str:
    """What a person reads of the answer."""
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def paid(bill: Bill) -> list[tuple]:
    return list(Payment.objects.filter(bill=bill).values_list("method", "amount", "tendered", "reference"))


# The page


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


def test_an_auditor_may_not_sell_but_may_read_a_receipt(client, store):
    bill = sell(store, staff(store), [(stocked_product(store), 1)]).bill
    client.force_login(staff(store, "auditor"))
    assert client.get(COUNTER).status_code == 403
    assert client.post(reverse("billing:cart-add"), {"code": "1"}).status_code == 403
    response = client.get(reverse("billing:receipt", args=[bill.pk]))
    assert response.status_code == 200
    assert "Next sale" not in text(response)


@pytest.mark.parametrize("lines", [1, 40])
def test_the_page_takes_as_many_queries_for_one_line_as_for_forty(
    till, store, cashier, lines, django_assert_max_num_queries
):
    filled_cart(store, cashier, [(stocked_product(store), 1) for _ in range(lines)])
    with django_assert_max_num_queries(12):
        till.get(COUNTER)


# Products


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


# The customer


def test_the_look_up_shows_the_customer_and_makes_none(till, store):
    CustomerFactory(store=store, phone="+919876543210", name="John Doe", number="CUST0001")
    url = reverse("billing:cart-buyer")
    response = till.post(url, {"phone": "+91-98765-43210", "name": "", "look_up": "1"}, headers=LIVE)
    assert "✓ CUST0001 - John Doe 98765 43210" in text(response)
    response = till.post(url, {"phone": "98765 43211", "name": "", "look_up": "1"}, headers=LIVE)
    assert "98765 43211 is not on record yet" in text(response)
    assert Customer.objects.count() == 1


def test_enter_in_the_phone_box_makes_the_customer_and_the_name_names_it(till, store):
    url = reverse("billing:cart-buyer")
    assert "✓ CUST0001 - Walk-in Customer new" in text(till.post(url, {"phone": "9876543210", "name": ""}))
    response = till.post(url, {"phone": "9876543210", "name": "John Doe"}, headers=LIVE)
    assert "✓ CUST0001 - John Doe" in text(response)


def test_another_stores_customer_is_not_found(till, store):
    other = CustomerFactory(phone="+919876543210", name="Stranger")
    url = reverse("billing:cart-buyer")
    assert "not on record" in text(till.post(url, {"phone": "9876543210", "look_up": "1"}, headers=LIVE))
    assert "No such customer" in text(till.post(url, {"customer": str(other.pk)}, headers=LIVE))
    assert "Stranger" not in text(till.get(reverse("billing:buyer-matches"), {"name": "Stra"}))


def test_a_bad_phone_is_said_and_the_sale_goes_on_without_a_customer(till, store, cashier):
    cart = filled_cart(store, cashier, [(stocked_product(store), 1)])
    response = till.post(reverse("billing:cart-buyer"), {"phone": "12345", "name": ""}, headers=LIVE)
    assert "not a valid phone number" in text(response)
    response = complete(till, terms(store, cart, phone="12345", name=""), headers=LIVE)
    assert "not a valid phone number" in text(response)
    assert "Sell without a customer" in text(response)
    assert 'value="12345"' in response.content.decode()
    assert not Bill.objects.exists()
    till.post(reverse("billing:buyer-clear"), headers=LIVE)
    complete(till, terms(store, cart, phone="", name=""))
    bill = Bill.objects.get()
    assert (bill.customer, bill.customer_number, bill.customer_name, bill.customer_phone) == (None, "", "", "")


@pytest.mark.parametrize("field", ["phone", "name"])
def test_text_that_is_none_is_refused_in_the_customer_boxes(till, store, cashier, field):
    cart = filled_cart(store, cashier, [(stocked_product(store), 1)])
    sent = {"phone": "", "name": "", field: "a\x00b"}
    assert "control characters" in text(till.post(reverse("billing:cart-buyer"), sent, headers=LIVE))
    assert "control characters" in text(complete(till, terms(store, cart, **sent), headers=LIVE))
    assert not Bill.objects.exists()


def test_names_are_offered_with_the_end_of_the_phone_and_the_last_visit(till, store):
    CustomerFactory(
        store=store, phone="+919876543210", name="John Doe", number="CUST0001", last_purchase_at=timezone.now()
    )
    found = text(till.get(reverse("billing:buyer-matches"), {"name": "jo do"}))
    assert found.startswith("John Doe CUST0001 last visit")
    assert found.endswith("···· 3210")
    assert "98765" not in found


def test_a_picked_customer_is_on_the_bill(till, store, cashier):
    asha = CustomerFactory(store=store, phone=None, name="Asha")
    cart = filled_cart(store, cashier, [(stocked_product(store), 1)])
    assert "✓" in text(till.post(reverse("billing:cart-buyer"), {"customer": str(asha.pk)}, headers=LIVE))
    complete(till, terms(store, cart, phone="", name=""))
    assert Bill.objects.get().customer == asha


def test_a_name_alone_makes_a_customer_when_the_payment_completes(till, store, cashier):
    cart = filled_cart(store, cashier, [(stocked_product(store), 1)])
    till.post(reverse("billing:cart-buyer"), {"phone": "", "name": "Asha Rao"}, headers=LIVE)
    assert not Customer.objects.exists()
    complete(till, terms(store, cart, phone="", name="Asha Rao"))
    assert Bill.objects.get().customer_name == "Asha Rao"


def test_a_number_still_typed_when_the_payment_completes_becomes_a_customer(till, store, cashier):
    cart = filled_cart(store, cashier, [(stocked_product(store), 1)])
    complete(till, terms(store, cart, phone="98765 43210", name="John Doe"))
    bill = Bill.objects.get()
    assert (bill.customer_number, bill.customer_name, bill.customer_phone) == ("CUST0001", "John Doe", "+919876543210")
    assert bill.for_name == ""


def test_whom_a_bill_is_for_stands_on_it_and_does_not_rename_the_record(till, store, cashier):
    CustomerFactory(store=store, phone="+919876543210", name="John Doe", number="CUST0001")
    cart = filled_cart(store, cashier, [(stocked_product(store), 1)])
    sent = {"phone": "98765 43210", "name": "Ravi"}
    assert "Correct the name to Ravi" in text(till.post(reverse("billing:cart-buyer"), sent, headers=LIVE))
    complete(till, terms(store, cart, **sent))
    bill = Bill.objects.get()
    assert (bill.customer_name, bill.for_name) == ("John Doe", "Ravi")


def test_the_name_is_corrected_by_one_tap(till, store, cashier):
    CustomerFactory(store=store, phone="+919876543210", name="Jon Doe", number="CUST0001")
    till.post(reverse("billing:cart-buyer"), {"phone": "98765 43210", "name": "John Doe"}, headers=LIVE)
    response = till.post(reverse("billing:buyer-correct-name"), headers=LIVE)
    assert "✓ CUST0001 - John Doe" in text(response)


# Payment


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
    assert "Prices or stock have changed: the total is 320.00 now" in page
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


# The receipt


def test_the_receipt_names_store_customer_and_time_in_the_stores_zone(till, store, cashier):
    Store.objects.filter(pk=store.pk).update(receipt_header="12 MG Road\nGSTIN 27", receipt_footer="Come again.")
    cart = filled_cart(store, cashier, [(stocked_product(store, name="Neem Soap"), 2)])
    complete(till, terms(store, cart, phone="98765 43210", name="John Doe", method="upi", reference="77"))
    bill = Bill.objects.get()
    receipt = text(till.get(reverse("billing:receipt", args=[bill.pk])))
    for part in (
        store.name,
        "12 MG Road",
        bill.number,
        "Customer: CUST0001 - John Doe",
        "Phone: 98765 43210",
        f"{bill.at.astimezone(store.zone):%H:%M}",
        "Neem Soap 2 × ₹100.00 ₹200.00",
        "Subtotal ₹200.00 Total ₹200.00",
        "UPI 77 ₹200.00",
        "Come again.",
    ):
        assert part in receipt
    assert "Discount" not in receipt


def test_a_receipt_without_a_customer_says_nothing_of_one(till, store, cashier):
    bill = sell(store, cashier, [(stocked_product(store), 1)]).bill
    assert "Customer:" not in text(till.get(reverse("billing:receipt", args=[bill.pk])))


def test_another_stores_receipt_is_not_there(till):
    other = StoreFactory()
    bill = sell(other, staff(other), [(stocked_product(other), 1)]).bill
    assert till.get(reverse("billing:receipt", args=[bill.pk])).status_code == 404


# The doors


READS = [
    ("counter", []),
    ("cart-matches", []),
    ("buyer-matches", []),
    ("receipt", ["019a0000-0000-7000-8000-000000000000"]),
]
WRITES = [
    ("cart-add", []),
    ("line-quantity", [1]),
    ("line-price", [1]),
    ("line-remove", [1]),
    ("cart-buyer", []),
    ("buyer-clear", []),
    ("buyer-correct-name", []),
    ("cart-drop", []),
    ("cart-complete", []),
]


@pytest.mark.parametrize(("name", "args"), READS + WRITES)
def test_strangers_are_sent_to_the_sign_in(client, name, args):
    response = client.post(reverse(f"billing:{name}", args=args))
    assert response.status_code == 302
    assert response.url.startswith(reverse("sign-in"))


@pytest.mark.parametrize(("name", "args"), WRITES)
def test_what_writes_is_never_a_get(till, name, args):
    assert till.get(reverse(f"billing:{name}", args=args)).status_code == 405


@pytest.mark.parametrize(("name", "args"), READS)
def test_what_reads_takes_no_post(till, name, args):
    assert till.post(reverse(f"billing:{name}", args=args)).status_code == 405


@pytest.mark.parametrize(("name", "args"), WRITES)
def test_an_empty_form_of_somebody_without_a_cart_is_no_fault(till, name, args):
    for headers in ({}, LIVE):
        assert till.post(reverse(f"billing:{name}", args=args), headers=headers).status_code in {200, 302}
    assert not Cart.objects.exists()
