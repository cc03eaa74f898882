"""What the counter says of the buyer of a cart."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db.models import F

from billing.models import Cart
from customers.models import Customer
from customers.names import PLACEHOLDERS, clean_name, is_real
from debts.services import CreditStopped, Standing, standing_of
from viveka.stores.errors import Refused
from viveka.stores.models import Store
from viveka.stores.phone import normalise_phone
from viveka.stores.text import clean_text

OFFERED = 8
"""How many customers a list to pick from has."""


@dataclass(frozen=True, slots=True)
class CreditShown:
    """What may go on credit: how much is left (None: any amount), until when, or why nothing may."""

    left: Decimal | None = None
    due_on: date | None = None
    stopped: str = ""


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
