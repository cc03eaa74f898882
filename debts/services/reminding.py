"""Reminding who owes, and what they promise: noted, so that nobody is asked twice a day."""

from datetime import date, datetime, timedelta

from django.db import transaction

from customers.models import Customer
from debts.models import PaymentPromise, Reminder, ReminderWay
from viveka.stores.errors import Conflict, Refused
from viveka.stores.models import User
from viveka.stores.text import clean_text
from viveka.stores.transactions import retry_when_entangled

LONGEST_PROMISE = timedelta(days=366)


@retry_when_entangled
@transaction.atomic
def note_reminder(*, customer: Customer, way: str, by: User, now: datetime) -> Reminder:
    """Note that the customer was reminded of all they owe.

    Raises Refused for a way that is none; Conflict where nothing is owed, and for a message to somebody who has no
    phone or wants no messages.
    """
    if way not in ReminderWay.values:
        raise Refused(f"The way is one of {', '.join(ReminderWay.values)}.", "way")
    customer = _lock_owing(customer)
    if way == ReminderWay.WHATSAPP and not customer.may_be_messaged:
        raise Conflict(f"{customer} is not to be messaged.", "way")
    return Reminder.objects.create(
        store=customer.store, customer=customer, way=way, owed=customer.debt_balance, by=by, at=now, created_at=now
    )


@retry_when_entangled
@transaction.atomic
def promise_payment(
    *, customer: Customer, promised_on: date, by: User, now: datetime, note: str = ""
) -> PaymentPromise:
    """Note the day on which the customer will pay: until then they are not reminded. The last promise holds.

    Raises Refused for a day that is over or further off than a year, Conflict where nothing is owed.
    """
    note = clean_text(note, field="note", most=200)
    customer = _lock_owing(customer)
    today = customer.store.day_of(now)
    if not today <= promised_on <= today + LONGEST_PROMISE:
        raise Refused("A promise is for today or a day within the next year.", "promised_on")
    return PaymentPromise.objects.create(
        store=customer.store, customer=customer, promised_on=promised_on, note=note, by=by, at=now, created_at=now
    )


def _lock_owing(customer: Customer) -> Customer:
    customer = Customer.objects.lock(customer.store, customer.pk)
    if not customer.debt_balance:
        raise Conflict(f"{customer} owes nothing.")
    return customer
