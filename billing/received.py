"""Money received: one list of what came in by bills, debt payments and advances, and of what went out again."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection

from advances.models import PaymentMode
from billing.models import PaymentMethod
from viveka.stores.models import Store

KINDS = {
    "bill": "Bill",
    "debt_payment": "Debt payment",
    "advance": "Advance",
    "debt_payment_reversal": "Debt payment reversed",
    "advance_reversal": "Advance reversed",
    "advance_refund": "Advance refunded",
    "return": "Money back",
    "credit_note": "Credit note",
    "bill_correction": "Bill, paid in another way",
    "debt_payment_correction": "Debt payment, paid in another way",
    "advance_correction": "Advance, paid in another way",
    "return_correction": "Money back, paid in another way",
    "credit_note_correction": "Credit note, paid in another way",
}

MODES = {**dict(PaymentMode.choices), **dict(PaymentMethod.choices)}

# A bill's payments are of the bill's own moment, and found through it: bills have the index by time.
# What a customer uses of the balance or leaves on credit brings no money; nor does an advance that was left over from
# a debt payment, since that payment's amount has it already, or one that a return or an opening balance made.
_RECEIVED = """
SELECT bill.at, 'bill' AS kind, payment.bill_id::text AS about, payment.amount, payment.method AS mode,
       payment.reference, payment.by_id AS staff, bill.customer_id AS customer, payment.id::text AS row,
       payment.till_session_id AS till
  FROM billing_payment AS payment JOIN billing_bill AS bill ON bill.id = payment.bill_id
 WHERE bill.store_id = %(store)s AND payment.method NOT IN ('advance', 'credit', 'exchange')
UNION ALL
SELECT made.at, 'return', made.id::text, -part.amount, part.way, part.reference, made.by_id, bill.customer_id,
       part.id::text, part.till_session_id
  FROM billing_moneyback AS part JOIN billing_return AS made ON made.id = part.goods_return_id
  JOIN billing_bill AS bill ON bill.id = made.bill_id
 WHERE part.store_id = %(store)s AND part.way IN ('cash', 'card', 'upi', 'bank_transfer')
UNION ALL
SELECT note.at, 'credit_note', note.id::text, -part.amount, part.way, part.reference, note.by_id, note.customer_id,
       part.id::text, part.till_session_id
  FROM billing_creditnotemoney AS part JOIN billing_creditnote AS note ON note.id = part.note_id
 WHERE part.store_id = %(store)s AND part.way IN ('cash', 'card', 'upi', 'bank_transfer')
UNION ALL
SELECT change.at, CASE WHEN change.payment_id IS NOT NULL THEN 'bill_correction'
                       WHEN change.debt_payment_id IS NOT NULL THEN 'debt_payment_correction'
                       WHEN change.advance_id IS NOT NULL THEN 'advance_correction'
                       WHEN change.money_back_id IS NOT NULL THEN 'return_correction'
                       ELSE 'credit_note_correction' END,
       coalesce(paid.bill_id, change.debt_payment_id, change.advance_id, back.goods_return_id, noted.note_id)::text,
       CASE WHEN change.money_back_id IS NULL AND change.note_money_id IS NULL THEN side.amount ELSE -side.amount END,
       side.mode, change.reference, change.by_id,
       coalesce(bill.customer_id, repaid.customer_id, advance.customer_id, note.customer_id),
       change.id || side.place, change.till_session_id
  FROM billing_methodchange AS change
  LEFT JOIN billing_payment AS paid ON paid.id = change.payment_id
  LEFT JOIN billing_moneyback AS back ON back.id = change.money_back_id
  LEFT JOIN billing_return AS made ON made.id = back.goods_return_id
  LEFT JOIN billing_bill AS bill ON bill.id = coalesce(paid.bill_id, made.bill_id)
  LEFT JOIN billing_creditnotemoney AS noted ON noted.id = change.note_money_id
  LEFT JOIN billing_creditnote AS note ON note.id = noted.note_id
  LEFT JOIN debts_debtpayment AS repaid ON repaid.id = change.debt_payment_id
  LEFT JOIN advances_advancepayment AS advance ON advance.id = change.advance_id
 CROSS JOIN LATERAL (VALUES (change.from_method, -change.amount, '-0'), (change.to_method, change.amount, '-1'))
       AS side (mode, amount, place)
 WHERE change.store_id = %(store)s
UNION ALL
SELECT at, 'debt_payment', id::text, amount, mode, reference, by_id, customer_id, id::text, till_session_id
  FROM debts_debtpayment WHERE store_id = %(store)s AND mode <> 'advance'
UNION ALL
SELECT undone.at, 'debt_payment_reversal', payment.id::text, -payment.amount,
       coalesce((SELECT to_method FROM billing_methodchange WHERE debt_payment_id = payment.id
                  ORDER BY id DESC LIMIT 1), payment.mode), payment.reference,
       undone.by_id, payment.customer_id, undone.id::text, undone.till_session_id
  FROM debts_paymentreversal AS undone JOIN debts_debtpayment AS payment ON payment.id = undone.payment_id
 WHERE undone.store_id = %(store)s AND payment.mode <> 'advance'
UNION ALL
SELECT advance.at, 'advance', advance.id::text, advance.amount, advance.mode, advance.payment_reference, advance.by_id,
       advance.customer_id, advance.id::text, advance.till_session_id
  FROM advances_advancepayment AS advance
 WHERE advance.store_id = %(store)s AND advance.mode <> ''
   AND NOT EXISTS (SELECT 1 FROM debts_debtpayment AS payment WHERE payment.kept_advance_id = advance.id)
