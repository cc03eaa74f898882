"""Statement: all that moved what a customer owes, and what is held for them, in order of date.

Read from rows with dates alone, never from running amounts: the statement of a day that is over stays the same,
whatever is paid later.
"""

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection

from advances.models import PaymentMode
from customers.models import Customer
from debts.models import RepaymentMode
from viveka.stores.money import ZERO

# One row for each thing that happened: what it adds to the debts and to the advances (minus: takes from them).
# A deduction that used several advances is one line. `of_customer` stands for a condition on `customer_id`.
_EVENTS = """
SELECT store_id, customer_id, at, created_at, 1 AS rank, id::text AS id, 'debt' AS kind, id::text AS about,
       amount AS debt, 0.00 AS advance, '' AS mode, '' AS reference, note
  FROM debts_debt WHERE {of_customer}
UNION ALL
SELECT store_id, customer_id, at, created_at, 2, id::text, 'payment', id::text,
       kept_amount - amount, 0.00, mode, reference, note
  FROM debts_debtpayment WHERE {of_customer}
UNION ALL
SELECT undone.store_id, payment.customer_id, undone.at, undone.created_at, 3, lpad(undone.id::text, 20, '0'),
       'payment_reversal', payment.id::text, payment.amount - payment.kept_amount, 0.00, payment.mode,
       payment.reference, undone.reason
  FROM debts_paymentreversal AS undone JOIN debts_debtpayment AS payment ON payment.id = undone.payment_id
 WHERE {of_payment}
UNION ALL
SELECT less.store_id, debt.customer_id, less.at, less.created_at, 4, lpad(less.id::text, 20, '0'),
       CASE less.cause WHEN 'return' THEN 'return' WHEN 'write_off' THEN 'write_off' ELSE 'debt_reversal' END,
       debt.id::text, -less.amount, 0.00, '', '', less.reason
  FROM debts_debtreduction AS less JOIN debts_debt AS debt ON debt.id = less.debt_id
 WHERE {of_debt}
UNION ALL
SELECT entry.store_id, entry.customer_id, entry.at, entry.created_at, 5, lpad(min(entry.id)::text, 20, '0'),
       'advance_' || cause, coalesce(deduction_id, min(advance_id::text)::uuid)::text, 0.00, sum(change),
       entry.mode || coalesce(paid.mode, ''), coalesce(paid.payment_reference, ''), reason
  FROM advances_walletentry AS entry
  LEFT JOIN advances_advancepayment AS paid ON paid.id = entry.advance_id AND entry.cause = 'advance'
 WHERE {of_entry}
 GROUP BY entry.store_id, entry.customer_id, entry.at, entry.created_at, cause, deduction_id, entry.mode, paid.mode,
          paid.payment_reference, reason, CASE WHEN deduction_id IS NULL THEN entry.id END
"""

PAGE_LINES = 200  # of a screen; files and papers hold all of it

WORDS = {
    "debt": "Credit",
    "payment": "Payment",
    "payment_reversal": "Payment reversed",
    "return": "Goods returned",
    "write_off": "Written off",
    "debt_reversal": "Entered by mistake",
    "advance_advance": "Advance paid",
    "advance_deduction": "Used from advance",
    "advance_restoration": "Given back to advance",
    "advance_refund": "Advance refunded",
    "advance_expiry": "Advance expired",
    "advance_reversal": "Advance reversed",
}


