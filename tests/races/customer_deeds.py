"""What happens to a customer's record at once. Arguments and answers are plain values."""

from typing import Any

from django.utils import timezone

from tests.races import deeds
from viveka.merge.merging import merge_customers
from viveka.merge.undoing import undo_merge
from viveka.stores.models import Store, User


def merge(store: int, by: int, survivor: int, loser: int) -> int:
    made = merge_customers(
        store=Store.objects.get(pk=store), survivor_id=survivor, loser_id=loser, by=User(pk=by), now=timezone.now()
    )
    return made.pk


def undo(store: int, by: int, merge: int) -> int:
    return undo_merge(store=Store.objects.get(pk=store), merge_id=merge, by=User(pk=by), now=timezone.now()).pk


_DEEDS = {"merge": merge, "undo": undo, "sell": deeds.sell, "complete": deeds.complete}


def do(what: str, *arguments: Any) -> tuple[str, Any]:
    """One of several deeds, so that a round can hold different ones."""
    return what, _DEEDS[what](*arguments)
