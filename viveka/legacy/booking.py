"""Chunks of bills and debts, written by sets into the real tables, with every key and trigger on.

What a chunk wrote is counted in the run in the same transaction: a run that was killed goes on with what is missing.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from billing.models import BooksRun
from viveka.legacy.mapping import Mapping
from viveka.stores.transactions import retry_when_entangled

_METHODS = ["cash", "card", "upi", "bank_transfer", "other"]

_OLD_DEBTS = """
INSERT INTO billing_olddebt (id, store_id, books_id, key, name, phone, typed_phone, amount, at, due_on, note, why,
                             created_at)
SELECT id, %(store)s, %(books)s, key, name, phone, typed_phone, amount, at, due, note, '', %(now)s
  FROM new_debt WHERE NOT is_known AND {which}
"""
_OLD_PAYMENTS = """
INSERT INTO billing_olddebtpayment (id, store_id, books_id, old_debt_id, key, amount, mode, at, reference, created_at)
SELECT payment.id, %(store)s, %(books)s, payment.debt_id, payment.key, payment.fits,
       CASE WHEN said.mode = ANY(%(modes)s) THEN said.mode ELSE 'other' END, payment.at, payment.reference, %(now)s
  FROM new_payment AS payment JOIN new_debt AS debt ON debt.key = payment.debt
  LEFT JOIN unnest(%(words)s::text[], %(meant)s::text[]) AS said (word, mode) ON said.word = payment.method
 WHERE NOT payment.is_known AND payment.fits > 0 AND {which}
"""
_LINES = """
INSERT INTO billing_billline (id, store_id, bill_id, product_id, position, item, name, unit, quantity, price, subtotal,
                              discount, rounding, total, cost, note, is_cost_unknown)
SELECT line.id, %(store)s, line.bill_id, line.product_id, line.position, line.position, line.name, product.unit,
       line.quantity, line.price, line.subtotal, line.discount, line.rounding,
       line.subtotal - line.discount + line.rounding, 0, '', true
  FROM new_line AS line JOIN new_bill AS bill ON bill.id = line.bill_id AND NOT bill.is_known
  JOIN billing_product AS product ON product.id = line.product_id
 WHERE line.chunk = %(chunk)s
"""
_CREDIT = """
INSERT INTO billing_payment (store_id, bill_id, method, amount, reference, old_debt_id, by_id, at, created_at)
SELECT %(store)s, bill.id, 'credit', debt.amount, '', debt.id, %(by)s, bill.at, %(now)s
  FROM new_bill AS bill JOIN new_debt AS debt ON debt.bill = bill.number
 WHERE bill.chunk = %(chunk)s AND NOT bill.is_known ORDER BY bill.at, bill.number, debt.key
"""
_MONEY = """
INSERT INTO billing_payment (store_id, bill_id, method, amount, reference, by_id, at, created_at)
SELECT %(store)s, bill.id, CASE WHEN said.mode = ANY(%(methods)s) THEN said.mode ELSE 'other' END,
       bill.total - bill.owed, '', %(by)s, bill.at, %(now)s
  FROM new_bill AS bill
  LEFT JOIN unnest(%(words)s::text[], %(meant)s::text[]) AS said (word, mode) ON said.word = bill.method
 WHERE bill.chunk = %(chunk)s AND NOT bill.is_known AND bill.total > bill.owed ORDER BY bill.at, bill.number
"""
_BILLS = """
INSERT INTO billing_bill (id, store_id, number, year, imported_from_id, at, day, created_at, cashier_id,
                          customer_number, customer_name, customer_phone, for_name, subtotal, discount, rounding, total,
                          total_cost, change, reference_number)
SELECT id, %(store)s, number,
       lpad((first %% 100)::text, 2, '0') || lpad(((first + 1) %% 100)::text, 2, '0'), %(books)s, at, day, %(now)s,
       %(by)s, '', name, phone, '', subtotal, discount, rounding, total, 0, 0, ''
  FROM (SELECT *, (extract(year FROM day)
                   - CASE WHEN extract(month FROM day) >= %(begins)s THEN 0 ELSE 1 END)::int AS first
          FROM new_bill WHERE chunk = %(chunk)s AND NOT is_known) AS bill
 ORDER BY at, number
