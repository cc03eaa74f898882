"""Customers in numbers: who buys most, who comes most, what an average bill is, and the sales to nobody beside."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection

from customers.models import Customer
from viveka.stores.models import Store
from viveka.stores.money import to_paisa

BY = {"amount": "amount DESC, visits DESC", "visits": "visits DESC, amount DESC"}


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


# The bills of the days with what came back of them taken off, whenever that was; one that came back whole is no visit.
_SOLD = """
WITH back AS (
    SELECT bill_id, sum(total) AS total FROM billing_return WHERE store_id = %(store)s GROUP BY bill_id
), gone AS (
    SELECT bill_id FROM billing_billline WHERE bill_id IN (SELECT bill_id FROM back)
     GROUP BY bill_id HAVING bool_and(returned >= quantity)
), sold AS (
    SELECT bill.customer_id, bill.at, bill.total - coalesce(back.total, 0) AS amount
      FROM billing_bill AS bill LEFT JOIN back ON back.bill_id = bill.id
     WHERE bill.store_id = %(store)s AND bill.id NOT IN (SELECT bill_id FROM gone)
       AND (%(first)s::date IS NULL OR bill.day >= %(first)s) AND (%(last)s::date IS NULL OR bill.day <= %(last)s)
)
"""


def top_customers(
    store: Store, *, first: date | None = None, last: date | None = None, by: str = "amount", most: int = 50
) -> list[Buyer]:
    """Those who bought most (`by` amount) or came most (visits) from day to day, the store's days; two queries."""
    query = f"""
        {_SOLD}
        SELECT customer_id, sum(amount) AS amount, count(*) AS visits FROM sold WHERE customer_id IS NOT NULL
         GROUP BY customer_id ORDER BY {BY[by]}, max(at) DESC, customer_id LIMIT %(most)s
    """
    with connection.cursor() as cursor:
        cursor.execute(query, {"store": store.pk, "first": first, "last": last, "most": most})
        rows = cursor.fetchall()
    customers = Customer.objects.of(store).in_bulk([row[0] for row in rows])
    return [Buyer(customers[pk], amount, visits) for pk, amount, visits in rows]


def customers_in_numbers(store: Store, *, first: date | None = None, last: date | None = None) -> InNumbers:
    """Sales to customers and anonymous ones beside, from day to day; one query."""
    query = f"""
        {_SOLD}
        SELECT coalesce(sum(amount) FILTER (WHERE customer_id IS NOT NULL), 0.00), count(customer_id),
               count(DISTINCT customer_id), coalesce(sum(amount) FILTER (WHERE customer_id IS NULL), 0.00),
               count(*) FILTER (WHERE customer_id IS NULL)
          FROM sold
    """
    with connection.cursor() as cursor:
        cursor.execute(query, {"store": store.pk, "first": first, "last": last})
        known, bills, customers, anonymous, anonymous_bills = cursor.fetchone()
    return InNumbers(Share(known, bills, customers), Share(anonymous, anonymous_bills))
