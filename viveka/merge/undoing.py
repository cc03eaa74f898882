"""A merge undone: both records as they were, as long as nothing since depends on the merge."""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from billing.models import Bill
from customers.models import SWITCHES, Customer, Merge, MergeUndo
from viveka.merge.choice import FIELDS
from viveka.merge.merging import lock_before_customers, lock_both, point_phone
from viveka.merge.registry import MOVES
from viveka.merge.snapshot import SUMS, value_of
from viveka.stores.errors import Conflict, Missing
from viveka.stores.fields import field_of
from viveka.stores.models import Store, User
from viveka.stores.passage import merging
from viveka.stores.text import clean_text
from viveka.stores.transactions import retry_when_entangled

NO_LONGER = "This merge can't be undone any more: "


class CannotUndo(Conflict):
    """Something since depends on the merge; the message says what."""


@retry_when_entangled
@transaction.atomic
def undo_merge(*, store: Store, merge_id: int, by: User, now: datetime, reason: str = "") -> MergeUndo:
    """Give the loser back what was its own; what the survivor got since stays with the survivor.

    Raises Missing where the store has no such merge, CannotUndo with the reason.
    """
    reason = clean_text(reason, field="reason", most=200)
    merge = Merge.objects.filter(store=store, pk=merge_id).first()
    if merge is None:
        raise Missing("No such merge.", "merge")
    lock_before_customers(store, [merge.survivor_id])
    rows = lock_both(store, merge.survivor_id, merge.loser_id)
    survivor, loser = rows[merge.survivor_id], rows[merge.loser_id]
    _insist_undoable(merge, survivor, loser)
    with merging():
        _carry_back(merge)
        try:
            with transaction.atomic():
                _part(merge, survivor, loser)
        except IntegrityError:
            raise CannotUndo(NO_LONGER + "another record has the phone or the name now.") from None
    return MergeUndo.objects.create(store=store, merge=merge, by=by, at=now, reason=reason)


def why_no_undo(merge: Merge) -> str:
    """Why the merge can't be undone as things stand, or ""; reads only, for a screen to say it beforehand."""
    return _why_not(merge, merge.survivor, merge.loser)


def _insist_undoable(merge: Merge, survivor: Customer, loser: Customer) -> None:
    if why := _why_not(merge, survivor, loser):
        raise CannotUndo(why)


def _why_not(merge: Merge, survivor: Customer, loser: Customer) -> str:
    if MergeUndo.objects.filter(merge=merge).exists():
        return "This merge is undone already."
    if survivor.erased_at or not merge.before:
        return NO_LONGER + f"{survivor.number} was erased."
    if survivor.merged_into_id or loser.merged_into_id != survivor.pk:
        return f"{survivor} was merged into another record since. Undo that merge first."
    if survivor.deleted_at:
        return f"{survivor} was deleted since. Restore the record first."
    for name in SUMS:
        if getattr(survivor, name) < value_of(merge.before["loser"], name):
            return NO_LONGER + f"what the two had together has been used ({_label(name)})."
    for field in _taken(merge):
        if getattr(survivor, field) != value_of(merge.after, field):
            return NO_LONGER + f"the {_label(field)} was changed since."
    for move in MOVES:
        if move.undo_blocked and (why := move.undo_blocked(merge, merge.moved.get(move.name, []))):
            return NO_LONGER + why
    return ""


def _label(field: str) -> str:
    return str(field_of(Customer, field).verbose_name)


def _taken(merge: Merge) -> list[str]:
    """The fields whose value the survivor took from the loser."""
    before, after = merge.before["survivor"], merge.after
    return [field for field in (*FIELDS, *SWITCHES) if before.get(field) != after.get(field)]


def _carry_back(merge: Merge) -> None:
    for move in MOVES:
        keys = merge.moved.get(move.name, [])
        if keys and move.carry(merge.store_id, merge.survivor_id, merge.loser_id, keys) != keys:
            raise CannotUndo(NO_LONGER + f"some of the {move.model._meta.verbose_name_plural} went elsewhere since.")


def _part(merge: Merge, survivor: Customer, loser: Customer) -> None:
    """Sums and values go back where they came from; the survivor first, whose phone may be the loser's."""
    theirs, ours = merge.before["loser"], merge.before["survivor"]
    for name in SUMS:
        setattr(survivor, name, getattr(survivor, name) - value_of(theirs, name))
        setattr(loser, name, value_of(theirs, name))
    survivor.last_purchase_at = _last_purchase(survivor)  # the bills are apart again
    taken = _taken(merge)
    for field in taken:
        setattr(survivor, field, value_of(ours, field))
    survivor.save()
    if "phone" in taken:
        point_phone(merge.store_id, str(theirs["phone"]), loser.pk)
        loser.phone = value_of(theirs, "phone")
    loser.last_purchase_at = value_of(theirs, "last_purchase_at")
    loser.merged_into = None
    loser.save()


def _last_purchase(survivor: Customer) -> Any:
    bills = Bill.objects.filter(store_id=survivor.store_id, customer=survivor).standing()
    return bills.order_by("-at").values_list("at", flat=True).first()
