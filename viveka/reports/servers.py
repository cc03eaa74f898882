"""Who served: what each of the staff sold, from day to day, less what came back of it."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection

from viveka.stores.models import Store, User

_SERVED = """
WITH served AS (
    SELECT coalesce(line.served_by_id, bill.cashier_id) AS person, bill.id AS bill, line.id AS line, line.total
      FROM billing_bill AS bill JOIN billing_billline AS line ON line.bill_id = bill.id
     WHERE bill.store_id = %(store)s
       AND (%(first)s::date IS NULL OR bill.day >= %(first)s) AND (%(last)s::date IS NULL OR bill.day <= %(last)s)
), back AS (
    SELECT bill_line_id AS line, sum(total) AS total FROM billing_returnline
     WHERE store_id = %(store)s AND bill_line_id IN (SELECT line FROM served) GROUP BY bill_line_id
)
SELECT person, count(DISTINCT bill), count(*), sum(served.total), coalesce(sum(back.total), 0)
  FROM served LEFT JOIN back ON back.line = served.line GROUP BY person ORDER BY 4 DESC, 1
"""


@dataclass(frozen=True, slots=True)
class Served:
    """What one person served; the cashier did where nobody else was named."""

    person: User
    bills: int
    lines: int
    sold: Decimal
    returned: Decimal

    @property
    def name(self) -> str:
        return self.person.called

    @property
    def kept(self) -> Decimal:
        """Less what came back."""
        return self.sold - self.returned


def served_by_each(store: Store, *, first: date | None = None, last: date | None = None) -> list[Served]:
    """The staff with what they served, who sold most first; two queries."""
    with connection.cursor() as cursor:
        cursor.execute(_SERVED, {"store": store.pk, "first": first, "last": last})
        rows = cursor.fetchall()
    people = User.objects.in_bulk([row[0] for row in rows])
    return [Served(people[pk], *figures) for pk, *figures in rows]
