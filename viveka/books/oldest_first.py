"""FIFO, sold again from the movements in the order in which they were entered."""

from bisect import insort
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from django.db import connection

from viveka.books.rule import Rule

_CHUNK = 10_000

# Whole numbers alone, because a million decimals and dates take half a minute to read: quantities in thousandths, days
# counted from 2000, and the place of a batch among those of its product, oldest first.
#
# An expiry date can be corrected later, so each batch comes with the earliest and the latest that it ever had: a sale
# is wrong only where it could not have been right. The ids of movements follow the order of entry of their product,
# because they are made while its row is locked.
_MOVEMENTS = """
WITH batch AS (
    SELECT batch.id, row_number() OVER (PARTITION BY batch.product_id ORDER BY batch.received_at, batch.id) AS place,
           least(coalesce(batch.expiry_date, '9999-12-31'), once.earliest) - DATE '2000-01-01' AS earliest,
           greatest(coalesce(batch.expiry_date, '9999-12-31'), once.latest) - DATE '2000-01-01' AS latest
      FROM billing_batch AS batch LEFT JOIN (
           SELECT pgh_obj_id, min(coalesce(expiry_date, '9999-12-31')) AS earliest,
                  max(coalesce(expiry_date, '9999-12-31')) AS latest
             FROM billing_batchchange WHERE store_id = ANY(%(stores)s) GROUP BY pgh_obj_id
           ) AS once ON once.pgh_obj_id = batch.id
     WHERE batch.store_id = ANY(%(stores)s)
)
SELECT movement.id, movement.product_id, batch.place,
       (coalesce(nullif(movement.quantity, 'NaN'), 0) * 1000)::bigint,
       CASE movement.reason WHEN 'sold' THEN coalesce(bill.day, DATE '2000-01-01') - DATE '2000-01-01' END,
       batch.earliest, batch.latest
  FROM billing_stockmovement AS movement
  JOIN batch ON batch.id = movement.batch_id
  LEFT JOIN billing_billline AS line ON line.id = movement.bill_line_id
  LEFT JOIN billing_bill AS bill ON bill.id = line.bill_id
 WHERE movement.store_id = ANY(%(stores)s)
 ORDER BY movement.product_id, movement.id
"""


class Movement(NamedTuple):
    """A stock movement with what FIFO asks of its batch."""

    id: int
    product_id: int
    place: int
    """Of the batch, among its product's: 1 is the oldest."""
    quantity: int
    """In thousandths."""
    sold_on: int | None
    """The day of the bill; None where nothing was sold."""
    earliest_expiry: int
    latest_expiry: int


class Shelf:
    """The batches of one product that have stock, oldest first."""

    def __init__(self) -> None:
        self.order: list[int] = []
        self.remaining: dict[int, int] = {}
        self.earliest_expiry: dict[int, int] = {}

    def gives(self, sold: Movement, day: int) -> bool:
        """Whether the batch of the sale is the oldest that can be sold on that day, and has that much."""
        for place in self.order:
            if place == sold.place:
                return day <= sold.latest_expiry and self.remaining[place] + sold.quantity >= 0
            if day <= self.earliest_expiry[place]:
                return False
        return False

    def move(self, movement: Movement) -> None:
        """Put in or take out what the movement says; a batch without stock leaves the shelf."""
        place = movement.place
        before = self.remaining.get(place, 0)
        after = self.remaining[place] = before + movement.quantity
        self.earliest_expiry[place] = movement.earliest_expiry
        if before <= 0 < after:
            insort(self.order, place)
        elif after <= 0 < before:
            self.order.remove(place)


def out_of_turn(movements: Iterable[Movement]) -> Iterator[int]:
    """The ids of sold movements that another batch should have given; movements by product, in order of entry."""
    product_id, shelf = 0, Shelf()
    for movement in movements:
        if movement.product_id != product_id:
            product_id, shelf = movement.product_id, Shelf()
        if movement.sold_on is not None and not shelf.gives(movement, movement.sold_on):
            yield movement.id
        shelf.move(movement)


def _stream(stores: Sequence[int]) -> Iterator[Movement]:
    """Read through a cursor on the server, so that memory does not grow with the years."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(_MOVEMENTS, {"stores": list(stores)})
        while rows := cursor.fetchmany(_CHUNK):
            yield from map(Movement._make, rows)


def _find(stores: Sequence[int]) -> list[int]:
    return list(out_of_turn(_stream(stores)))


RULES = [
    Rule(
        "sold_oldest_first",
        "Every sale took the oldest batch that had stock then and had not expired on its day.",
        _find,
    )
]
