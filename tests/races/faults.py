"""The locks taken out, one at a time, to see that the tests would notice.

Each is a context manager that a till enters for a round.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from django.db.models import F, QuerySet

from billing.models import Product
from billing.services import checkout
from customers.models import finding
from viveka.stores import locking, tills, transactions
from viveka.stores.errors import Missing
from viveka.stores.idempotency import KeyedRequest
from viveka.stores.models import Counter, RequestKey


def no_second_try() -> Any:
    """A deadlock is an error at once. (No fault: it shows that none was waited out.)"""
    return patch.object(transactions, "TRIES", 1)


def no_second_look() -> Any:
    """A customer whom another till made a moment before is an error."""
    return patch.object(finding, "_MADE_ELSEWHERE", frozenset())


@contextmanager
def no_row_locks() -> Iterator[None]:
    """Read, then write, as if nobody else were there."""
    unlocked = patch.object(QuerySet, "select_for_update", lambda self, *args, **kwargs: self)
    with unlocked, patch.object(locking, "STRENGTH", ""):
        yield


def number_read_then_written() -> Any:
    """The last number plus one, as so many others do it."""

    def following(self: Any, store: Any, name: str) -> int:
        Counter.objects.get_or_create(store=store, name=name, defaults={"value": 1})
        value = Counter.objects.get(store=store, name=name).value
        Counter.objects.filter(store=store, name=name).update(value=F("value") + 1)
        return int(value)

    return patch.object(type(Counter.objects), "next", following)


def products_locked_as_they_come() -> Any:
    """Each product locked in the order of the cart."""

    def lock(store: Any, ids: Any) -> dict[int, Any]:
        rows = {pk: Product.objects.of(store).select_for_update(no_key=True).get(pk=pk) for pk in ids}
        if len(rows) != len(set(ids)):
            raise Missing("No such product.")
        for product in rows.values():
            product.store = store
        return rows

    return _without_second_try(patch.object(checkout, "lock_products", lock))


@contextmanager
def _without_second_try(fault: Any) -> Iterator[None]:
    with no_second_try(), fault:
        yield


def key_read_then_written() -> Any:
    """Whether the key is known is asked first, and the key kept afterwards."""
    insert = KeyedRequest.claim

    def claim(self: KeyedRequest, made_id: Any, status: int = 201) -> RequestKey | None:
        earlier = RequestKey.objects.filter(store=self.store, user=self.user, path=self.path, key=self.key).first()
        if earlier is None:
            insert(self, made_id, status)
        return earlier

    return patch.object(KeyedRequest, "claim", claim)


def no_hold_on_the_till() -> Any:
    """The open session is looked up, and nobody is kept from counting it meanwhile."""
    return patch.object(tills, "_HELD", tills._HELD.removesuffix("FOR SHARE"))
