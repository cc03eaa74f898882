"""Old books into a store: read, judged, booked in chunks, reported. Run again, it goes on where it was stopped."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from billing.models import BooksRun, OldBooks, RunKind
from viveka.legacy import judging
from viveka.legacy.booking import Booking
from viveka.legacy.mapping import Mapping
from viveka.legacy.preparing import prepare
from viveka.legacy.reading import Source
from viveka.legacy.reporting import write_report
from viveka.legacy.returning import book_returns
from viveka.legacy.staging import Watch, read_source
from viveka.stores.models import Store, User


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is brought in, where, by whom."""

    source: Source
    mapping: Mapping
    store: Store
    by: User
    now: datetime


def import_books(wanted: Wanted, watch: Watch) -> BooksRun:
    """Bring in what is not here yet, and write the report.

    Raises Refused where the source can't be read by the mapping.
    """
    run = _begin(wanted)
    watch("reading", 0, None)
    read_source(wanted.source, wanted.mapping, wanted.store, watch)
    watch("sorting", 0, None)
    with _much_memory():
        judging.judge(wanted.mapping, wanted.store, wanted.now)
        chunks = prepare(wanted.mapping, wanted.store, _books(run))
        booking = Booking(run, wanted.mapping, wanted.now)
        _book(booking, chunks, watch)
        book_returns(booking, watch)
        _end(run, wanted.now)
    return run


class _much_memory:
    """Sorting whole books wants more than a page's query."""

    def __enter__(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('work_mem', '96MB', false), set_config('jit', 'off', false)")

    def __exit__(self, *gone_wrong: object) -> None:
        if gone_wrong[0] is None:
            with connection.cursor() as cursor:
                cursor.execute("RESET work_mem; RESET jit")


@transaction.atomic
def _begin(wanted: Wanted) -> BooksRun:
    """The run that was stopped, where the source is the same; else a new one."""
    books, _ = OldBooks.objects.get_or_create(store=wanted.store, name=wanted.mapping.name)
    fingerprint = wanted.source.fingerprint()
    runs = BooksRun.objects.filter(books=books, kind=RunKind.IMPORT, ended_at__isnull=True)
    before = runs.select_for_update(no_key=True, of=("self",)).first()
    if before and before.fingerprint == fingerprint:
        before.store, before.books = wanted.store, books
        return before
    if before:
        before.ended_at = max(wanted.now, before.began_at)
        before.save(update_fields=["ended_at"])
    return BooksRun.objects.create(
        store=wanted.store, books=books, kind=RunKind.IMPORT, source=wanted.source.path.name[:200],
        fingerprint=fingerprint, by=wanted.by, began_at=wanted.now,
    )  # fmt: skip


def _books(run: BooksRun) -> OldBooks:
    assert run.books is not None
    return run.books


def _book(booking: Booking, chunks: int, watch: Watch) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT count(*) FILTER (WHERE NOT bill.is_known), (SELECT coalesce(max(chunk) + 1, 0) FROM new_debt
                    WHERE bill IS NULL AND NOT is_known)
              FROM new_line AS line JOIN new_bill AS bill ON bill.id = line.bill_id
            """
        )
        lines, of_debts = cursor.fetchone()
    done = 0
    for chunk in range(chunks):
        done += booking.bills(chunk)
        watch("booking lines", done, lines)
    for chunk in range(of_debts):
        booking.debts(chunk)
        watch("booking debts", chunk + 1, of_debts)
    booking.later_payments()


@transaction.atomic
def _end(run: BooksRun, now: datetime) -> None:
    standing = BooksRun.objects.select_for_update(no_key=True, of=("self",)).get(pk=run.pk)
    run.counts = standing.counts
    write_report(run)
    run.ended_at = max(now, run.began_at)
    run.save(update_fields=["counts", "ended_at"])
