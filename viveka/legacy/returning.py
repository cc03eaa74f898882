"""Returns in old books: a cancelled line is a return of its sale where one matches, else it stands alone.

It matches the latest earlier sale of the same product to the same person at the same price, of which as much is left.
A cancellation that is about several bills becomes a return of each of them: the first has its number, the others the
number with a stroke.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection, transaction

from billing.models import (
    BillLine,
    BooksRun,
    CreditNote,
    CreditNoteLine,
    CreditNoteMoney,
    MoneyBack,
    NoteWay,
    Return,
    ReturnLine,
    Way,
)
from viveka.legacy.booking import Booking, by_index, fire_all_triggers
from viveka.legacy.preparing import old_id
from viveka.legacy.staging import Watch
from viveka.stores.money import ZERO
from viveka.stores.transactions import retry_when_entangled

AT_ONCE = 200
REASON = "Out of old books"

_RETURNS = f"""
DROP TABLE IF EXISTS new_return, new_return_line;
CREATE TEMP TABLE new_return AS
SELECT sale.number, sale.at, (sale.at AT TIME ZONE %(zone)s)::date AS day, sale.name,
       coalesce(phone.phone, '') AS phone, {old_id("sale.at", "'return|' || sale.number")} AS id,
       EXISTS (SELECT 1 FROM billing_return AS made WHERE made.store_id = %(store)s AND made.number = sale.number
                AND made.imported_from_id = %(books)s)
       OR EXISTS (SELECT 1 FROM billing_creditnote AS note WHERE note.store_id = %(store)s
                   AND note.number = sale.number AND note.imported_from_id = %(books)s) AS is_known
  FROM judged_sale AS sale LEFT JOIN old_phone AS phone ON phone.typed = sale.typed_phone
 WHERE sale.is_return AND sale.wrong IS NULL;
CREATE TEMP TABLE new_return_line AS
SELECT row_number() OVER (ORDER BY made.at, made.number, line.place) AS n, made.number, line.quantity, line.price,
       line.worth, line.subtotal, line.item, product.product, made.at, made.name, made.phone
  FROM ready_line AS line JOIN new_return AS made ON made.number = line.number AND NOT made.is_known
  JOIN ready_product AS product
    ON product.code = line.code AND product.folded = CASE WHEN line.code = '' THEN lower(line.item) ELSE '' END
 WHERE line.is_return;
CREATE INDEX ON new_return_line (number);
CREATE INDEX IF NOT EXISTS new_line_of_somebody ON new_line (product_id, price, payer, phone)
 WHERE payer <> '' OR phone <> '';
ANALYZE new_return_line;
"""
# What a cancelled line may be of: an earlier line of the same person, product and price, paid in full and without a
# discount, of which as much is left; the latest first.
_CANDIDATES = """
SELECT gone.n, sold.id, line.bill_id, line.quantity, line.returned, line.total
  FROM new_return_line AS gone
  JOIN new_line AS sold ON sold.product_id = gone.product AND sold.price = gone.price AND sold.payer = gone.name
   AND sold.phone = gone.phone AND sold.at < gone.at AND sold.discount = 0 AND sold.rounding = 0
   AND (sold.quantity = gone.quantity
        OR sold.quantity > gone.quantity AND trunc(sold.quantity) = sold.quantity
           AND trunc(gone.quantity) = gone.quantity)
  JOIN billing_billline AS line ON line.id = sold.id AND line.quantity - line.returned >= gone.quantity
 WHERE gone.number = ANY(%(numbers)s) AND (gone.name <> '' OR gone.phone <> '') AND gone.worth = gone.subtotal
   AND NOT EXISTS (SELECT 1 FROM billing_payment AS part
                    WHERE part.bill_id = line.bill_id AND part.method IN ('credit', 'advance'))
 ORDER BY gone.n, sold.at DESC, sold.number, sold.position
"""
_RETURNED = """
UPDATE billing_billline SET returned = returned + part.quantity
  FROM unnest(%s::uuid[], %s::numeric[]) AS part (line_id, quantity) WHERE billing_billline.id = part.line_id
