"""What the screens of debts are sent."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.contrib.auth.hashers import make_password
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from customers.models import Customer
from viveka.stores.models import Store, User


def send(client: Client, page: str, customer: Customer, **said: Any) -> Any:
    return client.post(reverse(f"debts:{page}", args=[customer.pk]), {"key": uuid4(), **said})


def pin_of(store: Store, manager: User) -> dict[str, Any]:
    """A manager's PIN as the cashier's screen sends it."""
    membership = store.memberships.get(user=manager)
    membership.pin_hash = make_password("2580")
    membership.save()
    return {"pin_manager": membership.pk, "pin": "2580"}


def days_ago(days: int) -> str:
    return f"{timezone.localtime() - timedelta(days=days):%Y-%m-%d}"
