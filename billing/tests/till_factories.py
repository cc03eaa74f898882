"""Tills for tests, opened and counted by the services that do it in the shop."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone

from billing.services.till_counts import Counted, close_till
from viveka.stores.models import Store, TillCount, TillSession, User
from viveka.stores.tills import add_till, move_cash, open_till

Number = Decimal | int | str


def opened_till(
    store: Store, by: User, opening_float: Number = 500, *, name: str = "Counter", now: datetime | None = None
) -> TillSession:
    """A new till, open with so much in it."""
    till = add_till(store=store, name=name)
    return open_till(
        store=store, till_id=till.pk, opening_float=Decimal(opening_float), by=by, now=now or timezone.now()
    )


def took_out(session: TillSession, amount: Number, by: User, reason: str = "To the bank") -> Any:
    return move_cash(
        store=session.store, session_id=session.pk, direction="out", amount=Decimal(amount), reason=reason, by=by,
        now=timezone.now(),
    )  # fmt: skip


def counted(session: TillSession, total: Number, by: User, note: str = "", hand_to: User | None = None) -> TillCount:
    """Closed with so much in it."""
    return close_till(
        store=session.store, session_id=session.pk, counted=Counted(Decimal(total), note=note), by=by,
        now=timezone.now(), hand_to=hand_to,
    )  # fmt: skip


def counted_till(store: Store, by: User) -> TillSession:
    """A session with something taken out of it, counted and handed over."""
    session = opened_till(store, by)
    took_out(session, 100, by)
    counted(session, 390, by, note="Ten rupees are missing", hand_to=by)
    return session
