"""Two records of one person become one, in one transaction, and can be two again.

Locks are taken in the order of the house: carts, then both customers by id, then everything else.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from customers.models import Customer, CustomerPhone, Merge
from customers.models.finding import IsDeleted
from customers.records import WasMerged
from viveka.merge.choice import chosen
from viveka.merge.registry import MOVES, Move, MoveOne
from viveka.merge.snapshot import SUMS, snapshot
from viveka.stores.errors import Conflict, Missing, Refused, broken_rule
from viveka.stores.models import Store, User
from viveka.stores.money import MAX_MONEY
from viveka.stores.passage import merging
from viveka.stores.text import clean_text
from viveka.stores.transactions import retry_when_entangled


class SameRecord(Refused):
    """A record can't be merged with itself."""


class CannotMerge(Conflict):
    """As things stand the two can't be one record."""


@retry_when_entangled
@transaction.atomic
def merge_customers(
    *,
    store: Store,
    survivor_id: int,
    loser_id: int,
    by: User,
    now: datetime,
    keep: Mapping[str, str] | None = None,
    reason: str = "",
) -> Merge:
    """Move all that belongs to the loser to the survivor; its number and phones lead there from then on.

    `keep` says for a field (phone, name, email …; "credit_account" where both have one) whose value stays, "survivor"
    or "loser"; the survivor's where nothing is said, unless it is empty. Raises SameRecord, Missing, WasMerged,
    IsDeleted, Refused for a choice that is none, CannotMerge.
    """
    if survivor_id == loser_id:
        raise SameRecord("Pick two different records.")
    reason = clean_text(reason, field="reason", most=200)
    lock_before_customers(store, [survivor_id, loser_id])
    survivor, loser = _lock_pair(store, survivor_id, loser_id)
    before = {"survivor": snapshot(survivor), "loser": snapshot(loser)}
    keep = keep or {}
    taken = chosen(survivor, loser, keep)
    with merging():
        moved = {move.name: _carry(move, loser, survivor, keep) for move in MOVES}
        try:
            with transaction.atomic():
                _join(survivor, loser, taken)
        except IntegrityError as error:
            raise CannotMerge(_why_not(error), "name") from None
    return Merge.objects.create(
        store=store, survivor=survivor, loser=loser, by=by, at=now, reason=reason,
        before=before, after=snapshot(survivor), moved={name: keys for name, keys in moved.items() if keys},
    )  # fmt: skip


def _carry(move: Move, loser: Customer, survivor: Customer, keep: Mapping[str, str]) -> list[str]:
    if isinstance(move, MoveOne):
        return move.carry(loser.store_id, loser.pk, survivor.pk, exchange=keep.get(move.choice) == "loser")
    return move.carry(loser.store_id, loser.pk, survivor.pk)


def lock_before_customers(store: Store, customers: list[int]) -> None:
    """Lock what tills lock before a customer, so that nobody waits in a circle."""
    for move in MOVES:
        if move.locked_first:
            move.lock(store.pk, customers)


def lock_both(store: Store, one: int, other: int) -> dict[int, Customer]:
    """Both rows, locked in the order of their keys. Raises Missing."""
    rows = {row.pk: row for row in Customer.objects.of(store).filter(pk__in=[one, other]).for_no_key_update()}
    if len(rows) < 2:
        raise Missing("No such customer.", "customer_id")
    return rows


def _lock_pair(store: Store, survivor_id: int, loser_id: int) -> tuple[Customer, Customer]:
    rows = lock_both(store, survivor_id, loser_id)
    for row in rows.values():
        if row.merged_into_id:
            raise WasMerged(row, Customer.objects.get(pk=row.merged_into_id))
        if row.deleted_at:
            raise IsDeleted(row)
    return rows[survivor_id], rows[loser_id]


def _join(survivor: Customer, loser: Customer, taken: dict[str, Any]) -> None:
    """The loser's sums and chosen values go to the survivor, and the loser points there."""
    for name in SUMS:
        total = getattr(survivor, name) + getattr(loser, name)
        if total > MAX_MONEY:
            raise CannotMerge(f"Together they would pass {MAX_MONEY}.")
        setattr(survivor, name, total)
        setattr(loser, name, 0)
    moments = [moment for moment in (survivor.last_purchase_at, loser.last_purchase_at) if moment]
    survivor.last_purchase_at = max(moments, default=None)
    survivor.is_active = survivor.is_active or loser.is_active
    survivor.do_not_message = survivor.do_not_message or loser.do_not_message
    loser.last_purchase_at = None
    loser.merged_into = survivor
    if "phone" in taken:
        loser.phone = None
    loser.save()
    if "phone" in taken:
        point_phone(survivor.store_id, taken["phone"], survivor.pk)
    for field, value in taken.items():
        setattr(survivor, field, value)
    survivor.save()


def point_phone(store_id: int, phone: str, customer_id: int) -> None:
    """Let a former phone of one record be one of the other, who is about to take it."""
    CustomerPhone.objects.filter(store_id=store_id, phone=phone, former_since__isnull=False).update(
        customer_id=customer_id
    )


def _why_not(error: IntegrityError) -> str:
    constraint = broken_rule(error)
    if constraint == "customer_name_without_phone_once":
        return "Another customer without a phone has this name. Keep the other name."
    if constraint == "placeholder_without_phone_owes_nothing":
        return "Who has an advance or a debt needs a phone or a name. Keep one."
    raise error
