"""Statistics and balances of customers, counted anew from the rows that they come from."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from customers.models import Customer
from viveka.stores.models import Store
from viveka.stores.tracing import UNTRACED
from viveka.stores.transactions import retry_when_entangled

COUNTED = ("total_purchases", "purchase_count", "last_purchase_at", "debt_balance", "advance_balance")

# All customers of a store, or those of `customers`, whose record says something else than their rows.
_OTHERWISE = """
WITH back AS (
    SELECT bill_id, sum(total) AS total FROM billing_return
     WHERE store_id = %(store)s AND (%(customers)s::bigint[] IS NULL OR bill_id IN (
           SELECT id FROM billing_bill WHERE store_id = %(store)s AND customer_id = ANY(%(customers)s)))
     GROUP BY bill_id
), gone AS (
    SELECT line.bill_id FROM billing_billline AS line
     WHERE line.bill_id IN (SELECT bill_id FROM back)
     GROUP BY line.bill_id HAVING bool_and(line.returned >= line.quantity)
), bought AS (
    SELECT customer_id, sum(bill.total - coalesce(back.total, 0)) AS total,
           count(*) FILTER (WHERE gone.bill_id IS NULL) AS bills, max(at) FILTER (WHERE gone.bill_id IS NULL) AS last
      FROM billing_bill AS bill
      LEFT JOIN back ON back.bill_id = bill.id
      LEFT JOIN gone ON gone.bill_id = bill.id
     WHERE store_id = %(store)s AND customer_id IS NOT NULL
       AND (%(customers)s::bigint[] IS NULL OR customer_id = ANY(%(customers)s))
     GROUP BY customer_id
), owed AS (
    SELECT customer_id, sum(balance) AS balance FROM debts_debt
     WHERE store_id = %(store)s AND status = 'open'
       AND (%(customers)s::bigint[] IS NULL OR customer_id = ANY(%(customers)s)) GROUP BY customer_id
), ahead AS (
    SELECT customer_id, sum(remaining_amount) AS remaining FROM advances_advancepayment
     WHERE store_id = %(store)s AND (%(customers)s::bigint[] IS NULL OR customer_id = ANY(%(customers)s))
     GROUP BY customer_id
), counted AS (
    SELECT customer.id, customer.number, total_purchases, purchase_count::bigint, last_purchase_at, debt_balance,
           advance_balance, coalesce(bought.total, 0) AS total, coalesce(bought.bills, 0) AS bills, bought.last,
           coalesce(owed.balance, 0) AS owed, coalesce(ahead.remaining, 0) AS ahead
      FROM customers_customer AS customer
      LEFT JOIN bought ON bought.customer_id = customer.id
      LEFT JOIN owed ON owed.customer_id = customer.id
      LEFT JOIN ahead ON ahead.customer_id = customer.id
     WHERE customer.store_id = %(store)s AND (%(customers)s::bigint[] IS NULL OR customer.id = ANY(%(customers)s))
)
SELECT * FROM counted
 WHERE (total_purchases, purchase_count, last_purchase_at, debt_balance, advance_balance)
       IS DISTINCT FROM (total, bills, last, owed, ahead)
 ORDER BY id
"""

# The same, written; within `customers` alone.
_PUT_RIGHT = f"""{UNTRACED}
UPDATE customers_customer AS customer
   SET total_purchases = found.total, purchase_count = found.bills, last_purchase_at = found.last,
       debt_balance = found.owed, advance_balance = found.ahead
  FROM ({_OTHERWISE}) AS found WHERE found.id = customer.id
"""


@dataclass(frozen=True, slots=True)
class Difference:
    """What a customer's record said, and what the rows say."""

    customer_id: int
    number: str
    field: str
    stood: Any
    counted: Any


def recount(*, store: Store, dry_run: bool = False) -> list[Difference]:
    """Put every customer's statistics and balances right; what was otherwise, by customer. With `dry_run` only tells.

    Tills go on meanwhile: only customers who are otherwise are locked, and counted once more under their lock.
    """
    found = _otherwise(store, None)
    if dry_run or not found:
        return found
    return _put_right(store, sorted({one.customer_id for one in found}))


@retry_when_entangled
@transaction.atomic
def _put_right(store: Store, customers: Sequence[int]) -> list[Difference]:
    list(Customer.objects.of(store).filter(pk__in=customers).for_no_key_update().values_list("pk"))
    found = _otherwise(store, customers)
    put_right_locked(store, customers)
    return found


def put_right_locked(store: Store, customers: Sequence[int]) -> None:
    """Statistics and balances of these customers as their rows have them, for a caller that holds their locks."""
    with connection.cursor() as cursor:
        cursor.execute(_PUT_RIGHT, {"store": store.pk, "customers": list(customers)})


def _otherwise(store: Store, customers: Sequence[int] | None) -> list[Difference]:
    with connection.cursor() as cursor:
        cursor.execute(_OTHERWISE, {"store": store.pk, "customers": list(customers) if customers else None})
        return [
            Difference(pk, number, field, stood, counted)
            for pk, number, *both in cursor.fetchall()
            for field, stood, counted in zip(COUNTED, both[:5], both[5:], strict=True)
            if stood != counted
        ]
