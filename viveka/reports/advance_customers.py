"""Who has most paid ahead, who does it again, and who is new."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet, Sum

from advances.models import AdvancePayment, ReferenceType, WalletCause, WalletEntry
from customers.models import Customer
from viveka.reports.advances import STEPS, Span, steps_of
from viveka.stores.models import Store

# What a customer meant to pay ahead; what was left over, given back or brought along is no habit.
_MEANT = (ReferenceType.APPOINTMENT, ReferenceType.BOOKING, ReferenceType.DIRECT)


@dataclass(frozen=True, slots=True)
class Again:
    """A customer who paid ahead in the span, and not for the first time."""

    customer: Customer
    times: int
    paid: Decimal
    latest: datetime


@dataclass(frozen=True, slots=True)
class Newcomers:
    """Customers who came on record in a day or week, and how many of them have paid ahead since."""

    begins: date
    new: int
    paid_ahead: int


def highest_balances(store: Store, *, most: int = 50) -> list[Customer]:
    """Who has most paid ahead now. One query."""
    customers = Customer.objects.of(store).filter(advance_balance__gt=0)
    return list(customers.order_by("-advance_balance", "-id")[:most])


def paid_ahead_again(store: Store, span: Span, *, most: int = 50) -> tuple[int, list[Again]]:
    """How many customers paid ahead in the span at all, and those of them who had done so before, the most often first.

    Three queries.
    """
    begins, ends = span.moments(store)
    meant = _meant(AdvancePayment.objects.of(store)).filter(at__lt=ends)
    in_span = meant.filter(at__gte=begins)
    all_of_them = in_span.aggregate(count=Count("customer", distinct=True))["count"]
    told = meant.filter(customer__in=in_span.values("customer")).values("customer")
    told = told.annotate(times=Count("pk"), paid=Sum("amount"), latest=Max("at")).filter(times__gte=2)
    rows = list(told.order_by("-times", "-paid", "-latest", "customer")[:most])
    customers = Customer.objects.of(store).in_bulk([row["customer"] for row in rows])
    return all_of_them, [Again(customers[row["customer"]], row["times"], row["paid"], row["latest"]) for row in rows]


def new_customers(store: Store, span: Span, step: str = "day") -> list[Newcomers]:
    """Those who came on record day by day, or week by week, oldest first; merged records count once. One query."""
    begins, ends = span.moments(store)
    paid = _meant(AdvancePayment.objects.filter(customer=OuterRef("pk")))
    rows = (
        Customer.objects.of(store)
        .filter(created_at__gte=begins, created_at__lt=ends, merged_into__isnull=True)
        .annotate(step=STEPS[step]("created_at", tzinfo=store.zone), paid=Exists(paid))
        .values("step")
        .annotate(new=Count("pk"), paid_ahead=Count("pk", filter=Q(paid=True)))
        .order_by()
    )
    found = {store.day_of(row["step"]): (row["new"], row["paid_ahead"]) for row in rows}
    return [Newcomers(day, *found.get(day, (0, 0))) for day in steps_of(span, step)]


def _meant(advances: "QuerySet[AdvancePayment]") -> "QuerySet[AdvancePayment]":
    mistakes = WalletEntry.objects.filter(advance=OuterRef("pk"), cause=WalletCause.REVERSAL)
    return advances.filter(~Exists(mistakes), reference_type__in=_MEANT)
