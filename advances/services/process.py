"""A customer and an advance out of what an appointment, a booking or an enquiry says."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from advances.models import AdvancePayment, ReferenceType
from advances.services.advance import NO_PHONE, add_advance
from customers.models import Customer
from viveka.stores.errors import Refused
from viveka.stores.models import Store, User
from viveka.stores.money import ZERO
from viveka.stores.phone import normalise_phone


@dataclass(frozen=True, slots=True)
class Brought:
    """What came of it: the customer, whether new, and the advance where one was paid."""

    customer: Customer
    is_new: bool
    advance: AdvancePayment | None


@dataclass(frozen=True, slots=True)
class Paid:
    """Money that comes with a record: how much, how, the payment's own reference."""

    amount: Decimal = ZERO
    mode: str = ""
    reference: str = ""
    notes: str = ""


@transaction.atomic
def process_customer_and_advance(
    *,
    store: Store,
    reference_type: str,
    reference_id: UUID,
    phone: str,
    by: User,
    now: datetime,
    country_code: str = "",
    details: Mapping[str, str | None] | None = None,
    paid: Paid = Paid(),
) -> Brought:
    """Find or make the customer of a record and, where money came with it, add the advance and link it.

    To be called in the transaction that writes the record. An enquiry brings no advance, whatever is sent with it.
    Raises Refused for a phone that is missing or invalid, or a bad detail; nothing is written then.
    """
    try:
        normalise_phone(phone, store.region, country_code=country_code)
    except Refused:
        raise Refused(NO_PHONE, "phone") from None
    found = Customer.objects.find_or_create(store=store, phone=phone, country_code=country_code, details=details)
    advance = None
    if paid.amount > ZERO and reference_type != ReferenceType.ENQUIRY:
        found.customer.store = store
        advance = add_advance(
            customer=found.customer, amount=paid.amount, mode=paid.mode, by=by, now=now, reference_type=reference_type,
            reference_id=reference_id, payment_reference=paid.reference, notes=paid.notes,
        )  # fmt: skip
        found.customer.advance_balance += advance.amount
    return Brought(found.customer, found.is_new, advance)