UNION ALL
SELECT entry.at, 'advance_' || entry.cause, advance.id::text, entry.change,
       CASE entry.cause WHEN 'refund' THEN entry.mode ELSE coalesce(
           (SELECT to_method FROM billing_methodchange WHERE advance_id = advance.id ORDER BY id DESC LIMIT 1),
           advance.mode) END, advance.payment_reference, entry.by_id,
       entry.customer_id, entry.id::text, entry.till_session_id
  FROM advances_walletentry AS entry JOIN advances_advancepayment AS advance ON advance.id = entry.advance_id
 WHERE entry.store_id = %(store)s
   AND (entry.cause = 'refund' OR entry.cause = 'reversal' AND advance.mode <> '' AND NOT EXISTS (
        SELECT 1 FROM debts_debtpayment AS payment WHERE payment.kept_advance_id = advance.id))
"""
_WANTED = {
    "begins": "at >= %(begins)s",
    "ends": "at < %(ends)s",
    "customer": "customer = %(customer)s",
    "staff": "staff = %(staff)s",
    "mode": "mode = %(mode)s",
    "kind": "kind = %(kind)s",
    "amount": "abs(amount) = %(amount)s",
    "reference": "strpos(lower(reference), lower(%(reference)s)) > 0",
    "before": "(at, kind, row) < (%(before_at)s, %(before_kind)s, %(before_row)s)",
}


# The same of several stores: `%(stores)s` are their ids.
RECEIVED_OF_STORES = _RECEIVED.replace("= %(store)s", "= ANY(%(stores)s)")


@dataclass(frozen=True, slots=True)
class Received:
    """Money in, or out where `amount` is below zero. `about` is the id of the bill, debt payment or advance, `row` that
    of the entry itself, for finding the next page."""

    at: datetime
    kind: str
    about: str
    amount: Decimal
    mode: str
    reference: str
    staff: str
    customer_id: int | None
    customer: str
    row: str

    @property
    def text(self) -> str:
        return KINDS[self.kind]

    @property
    def mode_called(self) -> str:
        """The way of paying as people say it."""
        return MODES.get(self.mode, self.mode)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ended: what the next one is older than."""

    at: datetime
    kind: str
    row: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which of it; days are the store's, `staff` and `customer` are ids, an amount is found with either sign."""

    first: date | None = None
    last: date | None = None
    customer: int | None = None
    staff: int | None = None
    mode: str = ""
    kind: str = ""
    amount: Decimal | None = None
    reference: str = ""


ALL = Wanted()


def money_received(
    store: Store, wanted: Wanted = ALL, *, before: Received | Place | None = None, limit: int | None = None
) -> list[Received]:
    """The list, newest first; `before` the last row of the page before, at most `limit` rows. One query."""
    condition, values = _condition(store, wanted, before)
    query = f"""
        SELECT event.at, kind, about, amount, mode, reference,
               coalesce(nullif(trim(person.first_name || ' ' || person.last_name), ''), person.username, ''), customer,
               CASE WHEN buyer.id IS NULL THEN '' ELSE buyer.number || ' - ' || buyer.name END, row
          FROM (SELECT * FROM ({_RECEIVED}) AS received WHERE {condition}
                 ORDER BY at DESC, kind DESC, row DESC LIMIT %(limit)s) AS event
          LEFT JOIN customers_customer AS buyer ON buyer.id = customer
          LEFT JOIN stores_user AS person ON person.id = staff
         ORDER BY event.at DESC, kind DESC, row DESC
    """
    with connection.cursor() as cursor:
        cursor.execute(query, values | {"limit": limit})
        return [Received(*row) for row in cursor.fetchall()]


def money_by_mode(store: Store, wanted: Wanted = ALL) -> dict[str, Decimal]:
    """What came in by each mode, less what went out by it. One query."""
    condition, values = _condition(store, wanted, None)
    query = f"SELECT mode, sum(amount) FROM ({_RECEIVED}) AS received WHERE {condition} GROUP BY mode ORDER BY mode"
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return dict(cursor.fetchall())


def money_of_till(store: Store, session_id: int) -> list[tuple[str, str, Decimal, int]]:
    """What came in and went out in a till session: kind, mode, amount, how many entries. One query."""
    query = f"""
        SELECT kind, mode, sum(amount), count(DISTINCT about) FROM ({_RECEIVED}) AS received WHERE till = %(till)s
         GROUP BY kind, mode ORDER BY kind, mode
    """
    with connection.cursor() as cursor:
        cursor.execute(query, {"store": store.pk, "till": session_id})
        return cursor.fetchall()


def _condition(store: Store, wanted: Wanted, before: Received | Place | None) -> tuple[str, dict[str, Any]]:
    values: dict[str, Any] = {
        "begins": store.start_of(wanted.first) if wanted.first else None,
        "ends": store.start_of(wanted.last + timedelta(days=1)) if wanted.last else None,
        "customer": wanted.customer, "staff": wanted.staff, "mode": wanted.mode, "kind": wanted.kind,
        "amount": wanted.amount, "reference": wanted.reference, "before": before,
    }  # fmt: skip
    asked = {name: value for name, value in values.items() if value not in (None, "")}
    conditions = [_WANTED[name] for name in asked]
    if before:
        asked |= {"before_at": before.at, "before_kind": before.kind, "before_row": before.row}
        del asked["before"]
    return " AND ".join(["true", *conditions]), {"store": store.pk, **asked}


def received_rows(store: Store, rows: Iterable[Received]) -> Iterator[Sequence[Any]]:
    """The list as rows of a file."""
    yield "Date", "Time", "What", "Amount", "Paid by", "Reference", "Staff", "Customer"
    for row in rows:
        at = row.at.astimezone(store.zone)
        yield at.date(), f"{at:%H:%M}", row.text, row.amount, row.mode_called, row.reference, row.staff, row.customer
