"""What a cashier presses at the counter, and what is read there."""

import re
from decimal import Decimal as D
from typing import Any

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from billing.models import Bill, Cart, Payment
from billing.services.priced_cart import read_cart
from customers.models import Customer
from viveka.stores.models import Store

LIVE = {"HX-Request": "true"}
COUNTER = reverse("billing:counter")


def terms(store: Store, cart: Cart, **payment: Any) -> dict[str, Any]:
    """What the payment form sends for a cart as it stands."""
    priced = read_cart(store, cart, store.day_of(timezone.now()))
    shown = [f"{one.line.pk}:{one.reading}" for one in priced.lines]
    return {"cart": str(cart.pk), "seen": priced.quote.digest(), "shown": shown, "method": "cash", **payment}


def complete(till: Client, data: dict[str, Any], **extra: Any) -> Any:
    return till.post(reverse("billing:cart-complete"), data, **extra)


def text(response: Any) -> str:
    """What a person reads of the answer."""
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def paid(bill: Bill) -> list[tuple[Any, ...]]:
    return list(Payment.objects.filter(bill=bill).values_list("method", "amount", "tendered", "reference"))


def pay(till: Client, cart: Cart, **sent: Any) -> Any:
    """Press *Complete payment* on the cart as it stands."""
    return complete(till, terms(cart.store, cart, **sent), headers=LIVE)


def payments() -> list[tuple[str, D, D | None]]:
    return list(Bill.objects.get().payments.values_list("method", "amount", "tendered"))


def receipt(till: Client) -> str:
    page = text(till.get(reverse("billing:receipt", args=[Bill.objects.latest("sequence").pk])))
    return page[page.index("Bill BILL") :]


def offered(customer: Customer, balance: str = "") -> dict[str, Any]:
    """What the form sends of the balance: as it was shown, or left out."""
    return {"advance_of": customer.pk} | ({"advance": balance} if balance else {})
