"""How fast advances are used, and which services bring them."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection

from viveka.reports.advances import Span
from viveka.stores.models import Store
from viveka.stores.money import ZERO

AGES = [(0, "On the day it was paid"), (7, "Within a week"), (30, "Within 30 days"), (90, "Within 90 days")]
LATER = "Later"


@dataclass(frozen=True, slots=True)
class Aged:
    """What was used of advances of one age."""

    name: str
    uses: int
    amount: Decimal
    share: Decimal
    """Per cent of all that was used, to one place."""


@dataclass(frozen=True, slots=True)
class Speed:
    """How old advances were when they were used; `average_days` counts each rupee once, None where none was used."""

    ages: list[Aged]
    average_days: Decimal | None


# What was given back since was not used after all. Days are the store's own.
_SPEED = """
SELECT width_bucket(days, ARRAY[1, 8, 31, 91]) AS age, count(*), sum(amount), sum(days * amount) FROM (
    SELECT (entry.at AT TIME ZONE %(zone)s)::date - (advance.at AT TIME ZONE %(zone)s)::date AS days,
           used.amount - used.restored_amount AS amount
      FROM advances_walletentry AS entry
      JOIN advances_advancepayment AS advance ON advance.id = entry.advance_id
      JOIN advances_utilization AS used
        ON used.deduction_id = entry.deduction_id AND used.advance_id = entry.advance_id
     WHERE entry.store_id = %(store)s AND entry.at >= %(begins)s AND entry.at < %(ends)s AND entry.cause = 'deduction'
) AS uses WHERE amount > 0 GROUP BY age
"""


def how_fast_used(store: Store, span: Span) -> Speed:
    """Of what was used in the span: how old the advances were. One query."""
    begins, ends = span.moments(store)
    with connection.cursor() as cursor:
        cursor.execute(_SPEED, {"store": store.pk, "zone": store.timezone, "begins": begins, "ends": ends})
        found = {age: (uses, amount, weight) for age, uses, amount, weight in cursor.fetchall()}
    whole = sum((amount for _, amount, _ in found.values()), ZERO)
    ages = []
    for age, name in enumerate([*(name for _, name in AGES), LATER]):
        uses, amount, _ = found.get(age, (0, ZERO, ZERO))
        share = (100 * amount / whole if whole else ZERO).quantize(Decimal("0.1"))
        ages.append(Aged(name, uses, amount, share))
    weights = sum((weight for _, _, weight in found.values()), ZERO)
    return Speed(ages, (weights / whole).quantize(Decimal("0.1")) if whole else None)


@dataclass(frozen=True, slots=True)
class Service:
    """A service or an item for which customers paid ahead."""

    name: str
    advances: int
    amount: Decimal


# An advance for several lines is shared between them equally. One that was entered by mistake was none.
_SERVICES = """
SELECT min(line.name), count(DISTINCT paid.id), round(sum(paid.amount / paid.parts), 2) AS amount FROM (
    SELECT advance.id, advance.reference_id, advance.amount,
           (SELECT count(*) FROM advances_appointmentline WHERE appointment_id = advance.reference_id)
         + (SELECT count(*) FROM advances_bookingline WHERE booking_id = advance.reference_id) AS parts
      FROM advances_advancepayment AS advance
     WHERE advance.store_id = %(store)s AND advance.at >= %(begins)s AND advance.at < %(ends)s
       AND advance.reference_type IN ('appointment', 'booking')
       AND NOT EXISTS (SELECT 1 FROM advances_walletentry AS entry
                        WHERE entry.advance_id = advance.id AND entry.cause = 'reversal')
) AS paid JOIN (
    SELECT appointment_id AS record_id, product_id, name FROM advances_appointmentline WHERE store_id = %(store)s
    UNION ALL
    SELECT booking_id, product_id, name FROM advances_bookingline WHERE store_id = %(store)s
) AS line ON line.record_id = paid.reference_id
GROUP BY line.product_id, CASE WHEN line.product_id IS NULL THEN lower(line.name) END
ORDER BY amount DESC, 1 LIMIT %(most)s
"""


def services_that_bring_advances(store: Store, span: Span, *, most: int = 50) -> list[Service]:
    """For what customers paid ahead in the span with an appointment or a booking, most money first. One query."""
    begins, ends = span.moments(store)
    values: dict[str, Any] = {"store": store.pk, "begins": begins, "ends": ends, "most": most}
    with connection.cursor() as cursor:
        cursor.execute(_SERVICES, values)
        return [Service(*row) for row in cursor.fetchall()]
