"""What the counter says of the buyer of a cart."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery

from advances.models import Appointment, Booking, RecordStatus
from advances.models.advance import RECORDS
from billing.models import Cart
from customers.models import Customer
from customers.names import PLACEHOLDERS, clean_name, is_real
from debts.services import CreditStopped, Standing, standing_of
from viveka.stores.errors import Refused
from viveka.stores.models import Store
from viveka.stores.phone import normalise_phone
from viveka.stores.text import clean_text

MEANT_SHOWN = 5
OFFERED = 8
"""How many customers a list to pick from has."""


@dataclass(frozen=True, slots=True)
class CreditShown:
    """What may go on credit: how much is left (None: any amount), until when, or why nothing may."""

    left: Decimal | None = None
    due_on: date | None = None
    stopped: str = ""


@dataclass(frozen=True, slots=True)
class MeantFor:
    """So much of the balance was paid for an appointment or a booking that is still open."""

    kind: str
    remaining: Decimal
    day: date | None
    """Of the appointment, or when what was booked is wanted."""


@dataclass(slots=True)
class BuyerShown:
    """The buyer as typed and as found."""

    phone: str = ""
    name: str = ""
    customer: Customer | None = None
    for_name: str = ""
    """A real name typed that is not the record's: whom the bill is for."""
    new_phone: str = ""
    """E.164 of a valid number that is not on record yet."""
    bad_phone: str = ""
    """Why what was typed is no phone."""
    bad_name: str = ""
    named: Customer | None = None
    """Whom the name alone stands for."""
    is_new: bool = False
    came_back: bool = False
    credit: CreditShown = field(default_factory=CreditShown)
    meant_for: list[MeantFor] = field(default_factory=list)
    """What of the advance balance was paid for something else that is still open."""

    @property
    def who(self) -> Customer | None:
        """Whose bill it will be, as things stand."""
        return self.customer or self.named


def show_buyer(store: Store, cart: Cart | None) -> BuyerShown:
    """Read what the cart knows of its buyer, at most three queries."""
    if cart is None:
        return BuyerShown()
    shown = BuyerShown(phone=cart.phone, name=cart.customer_name, customer=cart.customer)
    name = clean_name(cart.customer_name)
    if shown.customer:
        another = is_real(name) and name.casefold() != shown.customer.name.casefold()
        shown.for_name = name if another and is_real(shown.customer.name) else ""
    elif cart.phone:
        try:
            shown.new_phone = normalise_phone(cart.phone, store.region)
        except Refused as refusal:
            shown.bad_phone = refusal.message
    elif is_real(name) and (pk := Customer.objects.the_one_named(store, name)):
        shown.named = Customer.objects.of(store).filter(pk=pk).first()
    return shown


def show_credit(store: Store, customer: Customer | None, day: date) -> CreditShown:
    """What a sale of that day may leave owed, for showing; judged again under the customer's lock. One query."""
    if customer is None:
        return CreditShown(due_on=Standing(None, store.default_terms_days).due_on(day))
    customer.store = store
    try:
        standing = standing_of(customer)
    except CreditStopped as stopped:
        return CreditShown(stopped=stopped.message)
    return CreditShown(standing.left(customer.debt_balance), standing.due_on(day))


def meant_for(store: Store, customer: Customer | None, cart: Cart | None) -> list[MeantFor]:
    """What of the balance was paid for open appointments and bookings other than the one being billed, oldest first.

    Nothing is asked of the database where there is no balance; otherwise one query.
    """
    if customer is None or not customer.advance_balance:
        return []
    own = cart.record_key[1] if cart and cart.record_key else None
    kept = customer.advances.open().filter(reference_type__in=RECORDS).exclude(reference_id=own)
    open_ones = {"pk": OuterRef("reference_id"), "status": RecordStatus.OPEN}
    appointment = Appointment.objects.filter(**open_ones).values("scheduled_at")[:1]
    booking = Booking.objects.filter(**open_ones)
    found: QuerySet[Any] = kept.annotate(
        scheduled_at=Subquery(appointment), is_booked=Exists(booking), wanted=Subquery(booking.values("wanted_on")[:1])
    ).filter(Q(scheduled_at__isnull=False) | Q(is_booked=True))
    told = found.order_by("at", "id").values_list("reference_type", "remaining_amount", "scheduled_at", "wanted")
    return [
        MeantFor(kind, remaining, store.day_of(at) if at else day) for kind, remaining, at, day in told[:MEANT_SHOWN]
    ]


def match_buyers(store: Store, text: str) -> list[Customer]:
    """Active customers to pick from by the beginnings of the words of a name, those seen last first.

    The newest come out of a limited number of matches, so that a common beginning is as fast as a rare one.
    """
    name = clean_text(text, field="name", most=200)
    if len(name) < 2:
        return []
    some = Customer.objects.of(store).on_record().matching(name).filter(is_active=True).exclude(name__in=PLACEHOLDERS)
    found = Customer.objects.filter(pk__in=some.values("pk")[:200])
    return list(found.order_by(F("last_purchase_at").desc(nulls_last=True), "-id")[:OFFERED])
