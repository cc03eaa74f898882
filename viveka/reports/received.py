"""Money that came in, and what of it went out again: one list over bills, debt payments and advances.

What a bill takes from an advance, or leaves on credit, is no money. What a debt payment kept as an advance is told
once, with the payment.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection
from django.urls import reverse

from viveka.stores.models import Store
from viveka.stores.money import ZERO

PAGE_SIZE = 50
MODES = {"cash": "Cash", "card": "Card", "upi": "UPI", "bank_transfer": "Bank transfer", "wallet": "E-wallet"}
KINDS = {
    "bill": ("Bill", "billing:bill"),
    "payment": ("Debt payment", "debts:payment"),
    "payment_reversal": ("Debt payment reversed", "debts:payment"),
    "advance": ("Advance", ""),
    "refund": ("Advance refunded", ""),
    "reversal": ("Advance reversed", ""),
    "return": ("Goods returned", "billing:bill"),
}
# Each SELECT gives: at, kind, place (tells apart what happened in one moment), about, amount, mode, reference, by,
# customer.
_EVENTS = """
SELECT paid.at, 'bill' AS kind, 'b' || lpad(paid.id::text, 20, '0') AS place, bill.id::text AS about,
       paid.amount, paid.method AS mode, paid.reference, paid.by_id, bill.customer_id
  FROM billing_bill AS bill JOIN billing_payment AS paid ON paid.bill_id = bill.id
 WHERE bill.store_id = %(store)s AND bill.at >= %(begins)s AND bill.at < %(ends)s
   AND paid.method NOT IN ('advance', 'credit')
UNION ALL
SELECT at, 'payment', 'p' || id::text, id::text, amount, mode, reference, by_id, customer_id
  FROM debts_debtpayment
 WHERE store_id = %(store)s AND at >= %(begins)s AND at < %(ends)s AND mode <> 'advance'
UNION ALL
SELECT undone.at, 'payment_reversal', 'q' || paid.id::text, paid.id::text, -paid.amount, paid.mode, paid.reference,
       undone.by_id, paid.customer_id
  FROM debts_paymentreversal AS undone JOIN debts_debtpayment AS paid ON paid.id = undone.payment_id
 WHERE undone.store_id = %(store)s AND undone.at >= %(begins)s AND undone.at < %(ends)s AND paid.mode <> 'advance'
UNION ALL
SELECT taken.at, 'advance', 'a' || taken.id::text, taken.id::text, taken.amount, taken.mode, taken.payment_reference,
       taken.by_id, taken.customer_id
  FROM advances_advancepayment AS taken
 WHERE taken.store_id = %(store)s AND taken.at >= %(begins)s AND taken.at < %(ends)s AND taken.mode <> ''
   AND NOT EXISTS (SELECT 1 FROM debts_debtpayment AS paid WHERE paid.kept_advance_id = taken.id)
UNION ALL
SELECT entry.at, entry.cause, 'r' || lpad(entry.id::text, 20, '0'), taken.id::text, entry.change,
       CASE entry.cause WHEN 'refund' THEN entry.mode ELSE taken.mode END, '', entry.by_id, entry.customer_id
  FROM advances_walletentry AS entry JOIN advances_advancepayment AS taken ON taken.id = entry.advance_id
 WHERE entry.store_id = %(store)s AND entry.at >= %(begins)s AND entry.at < %(ends)s
   AND (entry.cause = 'refund' OR entry.cause = 'reversal' AND taken.mode <> ''
        AND NOT EXISTS (SELECT 1 FROM debts_debtpayment AS paid WHERE paid.kept_advance_id = taken.id))
UNION ALL
SELECT back.at, 'return', 's' || lpad(money.id::text, 20, '0'), back.bill_id::text, -money.amount, money.way,
       money.reference, back.by_id, bill.customer_id
  FROM billing_return AS back JOIN billing_moneyback AS money ON money.goods_return_id = back.id
  JOIN billing_bill AS bill ON bill.id = back.bill_id
 WHERE back.store_id = %(store)s AND back.at >= %(begins)s AND back.at < %(ends)s
   AND money.way IN ('cash', 'card', 'upi', 'bank_transfer')
