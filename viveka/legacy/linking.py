"""Old books are linked to customers: people are told apart, wanted records made, debts and bills given to their owners.

Repeatable: what has its owner stays as it is. Afterwards statistics and balances are those of a full recount.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, connection, transaction

from billing.models import BooksRun, RunKind
from customers.models import Customer
from viveka.legacy.assigning import Assigning
from viveka.legacy.booking import fire_all_triggers
from viveka.legacy.people import find_people, tell_people
from viveka.legacy.staging import Watch
from viveka.stores.models import Store, User
from viveka.stores.tracing import note_until_end
from viveka.stores.transactions import StartAgain, retry_when_entangled

AT_ONCE = 20_000

_WANTED = """
DROP TABLE IF EXISTS wanted;
CREATE TEMP TABLE wanted AS
SELECT 'debt' AS kind, old.id, person.customer FROM billing_olddebt AS old
  JOIN person ON person.phone = old.phone AND person.folded = lower(old.name) AND person.customer IS NOT NULL
 WHERE old.store_id = %(store)s AND old.debt_id IS NULL
UNION ALL
SELECT 'bill', bill.id, person.customer FROM billing_bill AS bill
  JOIN person ON person.phone = bill.customer_phone AND person.folded = lower(bill.customer_name)
   AND person.customer IS NOT NULL
 WHERE bill.store_id = %(store)s AND bill.imported_from_id IS NOT NULL AND bill.customer_id IS NULL
   AND NOT EXISTS (SELECT 1 FROM billing_payment AS part WHERE part.bill_id = bill.id AND part.old_debt_id IS NOT NULL)
UNION ALL
SELECT 'note', note.id, person.customer FROM billing_creditnote AS note
  JOIN person ON person.phone = note.customer_phone AND person.folded = lower(note.customer_name)
   AND person.customer IS NOT NULL
 WHERE note.store_id = %(store)s AND note.imported_from_id IS NOT NULL AND note.customer_id IS NULL;
CREATE INDEX ON wanted (customer);
ANALYZE wanted;
"""
# What came in a minute ago looks like one row to the planner until it is counted.
_COUNTED = "ANALYZE billing_olddebt, billing_olddebtpayment, billing_bill, customers_customer"
_WHY = """
UPDATE billing_olddebt AS old SET why = person.why FROM person
 WHERE old.store_id = %(store)s AND old.debt_id IS NULL AND person.customer IS NULL
   AND person.phone = old.phone AND person.folded = lower(old.name) AND old.why <> person.why
"""
_LEFT = """
INSERT INTO billing_booksrunline (store_id, run_id, outcome, place, about, reason)
SELECT store_id, %(run)s, 'left_over', 'debt', left(key || ' · ' || amount, 120),
       coalesce(nullif(why, ''), 'Not linked')
  FROM billing_olddebt WHERE store_id = %(store)s AND debt_id IS NULL ORDER BY at, id
"""
# Bills of people who can't be told apart: one line for all of theirs.
_AMBIGUOUS = """
INSERT INTO billing_booksrunline (store_id, run_id, outcome, place, about, reason)
SELECT %(store)s, %(run)s, 'left_over', 'bill', left(min(bill.number) || ' and ' || count(*) - 1 || ' more', 120),
       min(person.why)
  FROM billing_bill AS bill
  JOIN person ON person.phone = bill.customer_phone AND person.folded = lower(bill.customer_name)
 WHERE bill.store_id = %(store)s AND bill.imported_from_id IS NOT NULL AND bill.customer_id IS NULL
   AND person.customer IS NULL AND person.why ~ '(customers have|deleted)'
 GROUP BY person.phone, person.folded ORDER BY 5
"""


def link_customers(*, store: Store, create: str, by: User, now: datetime, watch: Watch) -> BooksRun:
    """Link old debts, bills and credit notes; `create` is one of `people.CREATE`. The run with its report."""
    watch("looking for people", 0, None)
    people, made = _tell(store, create, by, now)
    with connection.cursor() as cursor:
        cursor.execute(_COUNTED)
        cursor.execute(_WANTED, {"store": store.pk})
        cursor.execute("SELECT kind, count(*) FROM wanted GROUP BY kind")
        counts = dict(cursor.fetchall())
        cursor.execute("SELECT array_agg(DISTINCT customer ORDER BY customer) FROM wanted")
        customers = cursor.fetchone()[0] or []
    done = 0
    for start in range(0, len(customers), AT_ONCE):
        done += _give(store, customers[start : start + AT_ONCE], by, now)
        watch("linking", done, sum(counts.values()))
    later = _later(store, by, now)
    return _report(store, by, now, {"people": people, "made": made, "later": later, **counts})


@retry_when_entangled
def _tell(store: Store, create: str, by: User, now: datetime) -> tuple[int, int]:
    """How many people there are, and how many records were made. All records or none."""
    try:
        with transaction.atomic():
            fire_all_triggers()
            note_until_end(by.pk, "link_customers")
            people = find_people(store)
            return people, tell_people(store, create=create, now=now)
    except IntegrityError as error:  # somebody gave one of the phones or names to another record meanwhile
        raise StartAgain("The customers are being changed by somebody else. Try again.") from error


@retry_when_entangled
@transaction.atomic
def _give(store: Store, customers: Sequence[int], by: User, now: datetime) -> int:
    """What is wanted for these customers, those of them who are still on record, under their locks."""
    on_record = Customer.objects.of(store).on_record().filter(pk__in=list(customers))
    locked = list(on_record.for_no_key_update().values_list("pk", flat=True))
    given: dict[str, list[tuple[Any, int]]] = {"debt": [], "bill": [], "note": []}
    with connection.cursor() as cursor:
        cursor.execute("SELECT kind, id, customer FROM wanted WHERE customer = ANY(%s) ORDER BY id", [locked])
        for kind, key, customer in cursor.fetchall():
            given[kind].append((key, customer))
    Assigning(store, by, now).write(given["debt"], given["bill"], given["note"])
    return sum(map(len, given.values()))


@retry_when_entangled
@transaction.atomic
def _later(store: Store, by: User, now: datetime) -> int:
    return Assigning(store, by, now).later_payments()


@transaction.atomic
def _report(store: Store, by: User, now: datetime, found: dict[str, int]) -> BooksRun:
    run = BooksRun.objects.create(
        store=store, kind=RunKind.LINK, by=by, began_at=now, ended_at=now, counts={}
    )  # fmt: skip
    values = {"store": store.pk, "run": run.pk}
    with connection.cursor() as cursor:
        cursor.execute(_WHY, values)
        cursor.execute(_LEFT, values)
        left_over = cursor.rowcount
        cursor.execute(_AMBIGUOUS, values)
        cursor.execute("SELECT count(*) FROM person WHERE customer IS NOT NULL")
        told = cursor.fetchone()[0]
    run.counts = {
        "people": {"read": found["people"], "matched": told, "left_over": found["people"] - told},
        "customers": {"created": found["made"]},
        "debts": {"matched": found.get("debt", 0), "left_over": left_over},
        "payments": {"matched": found["later"]},
        "bills": {"matched": found.get("bill", 0)},
        "returns": {"matched": found.get("note", 0)},
    }
    run.save(update_fields=["counts"])
    return run
