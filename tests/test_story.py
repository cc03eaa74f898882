"""A day in the shop, from the empty machine to the evening's check of the books, through the doors that people use."""

import re
from decimal import Decimal as D
from io import StringIO
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from billing.models import Bill, Cart, Product
from billing.services.priced_cart import read_cart
from customers.models import Customer
from viveka.stores.models import Store

pytestmark = pytest.mark.django_db(transaction=True)


def run(command: str, **options: Any) -> str:
    out = StringIO()
    call_command(command, stdout=out, **options)
    return out.getvalue().strip()


def text(response: Any) -> str:
    """What a person reads of a page."""
    assert response.status_code == 200, response
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def sign_in(username: str) -> Client:
    client = Client()
    answer = client.post(reverse("sign-in"), {"username": username, "password": "x9-fghjkl"})
    assert answer.status_code == 302
    return client


def receive(office: Client, store: Store, name: str, barcode: str, batches: list[tuple[str, str, str]]) -> Product:
    """A manager adds a product and receives its batches on the screens."""
    fields = {"name": name, "barcode": barcode, "unit": "pc", "stock_policy": "refuse", "is_active": "on"}
    assert office.post(reverse("billing:product-add"), fields).status_code == 302
    product = Product.objects.get(store=store, barcode=barcode)
    for quantity, cost, price in batches:
        lot = {"key": str(uuid4()), "quantity": quantity, "cost_price": cost, "selling_price": price}
        lot["received_on"] = store.day_of(timezone.now()).isoformat()
        assert office.post(reverse("billing:batch-add", args=[product.pk]), lot).status_code == 302
    return product


def pay(till: Client, store: Store, **payment: str) -> str:
    """Complete the cart in front of the cashier, with what the page's form sends; answers the receipt."""
    cart = Cart.objects.unfinished().get(store=store)
    priced = read_cart(store, cart, store.day_of(timezone.now()))
    shown = [f"{one.line.pk}:{one.reading}" for one in priced.lines]
    form = {"cart": str(cart.pk), "seen": priced.quote.digest(), "shown": shown, **payment}
    answer = till.post(reverse("billing:cart-complete"), form)
    assert answer.status_code == 302, text(answer)
    return text(till.get(answer["Location"]))


def test_a_day_in_the_shop() -> None:
    # The owner of the machine makes a store and its people.
    run("create_store", slug="shivik-mart", name="Shivik Mart")
    run("create_staff", store="shivik-mart", username="meera", role="manager", password="x9-fghjkl")
    run("create_staff", store="shivik-mart", username="arun", role="cashier", password="x9-fghjkl")
    store = Store.objects.get()
    office, till = sign_in("meera"), sign_in("arun")

    # The manager puts goods on the shelf: the second lot of soap came dearer.
    soap = receive(office, store, "Neem Soap", "8901030865278", [("3", "80", "100"), ("10", "85", "110")])
    tea = receive(office, store, "Assam Tea", "8901030865285", [("20", "150.50", "199.50")])

    # The cashier scans five soaps and a tea for a new customer, found by phone from now on.
    for code in ["8901030865278"] * 5 + ["8901030865285"]:
        till.post(reverse("billing:cart-add"), {"code": code})
    till.post(reverse("billing:cart-buyer"), {"phone": "98765 43210", "name": "John Doe"})
    assert "₹719.50" in text(till.get(reverse("billing:counter")))
    receipt = pay(till, store, method="cash", received="1000")
    assert "Shivik Mart" in receipt
    assert "Customer: CUST0001 - John Doe" in receipt
    assert "3 × ₹100.00 ₹300.00" in receipt and "2 × ₹110.00 ₹220.00" in receipt
    assert "₹280.50" in receipt, "change"

    # The same person on another day, the number typed otherwise; then somebody without a phone.
    till.post(reverse("billing:cart-add"), {"code": "8901030865285"})
    till.post(reverse("billing:cart-buyer"), {"phone": "+91-98765-43210"})
    assert "CUST0001 - John Doe" in pay(till, store, method="upi")
    till.post(reverse("billing:cart-add"), {"code": "8901030865285"})
    assert "Customer:" not in pay(till, store, method="card")

    # A program sells too, with a token, and sends its sale twice.
    token = run("create_api_token", store="shivik-mart", user="arun")
    sale = {
        "saleItems": [{"productId": soap.pk, "quantity": 1}],
        "receiptData": {"customerPhone": "09876543210", "paymentMethod": "Cash", "total": 110},
    }
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": "till-7-1"}
    answers = [
        Client().post("/api/v1/inventory/sales", sale, content_type="application/json", headers=headers)
        for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json()["bill"]["id"] == answers[1].json()["bill"]["id"]

    # More than there is: refused, and said at the counter.
    for _ in range(8):
        till.post(reverse("billing:cart-add"), {"code": "8901030865278"})
    assert "Only 7 of Neem Soap left." in text(till.get(reverse("billing:counter")))
    till.post(reverse("billing:cart-drop"), {"cart": str(Cart.objects.unfinished().get().pk)})

    # In the evening: stock, customer and bills say the same, and the books hold.
    soap.refresh_from_db()
    tea.refresh_from_db()
    assert (soap.current_stock, tea.current_stock) == (D(7), D(17))
    assert [batch.remaining for batch in soap.batches.order_by("received_at", "id")] == [D(0), D(7)]
    john = Customer.objects.get()
    assert (john.purchase_count, john.total_purchases) == (3, D("719.50") + D("199.50") + D("110"))
    assert [bill.sequence for bill in Bill.objects.order_by("sequence")] == [1, 2, 3, 4]
    assert "₹1,029.00" in text(till.get(reverse("customer", args=[john.pk])))
    assert "rules hold" in run("check_books", store="shivik-mart")
