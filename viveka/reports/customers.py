"""Customers in numbers: who buys most, who comes most, what an average bill is, and the sales to nobody beside."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, Max, Q, Sum
from django.db.models.functions import Coalesce

from billing.models import Bill
from customers.models import Customer
from viveka.stores.models import Store
from viveka.stores.money import ZERO, to_paisa

BY = {"amount": ("-amount", "-visits"), "visits": ("-visits", "-amount")}


@dataclass(frozen=True, slots=True)
class Buyer:
    """A customer's purchases in a span of days."""

    customer: Customer
    amount: Decimal
    visits: int

    @property
    def average(self) -> Decimal:
        """The average bill, to the paisa."""
        return to_paisa(self.amount / self.visits)


@dataclass(frozen=True, slots=True)
class Share:
    """Bills of one kind, to customers or to nobody in particular."""

    amount: Decimal
    bills: int
    customers: int = 0

    @property
    def average_bill(self) -> Decimal | None:
        """To the paisa; None where there is none."""
        return to_paisa(self.amount / self.bills) if self.bills else None

    @property
    def average_customer(self) -> Decimal | None:
        """What a customer spent, to the paisa; None where nobody did."""
        return to_paisa(self.amount / self.customers) if self.customers else None


@dataclass(frozen=True, slots=True)
class InNumbers:
    """The sales of a span of days, to customers and to nobody."""

    known: Share
    anonymous: Share

    @property
    def amount(self) -> Decimal:
        return self.known.amount + self.anonymous.amount


def top_customers(
    store: Store, *, first: date | None = None, last: date | None = None, by: str = "amount", most: int = 50
) -> list[Buyer]:
    """Those who bought most (`by` amount) or came most (visits) from day to day, the store's days; two queries."""
    bills = Bill.objects.of(store).of_days(first, last).filter(customer__isnull=False)
    sums = bills.values("customer").annotate(amount=Sum("total"), visits=Count("pk"), latest=Max("at"))
    rows = list(sums.order_by(*BY[by], "-latest", "customer")[:most])
    customers = Customer.objects.of(store).in_bulk([row["customer"] for row in rows])
    return [Buyer(customers[row["customer"]], row["amount"], row["visits"]) for row in rows]


def customers_in_numbers(store: Store, *, first: date | None = None, last: date | None = None) -> InNumbers:
    """Sales to customers and anonymous ones beside, from day to day; one query."""
    known, nobody = Q(customer__isnull=False), Q(customer__isnull=True)
    figures = (
        Bill.objects.of(store)
        .of_days(first, last)
        .aggregate(
            known=Coalesce(Sum("total", filter=known), ZERO),
            known_bills=Count("pk", filter=known),
            customers=Count("customer", distinct=True),
            anonymous=Coalesce(Sum("total", filter=nobody), ZERO),
            anonymous_bills=Count("pk", filter=nobody),
        )
    )
    return InNumbers(
        Share(figures["known"], figures["known_bills"], figures["customers"]),
        Share(figures["anonymous"], figures["anonymous_bills"]),
    )
