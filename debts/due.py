"""The due list: whom to remind today, of how much, since when, and what was said the last time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Exists, Min, OuterRef, Q, QuerySet, Subquery, Sum

from customers.models import Customer, CustomerQuerySet
from debts.models import Debt, PaymentPromise, Reminder
from debts.words import reminder_text
from viveka.stores.models import Store
from viveka.stores.money import ZERO
from viveka.stores.phone import whatsapp_link

TO_REMIND, REMINDED, PROMISED = "", "reminded", "promised"


@dataclass(frozen=True, slots=True)
class Owing:
    """A customer with something due."""

    customer: Customer
    due: Decimal
    """What should have been paid by today."""
    since: date | None
    """The oldest due day; None where nothing is due yet."""
    days: int
    """How many days that is ago."""
    reminder: Reminder | None
    promise: PaymentPromise | None
    whatsapp: str
    """The link with the store's own words, "" for who has no phone or wants no messages."""


def due_customers(store: Store, today: date, show: str = TO_REMIND) -> CustomerQuerySet:
    """Whom to remind today; or who was reminded today already, or who promised to pay on a later day."""
    owing: CustomerQuerySet = Customer.objects.of(store).filter(debt_balance__gt=0)
    last_promise = PaymentPromise.objects.filter(customer=OuterRef("pk")).order_by("-id")
    owing = owing.alias(promised=Subquery(last_promise.values("promised_on")[:1]))
    if show == PROMISED:
        return owing.filter(promised__gt=today)
    owing = owing.filter(Exists(Debt.objects.due(store, today).filter(customer=OuterRef("pk"))))
    owing = owing.filter(Q(promised__isnull=True) | Q(promised__lte=today))
    reminded = Exists(Reminder.objects.filter(customer=OuterRef("pk"), at__gte=store.start_of(today)))
    return owing.filter(reminded if show == REMINDED else ~reminded)


def tell_owing(store: Store, customers: Sequence[Customer], today: date) -> list[Owing]:
    """What is due of each, the last reminder and the last promise; three queries for any number of customers."""
    keys = [customer.pk for customer in customers]
    due = _due_of(store, keys, today)
    reminders = {one.customer_id: one for one in _last(Reminder.objects.filter(customer__in=keys))}
    promises = {one.customer_id: one for one in _last(PaymentPromise.objects.filter(customer__in=keys))}
    told = []
    for customer in customers:
        amount, since = due.get(customer.pk, (ZERO, None))
        link = ""
        if customer.may_be_messaged:
            link = whatsapp_link(str(customer.phone), reminder_text(store, customer, amount, since))
        told.append(
            Owing(
                customer,
                amount,
                since,
                (today - since).days if since else 0,
                reminders.get(customer.pk),
                promises.get(customer.pk),
                link,
            )  # fmt: skip
        )
    return told


def _due_of(store: Store, customers: Sequence[int], today: date) -> dict[int, tuple[Decimal, date]]:
    debts = Debt.objects.due(store, today).filter(customer__in=customers).order_by().values("customer_id")
    sums = debts.annotate(sum=Sum("balance"), said=Min("due_on"), made=Min("at", filter=Q(due_on__isnull=True)))
    due = {}
    for row in sums:
        days = [row["said"], store.day_of(row["made"]) if row["made"] else None]
        due[row["customer_id"]] = (row["sum"], min(day for day in days if day))
    return due


def _last(rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows.order_by("customer_id", "-id").distinct("customer_id").select_related("by")