"""
_OF_CHUNK = "bill IN (SELECT number FROM new_bill WHERE chunk = %(chunk)s AND NOT is_known)"


@contextmanager
def by_index() -> Iterator[None]:
    """Around headers whose trigger adds up their parts: PostgreSQL takes a table that was empty a moment ago for empty
    still, and would read all of it for each header. Within a transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        yield
        cursor.execute("SET LOCAL enable_seqscan = on")


def fire_all_triggers() -> None:
    """Before many rows are written: until the transaction ends, no trigger is ignored, and that is said.

    Each call of a trigger asks which are ignored. While nothing was said, the question fails inside of the trigger, and
    after each such failure PostgreSQL goes through all checks of keys that wait for the end of the transaction.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('pgtrigger.ignore', '{}', true)")


class Booking:
    """One run's writing."""

    def __init__(self, run: BooksRun, mapping: Mapping, now: datetime) -> None:
        self.run = run
        self.values: dict[str, Any] = {
            "store": run.store_id, "books": run.books_id, "by": run.by_id, "now": now, "begins": run.store.year_begins,
            "words": list(mapping.methods), "meant": list(mapping.methods.values()), "modes": _METHODS,
            "methods": _METHODS,
        }  # fmt: skip

    @retry_when_entangled
    @transaction.atomic
    def bills(self, chunk: int) -> int:
        """A chunk of bills with their lines, payments and debts; how many lines."""
        fire_all_triggers()
        values = self.values | {"chunk": chunk}
        made = {"debts": self._run(_OLD_DEBTS.format(which=_OF_CHUNK), values)}
        made["payments"] = self._run(_OLD_PAYMENTS.format(which=f"debt.{_OF_CHUNK} AND NOT debt.is_known"), values)
        made["lines"] = self._run(_LINES, values) - self._made_up(chunk)
        self._run(_CREDIT, values)
        self._run(_MONEY, values)
        with by_index():
            made["sales"] = self._run(_BILLS, values)
        self.count("created", made)
        return made["lines"]

    @retry_when_entangled
    @transaction.atomic
    def debts(self, chunk: int) -> int:
        """A chunk of debts that are no part of a new bill, with their payments; how many debts."""
        fire_all_triggers()
        values = self.values | {"chunk": chunk}
        which = "bill IS NULL AND chunk = %(chunk)s"
        made = {"debts": self._run(_OLD_DEBTS.format(which=which), values)}
        which = "debt.bill IS NULL AND debt.chunk = %(chunk)s AND NOT debt.is_known"
        made["payments"] = self._run(_OLD_PAYMENTS.format(which=which), values)
        self.count("created", made)
        return made["debts"]

    @retry_when_entangled
    @transaction.atomic
    def later_payments(self) -> int:
        """Payments that came since, of debts that are here already."""
        made = {"payments": self._run(_OLD_PAYMENTS.format(which="debt.is_known"), self.values)}
        self.count("created", made)
        return made["payments"]

    def _made_up(self, chunk: int) -> int:
        """Lines of the chunk that stand for what the older program did not itemise."""
        with connection.cursor() as cursor:
            cursor.execute(
                """
                SELECT count(*) FROM new_line AS line JOIN new_bill AS bill ON bill.id = line.bill_id
                 WHERE line.chunk = %s AND line.place IS NULL AND NOT bill.is_known
                """,
                [chunk],
            )
            return int(cursor.fetchone()[0])

    def count(self, outcome: str, made: dict[str, int]) -> None:
        """Add to the run's counts; within the transaction that wrote the rows."""
        run = BooksRun.objects.select_for_update(no_key=True, of=("self",)).get(pk=self.run.pk)
        for kind, n in made.items():
            of_kind = run.counts.setdefault(kind, {})
            of_kind[outcome] = of_kind.get(outcome, 0) + n
        run.save(update_fields=["counts"])
        self.run.counts = run.counts

    def _run(self, sql: str, values: dict[str, Any]) -> int:
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
            return int(cursor.rowcount)
