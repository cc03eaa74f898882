"""Advances for tests, made by the services that make them in the shop."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone

from advances.models import AdvancePayment, Deduction
from advances.services import add_advance, deduct_advance
from customers.models import Customer
from viveka.stores.models import User
from viveka.stores.tests.factories import UserFactory

Number = Decimal | int | str


def paid_ahead(
    customer: Customer,
    amount: Number,
    *,
    at: datetime | None = None,
    mode: str = "cash",
    by: User | None = None,
    **rest: Any,
) -> AdvancePayment:
    """Money that the customer paid ahead."""
    return add_advance(
        customer=customer,
        amount=Decimal(amount),
        mode=mode,
        by=by or UserFactory(),
        now=timezone.now(),
        at=at,
        **rest,
    )


def used(customer: Customer, amount: Number, *, by: User | None = None, at: datetime | None = None) -> Deduction:
    """A use of the balance, without the bill that it is for."""
    return deduct_advance(customer=customer, amount=Decimal(amount), by=by or UserFactory(), now=timezone.now(), at=at)


def history(customer: Customer) -> list[tuple[Decimal, Decimal]]:
    """The wallet's lines: change, and the balance after it."""
    return [(entry.change, entry.balance) for entry in customer.wallet.with_balance()]


def remains(*advances: AdvancePayment) -> list[Decimal]:
    """What is left of each, read anew."""
    return [AdvancePayment.objects.get(pk=one.pk).remaining_amount for one in advances]
