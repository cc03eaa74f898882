"""What managers do to a record as a whole: delete it, restore it, free a former phone of it."""

from datetime import datetime

from django.db import transaction

from customers.models import Customer, CustomerPhone, RecordEvent, What
from viveka.stores.errors import Conflict, Missing
from viveka.stores.models import Store, User
from viveka.stores.money import show_amount
from viveka.stores.phone import normalise_phone, show_phone
from viveka.stores.text import clean_text
from viveka.stores.transactions import retry_when_entangled


class HasBalance(Conflict):
    """The customer owes something or has advance left, so the record can't be deleted."""

    def __init__(self, store: Store, customer: Customer) -> None:
        owes = customer.debt_balance and f"owes {show_amount(customer.debt_balance, store.currency)}"
        holds = customer.advance_balance and f"has {show_amount(customer.advance_balance, store.currency)} in advance"
        said = " and ".join(str(one) for one in (owes, holds) if one)
        super().__init__(f"{customer} {said}. Settle that before deleting the record.")


class NotDeleted(Conflict):
    """Only a deleted record can be restored or erased."""


class AlreadyDeleted(Conflict):
    """The record is deleted already."""


class WasErased(Conflict):
    """An erased record has nothing left to restore."""


class WasMerged(Conflict):
    """The record is part of another one: `customer` is the survivor."""

    def __init__(self, loser: Customer, survivor: Customer) -> None:
        super().__init__(f"{loser.number} was merged into {survivor}. Undo the merge first, or go on with {survivor}.")
        self.customer = survivor


@retry_when_entangled
@transaction.atomic
def delete_customer(*, store: Store, pk: int, by: User, now: datetime, reason: str = "") -> Customer:
    """Take the record out of every list; bills and history stay, and it can be restored.

    Raises Missing, WasMerged, AlreadyDeleted; HasBalance, which says how much, while the customer owes anything or
    has advance left.
    """
    customer = lock_itself(store, pk)
    if customer.deleted_at:
        raise AlreadyDeleted(f"{customer} is deleted already.")
    if customer.debt_balance or customer.advance_balance:
        raise HasBalance(store, customer)
    customer.deleted_at = now
    customer.save(update_fields=["deleted_at", "updated_at"])
    note_event(customer, What.DELETED, by=by, now=now, reason=reason)
    return customer


@retry_when_entangled
@transaction.atomic
def restore_customer(*, store: Store, pk: int, by: User, now: datetime, reason: str = "") -> Customer:
    """Bring a deleted record back into the lists, as it was. Raises Missing, NotDeleted, WasErased, WasMerged."""
    customer = lock_itself(store, pk)
    if customer.erased_at:
        raise WasErased(f"{customer.number} was erased. There is nothing left to restore.")
    if not customer.deleted_at:
        raise NotDeleted(f"{customer} is not deleted.")
    customer.deleted_at = None
    customer.save(update_fields=["deleted_at", "updated_at"])
    note_event(customer, What.RESTORED, by=by, now=now, reason=reason)
    return customer


@retry_when_entangled
@transaction.atomic
def free_former_phone(*, store: Store, pk: int, phone: str, by: User, now: datetime, reason: str = "") -> None:
    """Let a former phone of the record go, so that it can be a new person's.

    Raises Refused for a bad phone, Missing where it is no former phone of this record.
    """
    e164 = normalise_phone(phone, store.region)
    customer = lock_itself(store, pk)
    freed, _ = CustomerPhone.objects.filter(
        store=store, customer=customer, phone=e164, former_since__isnull=False
    ).delete()
    if not freed:
        raise Missing(f"{show_phone(e164, store.region)} is no former phone of {customer}.", "phone")
    note_event(customer, What.PHONE_FREED, by=by, now=now, reason=reason, phone=e164)


def lock_itself(store: Store, pk: int) -> Customer:
    """This very record, locked, deleted or not. Raises Missing; WasMerged where it leads to another one."""
    customer = Customer.objects.of(store).filter(pk=pk).for_no_key_update().first()
    if customer is None:
        raise Missing("No such customer.", "customer_id")
    if customer.merged_into_id:
        raise WasMerged(customer, Customer.objects.get(pk=customer.merged_into_id))
    return customer


def note_event(
    customer: Customer, what: What, *, by: User, now: datetime, reason: str = "", phone: str = ""
) -> RecordEvent:
    """Write down what was done to the record. Raises Refused for a reason that is no text."""
    reason = clean_text(reason, field="reason", most=200)
    return RecordEvent.objects.create(
        store_id=customer.store_id, customer=customer, what=what, by=by, at=now, reason=reason, phone=phone
    )
