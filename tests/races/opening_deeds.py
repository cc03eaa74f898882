"""What happens at once to a store that brings its old book in. Arguments and answers are plain values."""

from decimal import Decimal
from typing import Any

from django.utils import timezone

from customers.models import Customer
from debts.services import open_debt
from debts.tests.factories import brought
from tests.races import customer_deeds
from viveka.stores.models import Store, User


def enter(store: int, by: int, rows: list[str]) -> int:
    """A list of opening balances; how many of its lines were entered."""
    return len(brought(Store.objects.get(pk=store), *rows, by=User(pk=by)).entered)


def owe(by: int, customer: int, amount: str) -> str:
    """A debt by hand."""
    asha = Customer.objects.get(pk=customer)
    return str(open_debt(customer=asha, amount=Decimal(amount), by=User(pk=by), now=timezone.now()).amount)


_DEEDS = {"enter": enter, "owe": owe, "merge": customer_deeds.merge}


def do(what: str, *arguments: Any) -> tuple[str, Any]:
    """One of several deeds, so that a round can hold different ones."""
    return what, _DEEDS[what](*arguments)
