"""What the store writes to a customer about money paid ahead, and what brought an advance."""

from decimal import Decimal

from django.urls import NoReverseMatch, reverse

from advances.models import AdvancePayment, ReferenceType
from advances.models.advance import NO_MONEY
from advances.reading import usable_until
from customers.models import Customer
from customers.names import is_real
from viveka.stores.models import Store
from viveka.stores.money import show_amount
from viveka.stores.phone import whatsapp_link

_PAGES: dict[str, str] = {
    ReferenceType.APPOINTMENT: "diary:appointment",
    ReferenceType.BOOKING: "diary:booking",
    ReferenceType.OVERPAYMENT: "debts:payment",
    ReferenceType.RETURN: "billing:return",
}


def reference_url(advance: AdvancePayment) -> str:
    """The page of what brought the advance; "" where there is none."""
    name = _PAGES.get(advance.reference_type)
    if not name or not advance.reference_id:
        return ""
    try:
        return reverse(name, args=[advance.reference_id])
    except NoReverseMatch:
        return ""


def receipt_text(store: Store, advance: AdvancePayment, balance: Decimal) -> str:
    """That an advance was taken: the amount, the balance with it, and until when it holds."""
    amount, total = (show_amount(one, store.currency) for one in (advance.amount, balance))
    day = f"{store.day_of(advance.at):%-d %b %Y}"
    came = "we hold" if advance.reference_type in NO_MONEY else "we received"
    until = usable_until(advance, store)
    expiry = f" Please use it by {until:%-d %b %Y}; what is left then expires." if until else ""
    return (
        f"{_called(advance.customer)}, {came} {amount} in advance at {store.name} ({day})."
        f" Your advance balance is {total}.{expiry} Thank you."
    )


def balance_text(store: Store, customer: Customer) -> str:
    """How much the customer has paid ahead now."""
    total = show_amount(customer.advance_balance, store.currency)
    return f"{_called(customer)}, your advance balance at {store.name} is {total}."


def message_link(customer: Customer, text: str) -> str:
    """One tap that sends the text; "" without a phone, and where the customer wants no messages."""
    if not customer.phone or customer.do_not_message:
        return ""
    return whatsapp_link(customer.phone, text)


def _called(customer: Customer) -> str:
    return customer.name if is_real(customer.name) else "Dear customer"
