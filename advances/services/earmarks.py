"""Whose money would be used: advances that were paid for another appointment or booking which is still open."""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from advances.models import AdvancePayment, Appointment, Booking
from customers.models import Customer
from viveka.stores.fifo import take_oldest_first


@dataclass(frozen=True, slots=True)
class Earmark:
    """So much of an advance that was paid for this open record would be used."""

    amount: Decimal
    advance: AdvancePayment
    record: Appointment | Booking


def earmarked(customer: Customer, amount: Decimal, *, but: UUID | None = None) -> list[Earmark]:
    """What a use of this much of the balance would take from advances paid for open records, save the record `but`.

    Reads only; the oldest are used first, whatever brought them. At most three queries.
    """
    lots = [(one, one.remaining_amount) for one in customer.advances.open().oldest_first()]
    parts = [(one, part) for one, part in take_oldest_first(lots, amount).parts if one.reference_id not in (None, but)]
    found: dict[UUID, Appointment | Booking] = {}
    for kind, rows in (("appointment", Appointment.objects), ("booking", Booking.objects)):
        ids = [one.reference_id for one, _ in parts if one.reference_type == kind]
        if ids:
            found |= rows.of(customer.store).open().in_bulk(ids)
    return [Earmark(part, one, found[one.reference_id]) for one, part in parts if one.reference_id in found]
