"""What the store writes to a customer about money: a reminder in its own words, a debt, a payment."""

from datetime import date, datetime
from decimal import Decimal

from customers.models import Customer
from customers.names import is_real
from debts.models import Debt, DebtPayment
from viveka.stores.models import Store
from viveka.stores.money import show_amount
from viveka.stores.phone import whatsapp_link


def reminder_text(store: Store, customer: Customer, due: Decimal, since: date | None) -> str:
    """The store's reminder, filled in for this customer. Where nothing is due yet, all that is owed is asked for."""
    words = {
        "{name}": _called(customer),
        "{amount}": show_amount(due or customer.debt_balance, store.currency),
        "{owed}": show_amount(customer.debt_balance, store.currency),
        "{since}": _day(since) if since else "today",
        "{store}": store.name,
    }
    text = store.reminder_text
    for word in words:  # all marked first, so that a name with braces in it is no word
        text = text.replace(word, f"\0{word}\0")
    return "".join(words.get(part, part) for part in text.split("\0"))


def debt_text(store: Store, debt: Debt, owed: Decimal) -> str:
    """That a debt was entered, and what is owed with it."""
    amount, total = show_amount(debt.amount, store.currency), show_amount(owed, store.currency)
    due = f" It is due on {_day(debt.due_on)}." if debt.due_on else ""
    return (
        f"{_called(debt.customer)}, {amount} was put on your account at {store.name} on {_date(store, debt.at)}."
        f"{due} You owe {total} now."
    )


def debt_link(store: Store, debt: Debt, owed: Decimal) -> str:
    """Opens WhatsApp with that text; "" for who has no phone or wants no messages."""
    customer = debt.customer
    if not customer.may_be_messaged:
        return ""
    return whatsapp_link(str(customer.phone), debt_text(store, debt, owed))


def payment_text(store: Store, payment: DebtPayment, owed: Decimal) -> str:
    """That a payment came in, and what is still owed."""
    amount, total = show_amount(payment.amount, store.currency), show_amount(owed, store.currency)
    source = "from your advance " if payment.deduction_id else ""
    kept = ""
    if payment.kept_amount:
        kept = f" {show_amount(payment.kept_amount, store.currency)} of it is kept as your advance."
    return (
        f"{_called(payment.customer)}, we received {amount} {source}at {store.name} on {_date(store, payment.at)}."
        f"{kept} You owe {total} now. Thank you."
    )


def _called(customer: Customer) -> str:
    return customer.name if is_real(customer.name) else "Dear customer"


def _date(store: Store, moment: datetime) -> str:
    return _day(store.day_of(moment))


def _day(day: date) -> str:
    return f"{day:%-d %b %Y}"
