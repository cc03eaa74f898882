"""Standing at a till: opening it, putting cash in and taking it out, and what every deed that moves money asks for.

A machine remembers its till in a cookie, and each request from it stands at that till. A service that moves money asks
`hold_till` first, in the place of the order of locks, and writes the key it gets into its rows. What comes by the API
or a command stands at none.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import IntegrityError, connection, transaction

from viveka.stores.errors import Conflict, Missing, Refused
from viveka.stores.locking import lock_rows
from viveka.stores.models import Direction, Store, Till, TillEntry, TillSession, User
from viveka.stores.money import PAISA
from viveka.stores.text import clean_text
from viveka.stores.transactions import retry_when_entangled

FIRST_TILL = "Till 1"
_HELD = "SELECT id FROM stores_tillsession WHERE store_id = %s AND till_id = %s AND closed_at IS NULL FOR SHARE"


class TillNotOpen(Conflict):
    """The store wants a till open for this, and none is where the person stands."""


@dataclass(frozen=True, slots=True)
class Place:
    """The till that a screen stands at, by its key; None where the machine has none."""

    till_id: int | None


_STANDING: ContextVar[Place | None] = ContextVar("standing_at_till", default=None)


@contextmanager
def standing_at(till_id: int | None) -> Iterator[None]:
    """Money that moves in here moves at this till, or at a screen that has none."""
    before = _STANDING.set(Place(till_id))
    try:
        yield
    finally:
        _STANDING.reset(before)


def hold_till(store: Store, *, is_needed: bool = True) -> int | None:
    """The key of the till session that this deed is part of, which nobody closes until the transaction ends.

    None where no till is open here; raises TillNotOpen then if the store says that selling needs one, unless the deed
    moves no cash (`is_needed`).
    """
    place = _STANDING.get()
    if place is None:
        return None
    held = _hold(store, place.till_id) if place.till_id else None
    if held is None and is_needed and store.needs_till:
        raise TillNotOpen("No till is open here. Open it under Till in the menu, with the cash that is in it.")
    return held


def _hold(store: Store, till_id: int) -> int | None:
    """Looked for twice: who had to wait for a hand-over finds the session that came after it."""
    with connection.cursor() as cursor:
        for _ in range(2):
            cursor.execute(_HELD, [store.pk, till_id])
            if row := cursor.fetchone():
                return int(row[0])
    return None


def open_session_at(store: Store, till_id: int | None) -> TillSession | None:
    """The open session of a till, with till and opener, for showing."""
    if till_id is None:
        return None
    found = TillSession.objects.of(store).open().filter(till=till_id)
    return found.select_related("till", "opened_by").first()


def add_till(*, store: Store, name: str) -> Till:
    """Another drawer. Raises Refused at `name`."""
    name = clean_text(name, field="name", most=40)
    if not name:
        raise Refused("Give the till a name, for example Counter 1.", "name")
    try:
        with transaction.atomic():
            return Till.objects.create(store=store, name=name)
    except IntegrityError:
        raise Refused("There is a till of this name.", "name") from None


@transaction.atomic
def change_till(*, store: Store, till_id: int, is_active: bool) -> Till:
    """Take a till out of use or back into it. Raises Missing, Conflict while it is open."""
    till = _lock_till(store, till_id)
    if not is_active and TillSession.objects.open().filter(till=till).exists():
        raise Conflict(f"{till} is open. Count it first.")
    if till.is_active != is_active:
        till.is_active = is_active
        till.save(update_fields=["is_active"])
    return till


def _lock_till(store: Store, till_id: int) -> Till:
    till = next(iter(lock_rows(Till, "store_id = %s AND id = %s", [store.pk, till_id])), None)
    if till is None:
        raise Missing("There is no such till.", "till")
    return till


@transaction.atomic
def open_till(*, store: Store, till_id: int, opening_float: Decimal, by: User, now: datetime) -> TillSession:
    """Open a till with the cash that is in it. Raises Missing, Conflict where it is open already."""
    till = _lock_till(store, till_id)
    if not till.is_active:
        raise Missing("There is no such till.", "till")
    if TillSession.objects.open().filter(till=till).exists():
        raise Conflict(f"{till} is open already. Take part in it, or count it first.", "till")
    return TillSession.objects.create(
        store=store, till=till, opening_float=opening_float, opened_by=by, opened_at=now, created_at=now
    )


@retry_when_entangled
@transaction.atomic
def move_cash(
    *, store: Store, session_id: int, direction: str, amount: Decimal, reason: str, by: User, now: datetime
) -> TillEntry:
    """Put cash into an open till or take it out, with a reason. Raises Refused, Missing, Conflict (closed)."""
    if direction not in Direction.values:
        raise Refused("Cash is put in or taken out.", "direction")
    if amount < PAISA:
        raise Refused("The amount is at least 0.01.", "amount")
    reason = clean_text(reason, field="reason", most=200)
    if not reason:
        raise Refused("Say what for.", "reason")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT closed_at FROM stores_tillsession WHERE store_id = %s AND id = %s FOR SHARE", [store.pk, session_id]
        )
        found = cursor.fetchone()
    if found is None:
        raise Missing("There is no such till session.")
    if found[0] is not None:
        raise Conflict("This till was closed already.")
    return TillEntry.objects.create(
        store=store, session_id=session_id, direction=direction, amount=amount, reason=reason, by=by, at=now,
        created_at=now,
    )  # fmt: skip
