"""What every part of a grown shop is made with."""

import copy
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pgtrigger

from billing.models import CreditNote, Return
from customers.models import Customer
from tests.world import Shop
from viveka.stores.ids import new_id
from viveka.stores.models import Store, User

MANY = 40


@dataclass
class Growing:
    """A shop with one of everything, in which what a page may list comes to stand `times` over."""

    shop: Shop
    times: int
    now: datetime

    @property
    def store(self) -> Store:
        return self.shop.store

    @property
    def cashier(self) -> User:
        return self.shop.person("cashier")

    @property
    def manager(self) -> User:
        return self.shop.person("manager")

    @property
    def asha(self) -> Customer:
        """The customer of whom there is much."""
        return self.shop.customer

    def rows(self) -> range:
        return range(1, self.times + 1)

    def deed(self, by: User | None = None, **rest: Any) -> dict[str, Any]:
        """What most services are told."""
        return {"store": self.store, "by": by or self.manager, "now": self.now, **rest}

    def ago(self, days: int) -> datetime:
        return self.now - timedelta(days=days)


def amount(number: int, over: int = 100) -> Decimal:
    """Another one for each number."""
    return Decimal(over + number)


def write_copies(made: Return | CreditNote, times: int) -> None:
    """Papers like this one by their heads alone: lists read no more of them. (The triggers would miss the lines.)"""
    copies = []
    for number in range(1, times + 1):
        copied = copy.copy(made)
        copied.pk, copied.number, copied.sequence = new_id(), f"{made.number[:3]}{number}", 1000 + number
        copied.at = made.at - timedelta(seconds=1)  # lists show the whole one too
        copies.append(copied)
    with pgtrigger.ignore():
        type(made)._base_manager.bulk_create(copies)