"""
_WANTED = """
   (%(mode)s = '' OR event.mode = %(mode)s) AND (%(amount)s::numeric IS NULL OR abs(event.amount) = %(amount)s)
   AND (%(customer)s::bigint IS NULL OR event.customer_id = %(customer)s)
"""
_PAGE = f"""
SELECT event.at, event.kind, event.place, event.about, event.amount, event.mode, event.reference,
       coalesce(nullif(trim(person.first_name || ' ' || person.last_name), ''), person.username),
       customer.id, customer.number, customer.name
  FROM ({_EVENTS}) AS event LEFT JOIN stores_user AS person ON person.id = event.by_id
  LEFT JOIN customers_customer AS customer ON customer.id = event.customer_id
 WHERE {_WANTED} AND (%(last_at)s::timestamptz IS NULL OR (event.at, event.place) < (%(last_at)s, %(last_place)s))
 ORDER BY event.at DESC, event.place DESC LIMIT %(most)s
"""
_TOTALS = f"SELECT mode, sum(amount) FROM ({_EVENTS}) AS event WHERE {_WANTED} GROUP BY mode ORDER BY mode"


@dataclass(frozen=True, slots=True)
class Received:
    """Money that came in (above zero) or went out again."""

    at: datetime
    kind: str
    place: str
    about: str
    amount: Decimal
    mode: str
    reference: str
    who: str
    customer_id: int | None
    number: str | None
    name: str | None

    @property
    def text(self) -> str:
        return KINDS[self.kind][0]

    @property
    def mode_text(self) -> str:
        return MODES.get(self.mode, self.mode)

    @property
    def url(self) -> str:
        """The page of what it is about; "" where the customer's own is the nearest."""
        page = KINDS[self.kind][1]
        return reverse(page, args=[self.about]) if page else ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which of it: days of the store, and what else was asked for."""

    first: date
    last: date
    mode: str = ""
    amount: Decimal | None = None
    customer_id: int | None = None


def money_received(store: Store, wanted: Wanted, before: str = "", most: int = PAGE_SIZE) -> tuple[list[Received], str]:
    """The newest first, those before a place that an earlier call gave; and the place to go on from, "" at the end."""
    values = _values(store, wanted) | {"most": most + 1} | _place(before)
    with connection.cursor() as cursor:
        cursor.execute(_PAGE, values)
        found = [Received(*row) for row in cursor.fetchall()]
    shown = found[:most]
    return shown, f"{shown[-1].at.isoformat()}~{shown[-1].place}" if len(found) > most else ""


def money_totals(store: Store, wanted: Wanted) -> list[tuple[str, Decimal]]:
    """What came in by mode, less what went out; and all of it together, last."""
    with connection.cursor() as cursor:
        cursor.execute(_TOTALS, _values(store, wanted))
        sums = [(MODES.get(mode, mode), amount) for mode, amount in cursor.fetchall()]
    return [*sums, ("Together", sum((amount for _, amount in sums), ZERO))]


def _values(store: Store, wanted: Wanted) -> dict[str, Any]:
    return {
        "store": store.pk, "begins": store.start_of(wanted.first),
        "ends": store.start_of(wanted.last + timedelta(days=1)), "mode": wanted.mode, "amount": wanted.amount,
        "customer": wanted.customer_id,
    }  # fmt: skip


def _place(text: str) -> dict[str, Any]:
    at, _, place = text.partition("~")
    try:
        moment = datetime.fromisoformat(at) if place and len(text) < 100 and "\0" not in text else None
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None or not 1950 <= moment.year <= 2199:
        return {"last_at": None, "last_place": ""}
    return {"last_at": moment, "last_place": place}


def as_rows(store: Store, found: Sequence[Received]) -> list[tuple[Any, ...]]:
    """A table for a file, the header first."""
    header = ("Date", "What", "Amount", "Mode", "Reference", "Staff", "Number", "Customer")
    rows = [
        (f"{one.at.astimezone(store.zone):%Y-%m-%d %H:%M}", one.text, one.amount, one.mode_text, one.reference, one.who,
         one.number, one.name)
        for one in found
    ]  # fmt: skip
    return [header, *rows]
