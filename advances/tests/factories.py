"""Advances for tests, made by the services that make them in the shop."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, cast

from django.db import models
from django.db.models import Sum, Window
from django.utils import timezone

from advances.models import AdvancePayment, Appointment, Booking, Deduction, Enquiry, WalletEntry
from advances.services import (
    Content,
    Line,
    Paid,
    Slot,
    Who,
    add_advance,
    deduct_advance,
    record_appointment,
    record_booking,
    record_enquiry,
)
from customers.models import Customer
from viveka.stores.models import Store, User
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


def with_balance(entries: "models.QuerySet[WalletEntry]") -> Any:
    """Each with its customer's balance after it."""
    running = Window(Sum("change"), partition_by="customer", order_by=["at", "id"])
    return entries.annotate(balance=running)


def history(customer: Customer) -> list[tuple[Decimal, Decimal]]:
    """The wallet's lines: change, and the balance after it."""
    return [(entry.change, entry.balance) for entry in with_balance(customer.wallet.all())]


def remains(*advances: AdvancePayment) -> list[Decimal]:
    """What is left of each, read anew."""
    return [AdvancePayment.objects.get(pk=one.pk).remaining_amount for one in advances]


def _paid(amount: Number) -> Paid:
    return Paid(Decimal(amount), "cash") if amount else Paid()


def appointment_of(
    store: Store,
    phone: str,
    *,
    at: datetime | None = None,
    minutes: int = 30,
    served_by: User | None = None,
    lines: Sequence[Line] = (),
    advance: Number = 0,
    by: User | None = None,
    **rest: Any,
) -> Appointment:
    """An open appointment of whoever has this phone, tomorrow where no time is given."""
    begins_at = at or timezone.now() + timedelta(days=1)
    taken = record_appointment(
        store=store, by=by or UserFactory(), now=timezone.now(), who=Who(phone),
        slot=Slot(begins_at, minutes, served_by), content=Content(lines), paid=_paid(advance), **rest,
    )  # fmt: skip
    return cast(Appointment, taken.record)


def booking_of(
    store: Store, phone: str, *, lines: Sequence[Line] = (), advance: Number = 0, by: User | None = None, **rest: Any
) -> Booking:
    """An open booking of whoever has this phone."""
    taken = record_booking(
        store=store, by=by or UserFactory(), now=timezone.now(), who=Who(phone), content=Content(lines),
        paid=_paid(advance), **rest,
    )  # fmt: skip
    return cast(Booking, taken.record)


def enquiry_of(store: Store, phone: str, asked: str = "Bridal makeup on a Sunday?", **rest: Any) -> Enquiry:
    """An open enquiry of whoever has this phone."""
    taken = record_enquiry(store=store, by=UserFactory(), now=timezone.now(), who=Who(phone), asked=asked, **rest)
    return cast(Enquiry, taken.record)