"""


class Gone(NamedTuple):
    """A cancelled line."""

    n: int
    number: str
    quantity: Decimal
    price: Decimal
    worth: Decimal
    subtotal: Decimal
    item: str
    product: int


class Header(NamedTuple):
    """A cancellation: what its lines have in common."""

    number: str
    at: datetime
    day: Any
    name: str
    phone: str
    id: UUID


@dataclass(slots=True)
class Sold:
    """A line of an old bill, and what of it has not come back."""

    id: UUID
    bill_id: UUID
    left: Decimal


@dataclass(slots=True)
class Written:
    """Rows of a chunk, to be inserted together: parts first, headers last."""

    rows: dict[type, list[Any]] = field(default_factory=lambda: defaultdict(list))
    returned: dict[UUID, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    to_sale: int = 0
    alone: int = 0

    def add(self, *rows: Any) -> None:
        for row in rows:
            self.rows[type(row)].append(row)


def book_returns(booking: Booking, watch: Watch) -> None:
    """Write the cancellations that are not here yet, the earliest first, in chunks that are counted in the run."""
    run = booking.run
    values = {"store": run.store_id, "books": run.books_id, "seed": f"{run.store_id}|{run.books_id}|",
              "zone": run.store.timezone}  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_RETURNS, values)
        cursor.execute("SELECT number, at, day, name, phone, id FROM new_return WHERE NOT is_known ORDER BY at, number")
        headers = [Header(*row) for row in cursor.fetchall()]
    for start in range(0, len(headers), AT_ONCE):
        _book(booking, headers[start : start + AT_ONCE])
        watch("booking returns", min(start + AT_ONCE, len(headers)), len(headers))


@retry_when_entangled
@transaction.atomic
def _book(booking: Booking, headers: Sequence[Header]) -> None:
    fire_all_triggers()
    numbers = [one.number for one in headers]
    lines, candidates = _read(numbers)
    written = Written()
    for header in headers:
        of_sales: dict[UUID, list[tuple[Gone, Sold]]] = defaultdict(list)
        alone = []
        for gone in lines[header.number]:
            sold = next((one for one in candidates[gone.n] if one.left >= gone.quantity), None)
            if sold is None:
                alone.append(gone)
            else:
                sold.left -= gone.quantity
                of_sales[sold.bill_id].append((gone, sold))
        _write(booking.run, booking.values["now"], header, of_sales, alone, written)
    _insert(written)
    total = written.to_sale + written.alone
    booking.count("created", {"returns": len(headers), "return_lines": total})
    booking.count("to_sale", {"return_lines": written.to_sale})
    booking.count("alone", {"return_lines": written.alone})


def _read(numbers: Sequence[str]) -> tuple[dict[str, list[Gone]], dict[int, list[Sold]]]:
    """The lines of these cancellations, and what each may be of. A sold line is one object for all of them."""
    lines: dict[str, list[Gone]] = defaultdict(list)
    candidates: dict[int, list[Sold]] = defaultdict(list)
    sold: dict[UUID, Sold] = {}
    with connection.cursor() as cursor:
        columns = ", ".join(Gone._fields)
        cursor.execute(f"SELECT {columns} FROM new_return_line WHERE number = ANY(%s) ORDER BY n", [list(numbers)])
        for row in cursor.fetchall():
            lines[row[1]].append(Gone(*row))
        cursor.execute(_CANDIDATES, {"numbers": list(numbers)})
        for n, key, bill_id, quantity, returned, _ in cursor.fetchall():
            candidates[n].append(sold.setdefault(key, Sold(key, bill_id, quantity - returned)))
    return lines, candidates


def _write(
    run: BooksRun,
    now: datetime,
    header: Header,
    of_sales: dict[UUID, list[tuple[Gone, Sold]]],
    alone: Sequence[Gone],
    written: Written,
) -> None:
    year = run.store.financial_year(header.day)
    common: dict[str, Any] = {
        "store_id": run.store_id, "imported_from_id": run.books_id, "year": year, "sequence": None, "total_cost": ZERO,
        "reason": REASON, "by_id": run.by_id, "at": header.at, "day": header.day, "created_at": now,
    }  # fmt: skip
    numbers = _numbers(header.number)
    for bill_id, pairs in of_sales.items():
        made = Return(**common, bill_id=bill_id, number=next(numbers), total=sum((one.worth for one, _ in pairs), ZERO))
        quantities: dict[UUID, list[Decimal]] = {}
        for gone, sold in pairs:
            so_far = quantities.setdefault(sold.id, [Decimal(0), ZERO])
            so_far[0] += gone.quantity
            so_far[1] += gone.worth
        for key, (quantity, worth) in quantities.items():
            written.add(
                ReturnLine(
                    store_id=run.store_id,
                    goods_return=made,
                    bill_line_id=key,
                    quantity=quantity,
                    total=worth,
                    cost=ZERO,
                )  # fmt: skip
            )
            written.returned[key] += quantity
        written.add(MoneyBack(store_id=run.store_id, goods_return=made, way=Way.OTHER, amount=made.total), made)
        written.to_sale += len(pairs)
    if alone:
        note = CreditNote(
            **common, id=header.id, number=header.number, customer_name=header.name, customer_phone=header.phone,
            total=sum((one.worth for one in alone), ZERO),
        )  # fmt: skip
        for position, gone in enumerate(alone, 1):
            written.add(_note_line(run, note, position, gone))
        written.add(CreditNoteMoney(store_id=run.store_id, note=note, way=NoteWay.OTHER, amount=note.total), note)
        written.alone += len(alone)


def _note_line(run: BooksRun, note: CreditNote, position: int, gone: Gone) -> CreditNoteLine:
    """At its price; where that has more than two places, as one thing at what it came to."""
    is_exact = gone.worth == gone.subtotal
    return CreditNoteLine(
        store_id=run.store_id, note=note, product_id=gone.product, position=position, name=gone.item[:200], unit="pc",
        quantity=gone.quantity if is_exact else Decimal(1), price=gone.price if is_exact else gone.worth,
        total=gone.worth, cost=ZERO, is_restocked=False,
    )  # fmt: skip


def _numbers(number: str) -> Iterator[str]:
    yield number
    n = 2
    while True:
        yield f"{number}/{n}"
        n += 1


def _insert(written: Written) -> None:
    """Bill lines are locked in the order of their keys by the statement that raises what came back of them."""
    keys = sorted(written.returned)
    if keys:
        list(
            BillLine.objects.filter(pk__in=keys)
            .select_for_update(no_key=True, of=("self",))
            .order_by("pk")
            .values("pk")
        )
        with connection.cursor() as cursor:
            cursor.execute(_RETURNED, [keys, [written.returned[key] for key in keys]])
    with by_index():
        for model in (ReturnLine, MoneyBack, Return, CreditNoteLine, CreditNoteMoney, CreditNote):
            model._default_manager.bulk_create(written.rows[model], batch_size=2_000)