def events_sql(of_customer: str) -> str:
    """All events as one SELECT, for a condition on `customer_id` or `store_id` such as `customer_id = %(customer)s`."""
    tables = ("payment", "debt", "entry")
    return _EVENTS.format(of_customer=of_customer, **{f"of_{table}": f"{table}.{of_customer}" for table in tables})


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that happened. `about` is the id of the debt, payment, advance or deduction that it happened to."""

    at: datetime
    kind: str
    about: str
    debt_change: Decimal
    advance_change: Decimal
    mode: str
    reference: str
    note: str
    debt_balance: Decimal
    advance_balance: Decimal

    @property
    def text(self) -> str:
        return WORDS[self.kind]

    @property
    def mode_text(self) -> str:
        """How it was paid, "" where it was not."""
        return {**dict(PaymentMode.choices), **dict(RepaymentMode.choices)}.get(self.mode, self.mode)

    @property
    def debit(self) -> Decimal:
        """What was added to the debts."""
        return ZERO if self.debt_change.is_signed() else self.debt_change

    @property
    def credit(self) -> Decimal:
        """What was taken from them."""
        return -self.debt_change if self.debt_change.is_signed() else ZERO

    @property
    def net(self) -> Decimal:
        """Above zero the customer has to pay, below zero we hold."""
        return self.debt_balance - self.advance_balance


@dataclass(frozen=True, slots=True)
class Statement:
    """From the beginning of `first` to the end of `last`, days of the store; None: from the beginning of all."""

    customer: Customer
    first: date | None
    last: date
    opening_debt: Decimal
    opening_advance: Decimal
    debit: Decimal
    """All that was added to the debts; `credit` is what was taken from them."""
    credit: Decimal
    closing_debt: Decimal
    closing_advance: Decimal
    lines: Sequence[Line]

    @property
    def opening_net(self) -> Decimal:
        return self.opening_debt - self.opening_advance

    @property
    def net(self) -> Decimal:
        """Above zero the customer has to pay, below zero we hold."""
        return self.closing_debt - self.closing_advance

    @property
    def debt_lines(self) -> list[Line]:
        """What is owed alone: debts and what lowers them."""
        return [line for line in self.lines if line.debt_change]


@dataclass(frozen=True, slots=True)
class StatementPage:
    """Some lines of a long statement, whose sums are those of the whole period; `number` counts from 1, the oldest."""

    statement: Statement
    number: int
    count: int
    carried_debt: Decimal
    """What the page begins with; on the first one that is the opening balance."""
    carried_advance: Decimal

    @property
    def earlier(self) -> int:
        return self.number - 1

    @property
    def later(self) -> int:
        return self.number + 1


def read_statement(customer: Customer, first: date | None, last: date) -> Statement:
    """The statement of a period; two queries. What closes one day opens the next."""
    begins, ends = _bounds(customer, first, last)
    opening = _opening(customer, begins) if begins else _NOTHING
    lines = _lines(customer, begins, ends, opening)
    debit, credit = (sum((getattr(line, side) for line in lines), ZERO) for side in ("debit", "credit"))
    closing = (lines[-1].debt_balance, lines[-1].advance_balance) if lines else opening.balances
    return Statement(customer, first, last, *opening.balances, debit, credit, *closing, lines)


def read_statement_page(customer: Customer, first: date | None, last: date, number: int | None) -> StatementPage:
    """A page of the statement; the newest where no number, or none that is there, is given. At most four queries."""
    begins, ends = _bounds(customer, first, last)
    opening = _opening(customer, begins) if begins else _NOTHING
    moved = _sums(customer, begins, ends)
    count = max(-(-moved.count // PAGE_LINES), 1)
    number = number if number and 1 <= number <= count else count
    offset = (number - 1) * PAGE_LINES
    carried = opening.plus(_sums(customer, begins, ends, most=offset)) if offset else opening
    lines = _lines(customer, begins, ends, carried, most=PAGE_LINES, offset=offset)
    closing = opening.plus(moved).balances
    statement = Statement(customer, first, last, *opening.balances, moved.debit, moved.credit, *closing, lines)
    return StatementPage(statement, number, count, *carried.balances)


def _bounds(customer: Customer, first: date | None, last: date) -> tuple[datetime | None, datetime]:
    store = customer.store
    return store.start_of(first) if first else None, store.start_of(last + timedelta(days=1))


def _lines(
    customer: Customer,
    begins: datetime | None,
    ends: datetime,
    before: "_Sums",
    *,
    most: int | None = None,
    offset: int = 0,
) -> list[Line]:
    """The lines, each with the balances after it."""
    debt, advance = before.balances
    lines = []
    for row in _rows(customer, begins, ends, most, offset):
        debt, advance = debt + row.pop("debt"), advance + row.pop("advance")
        lines.append(Line(**row, debt_balance=debt, advance_balance=advance))
    return lines


@dataclass(frozen=True, slots=True)
class _Sums:
    """How many lines, what they add to the debts and take from them, and what both balances change by."""

    count: int
    debit: Decimal
    credit: Decimal
    debt: Decimal
    advance: Decimal

    @property
    def balances(self) -> tuple[Decimal, Decimal]:
        return self.debt, self.advance

    def plus(self, other: "_Sums") -> "_Sums":
        mine, theirs = astuple(self), astuple(other)
        return _Sums(*(a + b for a, b in zip(mine, theirs, strict=True)))


_NOTHING = _Sums(0, ZERO, ZERO, ZERO, ZERO)
# A payment kept whole is told by its advance.
_OF_A_PERIOD = """
  FROM ({events}) AS event
 WHERE (%(ends)s::timestamptz IS NULL OR at < %(ends)s) AND (%(begins)s::timestamptz IS NULL OR at >= %(begins)s)
   AND (debt <> 0 OR advance <> 0)
 ORDER BY at, created_at, rank, id LIMIT %(most)s OFFSET %(offset)s
"""


def _sums(customer: Customer, begins: datetime | None, ends: datetime | None, *, most: int | None = None) -> _Sums:
    """Of the lines between the two moments, or of the first `most` of them."""
    query = f"""
        SELECT count(*), coalesce(sum(debt) FILTER (WHERE debt > 0), 0.00),
               coalesce(-sum(debt) FILTER (WHERE debt < 0), 0.00), coalesce(sum(debt), 0.00),
               coalesce(sum(advance), 0.00)
          FROM (SELECT debt, advance {_of_a_period()}) AS line
    """
    with connection.cursor() as cursor:
        cursor.execute(query, _asked(customer, begins, ends, most, 0))
        return _Sums(*cursor.fetchone())


def _opening(customer: Customer, begins: datetime) -> _Sums:
    return _sums(customer, None, begins)


def _rows(
    customer: Customer, begins: datetime | None, ends: datetime, most: int | None, offset: int
) -> list[dict[str, Any]]:
    columns = "at, kind, about, debt, advance, debt AS debt_change, advance AS advance_change, mode, reference, note"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns} {_of_a_period()}", _asked(customer, begins, ends, most, offset))
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _of_a_period() -> str:
    return _OF_A_PERIOD.format(events=events_sql("customer_id = %(customer)s"))


def _asked(
    customer: Customer, begins: datetime | None, ends: datetime | None, most: int | None, offset: int
) -> dict[str, Any]:
    return {"customer": customer.pk, "begins": begins, "ends": ends, "most": most, "offset": offset}
