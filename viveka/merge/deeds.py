"""What was done to a record as a whole, in words: deleted, restored, merged, a merge undone, a phone freed."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from django.db import models
from django.db.models import Q

from customers.models import Customer, Merge, MergeUndo, RecordEvent

Row = TypeVar("Row", bound=models.Model)


@dataclass(frozen=True, slots=True)
class Deed:
    """One of them; `who` is "" where nobody did it (a customer who came back by being found)."""

    at: datetime
    what: str
    who: str
    reason: str


def deeds_on(customer: Customer, *, most: int) -> list[Deed]:
    """The latest deeds on the record, newest first. Reads only, three statements."""
    found = [
        *(_event(row) for row in _latest(RecordEvent.objects.filter(customer=customer), most)),
        *(_merge(row, customer) for row in _latest(_merges(customer), most)),
        *(_undo(row, customer) for row in _latest(_undone(customer), most)),
    ]
    return sorted(found, key=lambda deed: deed.at, reverse=True)[:most]


def _latest(rows: "models.QuerySet[Row]", most: int) -> "models.QuerySet[Row]":
    return rows.select_related("by").order_by("-pk")[:most]


def _merges(customer: Customer) -> "models.QuerySet[Merge]":
    return Merge.objects.filter(Q(survivor=customer) | Q(loser=customer)).select_related("survivor", "loser")


def _undone(customer: Customer) -> "models.QuerySet[MergeUndo]":
    undone = MergeUndo.objects.filter(Q(merge__survivor=customer) | Q(merge__loser=customer))
    return undone.select_related("merge__survivor", "merge__loser")


def _event(row: RecordEvent) -> Deed:
    return Deed(row.at, row.get_what_display(), row.by.username if row.by else "", row.reason)


def _merge(row: Merge, customer: Customer) -> Deed:
    if row.survivor_id == customer.pk:
        what = f"{row.loser.number} merged into this record"
    else:
        what = f"Merged into {row.survivor.number}"
    return Deed(row.at, what, row.by.username, row.reason)


def _undo(row: MergeUndo, customer: Customer) -> Deed:
    other = row.merge.loser if row.merge.survivor_id == customer.pk else row.merge.survivor
    return Deed(row.at, f"Merge with {other.number} undone", row.by.username, row.reason)
