"""What a customer owed right after something happened: the balance that its receipt shows, for ever."""

from decimal import Decimal
from uuid import UUID

from django.db import connection

from customers.models import Customer
from debts.statement import events_sql

_AFTER = """
WITH event AS ({events}), this AS (
    SELECT at, created_at, rank, id FROM event WHERE kind = %(kind)s AND about = %(about)s
)
SELECT coalesce(sum(event.debt), 0.00) FROM event, this
 WHERE (event.at, event.created_at, event.rank, event.id) <= (this.at, this.created_at, this.rank, this.id)
"""


def owed_after(customer: Customer, kind: str, about: UUID) -> Decimal:
    """What was owed after the debt or the payment (`kind` of a statement line) with this id, in the statement's order.

    Zero where there is no such thing.
    """
    with connection.cursor() as cursor:
        query = _AFTER.format(events=events_sql("customer_id = %(customer)s"))
        cursor.execute(query, {"customer": customer.pk, "kind": kind, "about": str(about)})
        (owed,) = cursor.fetchone()
    return Decimal(owed)
