"""Counting a till: closing it, or handing it over to who comes next."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from billing.tills import count_pieces, summarize
from viveka.stores.errors import Conflict, Missing, Refused
from viveka.stores.models import Membership, Store, TillCount, TillSession, User
from viveka.stores.money import show_amount
from viveka.stores.text import clean_text
from viveka.stores.transactions import retry_when_entangled


class TillDiffers(Conflict):
    """What was counted is not what should be there, and nobody said why; nothing was closed."""


@dataclass(frozen=True, slots=True)
class Counted:
    """The cash in a drawer: its sum, or how many of which note and coin, which make the sum."""

    total: Decimal | None = None
    pieces: Mapping[str, int] = field(default_factory=dict)
    note: str = ""


@retry_when_entangled
@transaction.atomic
def close_till(
    *, store: Store, session_id: int, counted: Counted, by: User, now: datetime, hand_to: User | None = None
) -> TillCount:
    """Count a till and close its session; with `hand_to` that person goes on with what was counted, in a new one.

    Whatever moves cash in the session is over before, or comes after and finds it closed. Raises Missing, Conflict
    (closed already), Refused (a field), TillDiffers (a difference without a note).
    """
    session = TillSession.objects.select_for_update(of=("self",)).filter(store=store, pk=session_id).first()
    if session is None:
        raise Missing("There is no such till session.")
    if not session.is_open:
        raise Conflict("This till was counted and closed already.")
    if hand_to and not _sells(store, hand_to):
        raise Refused("Hand it over to somebody who sells in this store.", "hand_to")
    total, pieces = _total(store, counted)
    note = clean_text(counted.note, field="note", most=500)
    expected = summarize(store, session).expected
    if total != expected and not note:
        raise TillDiffers(_difference(total, expected, store.currency), "note")
    moment = max(now, session.opened_at)
    count = TillCount.objects.create(
        store=store, session=session, expected=expected, counted=total, pieces=pieces, note=note, handed_to=hand_to,
        by=by, at=moment, created_at=now,
    )  # fmt: skip
    session.closed_at = moment
    session.save(update_fields=["closed_at"])
    if hand_to:
        TillSession.objects.create(
            store=store, till_id=session.till_id, opening_float=total, opened_by=hand_to, opened_at=moment,
            created_at=now,
        )  # fmt: skip
    return count


def _total(store: Store, counted: Counted) -> tuple[Decimal, dict[str, int]]:
    pieces = {piece: count for piece, count in counted.pieces.items() if count}
    if pieces:
        total = count_pieces(store.currency, pieces)
        if counted.total is not None and counted.total != total:
            raise Refused(f"The notes and coins make {total}. Leave the sum empty, or put it right.", "counted")
        return total, pieces
    if counted.total is None:
        raise Refused("Count the cash: the sum, or how many of each note and coin.", "counted")
    return counted.total, {}


def _sells(store: Store, person: User) -> bool:
    standing = Membership.objects.standing().filter(store=store, user=person).first()
    return bool(standing and standing.sells)


def _difference(total: Decimal, expected: Decimal, currency: str) -> str:
    less, there, should = (show_amount(x, currency) for x in (abs(total - expected), total, expected))
    way = "too much" if total > expected else "missing"
    return f"{there} is counted, {should} should be there: {less} {way}. Count again, or say why."
