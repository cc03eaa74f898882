"""The oldest advance first, used again from the wallet's entries in the order in which they were entered.

Two records that were merged had a purse each until then; the entries that a merge moved are known by its list.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from django.db import connection

_CHUNK = 10_000

# The ids of entries follow the order of entry, because they are made while the customer's row is locked.
_ENTRIES = """
SELECT entry.id, entry.customer_id, entry.advance_id, entry.change, entry.cause, entry.at, entry.created_at, advance.at
  FROM advances_walletentry AS entry JOIN advances_advancepayment AS advance ON advance.id = entry.advance_id
 WHERE entry.store_id = ANY(%(stores)s)
 ORDER BY entry.customer_id, entry.id
"""
# By the customer to whom all of them lead now, the earliest first.
_MERGES = """
SELECT loser.merged_into_id, made.survivor_id, made.loser_id, made.at,
       ARRAY(SELECT jsonb_array_elements_text(made.moved -> 'advances.WalletEntry.customer')::bigint)
  FROM customers_merge AS made JOIN customers_customer AS loser ON loser.id = made.loser_id
 WHERE made.store_id = ANY(%(stores)s)
   AND NOT EXISTS (SELECT 1 FROM customers_mergeundo AS undone WHERE undone.merge_id = made.id)
 ORDER BY made.id
"""


class Entry(NamedTuple):
    """A line of the wallet's history with the moment of its advance."""

    id: int
    customer_id: int
    advance_id: UUID
    change: Decimal
    cause: str
    at: datetime
    created_at: datetime
    advance_at: datetime


class Join(NamedTuple):
    """A merge that stands, and the entries that it moved."""

    survivor_id: int
    loser_id: int
    at: datetime
    moved: frozenset[int]


class Purse:
    """The advances of one customer that have something left."""

    def __init__(self) -> None:
        self.remaining: dict[tuple[datetime, UUID], Decimal] = {}
        self.given_back: list[Entry] = []

    def oldest_at(self, moment: datetime) -> UUID | None:
        """The oldest advance that could be used at the moment: paid by then, with something left that did not come
        back to it later."""
        for (at, advance_id), remaining in sorted(self.remaining.items()):
            later = sum(one.change for one in self.given_back if one.advance_id == advance_id and one.at > moment)
            if at <= moment and remaining - later > 0:
                return advance_id
        return None

    def take_in(self, other: "Purse") -> None:
        """What was in another one is in this one from now on."""
        for place, part in other.remaining.items():
            left = self.remaining.pop(place, Decimal(0)) + part  # a late use may stand in the other's purse
            if left:
                self.remaining[place] = left
        self.given_back += other.given_back

    def move(self, entry: Entry) -> None:
        if entry.change.is_nan():  # no number; another rule says so
            return
        place = (entry.advance_at, entry.advance_id)
        remaining = self.remaining.pop(place, Decimal(0)) + entry.change
        if remaining:
            self.remaining[place] = remaining
        if entry.cause == "restoration":
            self.given_back.append(entry)


class Purses:
    """The purses of all who are one customer now, until they were."""

    def __init__(self, customer_id: int, joins: Sequence[Join]) -> None:
        self.customer_id, self.joins, self.done = customer_id, joins, 0
        self.of: defaultdict[int, Purse] = defaultdict(Purse)

    def whose(self, entry: Entry) -> int:
        """The customer whose entry it was when it was made."""
        return next((join.loser_id for join in self.joins if entry.id in join.moved), self.customer_id)

    def is_in_turn(self, entry: Entry) -> bool:
        """Whether the advance was the oldest. A till that waited for a merge had looked at its clock before."""
        while self.done < len(self.joins) and self.joins[self.done].at < entry.created_at:
            join = self.joins[self.done]
            self.of[join.survivor_id].take_in(self.of.pop(join.loser_id, Purse()))
            self.done += 1
        if entry.cause != "deduction" or self.of[self.whose(entry)].oldest_at(entry.at) == entry.advance_id:
            return True
        return self.done < len(self.joins) and self._together().oldest_at(entry.at) == entry.advance_id

    def _together(self) -> Purse:
        together = Purse()
        for purse in self.of.values():
            together.take_in(purse)
        return together

    def move(self, entry: Entry) -> None:
        self.of[self.whose(entry)].move(entry)


def out_of_turn(entries: Iterable[Entry], joins: Mapping[int, Sequence[Join]]) -> Iterator[int]:
    """The ids of uses that another advance should have given; entries by customer, in order of entry."""
    purses = Purses(0, [])
    for entry in entries:
        if entry.customer_id != purses.customer_id:
            purses = Purses(entry.customer_id, joins.get(entry.customer_id, []))
        if not purses.is_in_turn(entry):
            yield entry.id
        purses.move(entry)


def _joins(stores: Sequence[int]) -> dict[int, list[Join]]:
    found: defaultdict[int, list[Join]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(_MERGES, {"stores": list(stores)})
        for leads_to, survivor, loser, at, moved in cursor.fetchall():
            found[leads_to].append(Join(survivor, loser, at, frozenset(moved)))
    return found


def find_out_of_turn(stores: Sequence[int]) -> list[int]:
    """Read through a cursor on the server, so that memory does not grow with the years."""

    def stream() -> Iterator[Entry]:
        with connection.chunked_cursor() as cursor:
            cursor.execute(_ENTRIES, {"stores": list(stores)})
            while rows := cursor.fetchmany(_CHUNK):
                yield from map(Entry._make, rows)

    return list(out_of_turn(stream(), _joins(stores)))
