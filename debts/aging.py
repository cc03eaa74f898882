"""Aging: what was owed at the end of any day, by how long it was due.

Read from rows with dates alone, never from what is paid today: 31 December looks the same in February. A debt without
a due date is due on the day it was made.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection

from customers.models import Customer
from viveka.stores.models import Store
from viveka.stores.money import ZERO

_OWED = """
WITH debt AS (
    SELECT id, customer_id, amount, coalesce(due_on, (at AT TIME ZONE %(zone)s)::date) AS due_on
      FROM debts_debt WHERE store_id = %(store)s AND at < %(ends)s {of_customer}
), lowered AS (
    SELECT part.debt_id, part.amount FROM debts_allocation AS part JOIN debt ON debt.id = part.debt_id
     WHERE part.at < %(ends)s
    UNION ALL
    SELECT part.debt_id, -part.amount FROM debts_allocation AS part JOIN debt ON debt.id = part.debt_id
      JOIN debts_paymentreversal AS undone ON undone.payment_id = part.payment_id WHERE undone.at < %(ends)s
    UNION ALL
    SELECT less.debt_id, less.amount FROM debts_debtreduction AS less JOIN debt ON debt.id = less.debt_id
     WHERE less.at < %(ends)s
), owed AS (
    SELECT debt.id, debt.customer_id, %(day)s::date - debt.due_on AS days,
           debt.amount - coalesce(sum(lowered.amount), 0) AS balance
      FROM debt LEFT JOIN lowered ON lowered.debt_id = debt.id
     GROUP BY debt.id, debt.customer_id, debt.due_on, debt.amount
)
"""
_IN_BUCKETS = """
       coalesce(sum(balance) FILTER (WHERE days <= 0), 0.00),
       coalesce(sum(balance) FILTER (WHERE days BETWEEN 1 AND 30), 0.00),
       coalesce(sum(balance) FILTER (WHERE days BETWEEN 31 AND 60), 0.00),
       coalesce(sum(balance) FILTER (WHERE days BETWEEN 61 AND 90), 0.00),
       coalesce(sum(balance) FILTER (WHERE days > 90), 0.00)
"""
_AGED = (
    _OWED
    + f"""
SELECT customer.id, customer.number, customer.name, {_IN_BUCKETS}
  FROM owed JOIN customers_customer AS customer ON customer.id = owed.customer_id
 WHERE balance <> 0
 GROUP BY customer.id, customer.number, customer.name
"""
)
_BY_NUMBER = " ORDER BY customer.number, customer.id"
_LARGEST_FIRST = " ORDER BY sum(balance) DESC, customer.id"
_PART = " LIMIT %(limit)s OFFSET %(skip)s"
_TOTAL = _OWED + f"SELECT {_IN_BUCKETS} FROM owed WHERE balance <> 0"
BUCKETS = ("not due", "1–30 days", "31–60 days", "61–90 days", "over 90 days")


@dataclass(frozen=True, slots=True)
class Aged:
    """What is owed, by how long it is due."""

    not_due: Decimal = ZERO
    to_30: Decimal = ZERO
    to_60: Decimal = ZERO
    to_90: Decimal = ZERO
    over_90: Decimal = ZERO

    @property
    def amounts(self) -> tuple[Decimal, ...]:
        """In the order of BUCKETS."""
        return (self.not_due, self.to_30, self.to_60, self.to_90, self.over_90)

    @property
    def total(self) -> Decimal:
        return sum(self.amounts, ZERO)

    def __add__(self, other: "Aged") -> "Aged":
        return Aged(*(mine + theirs for mine, theirs in zip(self.amounts, other.amounts, strict=True)))


@dataclass(frozen=True, slots=True)
class AgedCustomer:
    """A customer who owed something."""

    customer_id: int
    number: str
    name: str
    aged: Aged


def read_aging(
    store: Store,
    day: date,
    customer: Customer | None = None,
    *,
    largest_first: bool = False,
    limit: int | None = None,
    skip: int = 0,
) -> list[AgedCustomer]:
    """Who owed what at the end of the day; of one customer alone where given. One query.

    In the order of their numbers, or who owed most first; `limit` of them after the first `skip`.
    """
    order = _LARGEST_FIRST if largest_first else _BY_NUMBER
    with connection.cursor() as cursor:
        query, values = _query(_AGED + order + _PART, store, day, customer)
        cursor.execute(query, values | {"limit": limit, "skip": skip})
        return [AgedCustomer(pk, number, name, Aged(*amounts)) for pk, number, name, *amounts in cursor.fetchall()]


def read_total(store: Store, day: date) -> Aged:
    """What was owed in all at the end of the day. One query."""
    with connection.cursor() as cursor:
        query, values = _query(_TOTAL, store, day, None)
        cursor.execute(query, values)
        return Aged(*cursor.fetchone())


def aging_rows(store: Store, day: date) -> Iterator[Sequence[Any]]:
    """The aging as rows of a file: each customer, then all together."""
    yield ("Number", "Name", *(bucket.capitalize() for bucket in BUCKETS), "Total")
    found = read_aging(store, day)
    for one in found:
        yield (one.number, one.name, *one.aged.amounts, one.aged.total)
    total = total_of(found)
    yield ("", "All", *total.amounts, total.total)


def total_of(aged: Iterable[AgedCustomer]) -> Aged:
    """All of them together."""
    return sum((one.aged for one in aged), Aged())


def _query(sql: str, store: Store, day: date, customer: Customer | None) -> tuple[str, dict[str, Any]]:
    values: dict[str, Any] = {
        "store": store.pk, "zone": store.timezone, "day": day, "ends": store.start_of(day + timedelta(days=1)),
    }  # fmt: skip
    if customer is None:
        return sql.format(of_customer=""), values
    return sql.format(of_customer="AND customer_id = %(customer)s"), values | {"customer": customer.pk}
