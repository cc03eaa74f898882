"""Who owes at Shivik Mart: a few accounts, debts of various ages, what was paid of them, a reminder and a promise."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from customers.models import Customer
from customers.services import edit_customer
from debts.services import (
    DebtEntry,
    Repayment,
    note_reminder,
    open_debt,
    promise_payment,
    repay_debts,
    set_credit_account,
    write_off_debt,
)
from viveka.demo.people import Person
from viveka.stores.models import Store, User


@dataclass(frozen=True)
class Owed:
    """A debt: how long ago it was made, when it was due, and what was paid of it (how long ago, how)."""

    who: int
    amount: int
    days_ago: int
    terms: int | None
    note: str
    paid: int = 0
    paid_days_ago: int = 0
    mode: str = "cash"


DEBTS = [
    Owed(3, 1850, 118, 30, "Diwali sweets and oil"),
    Owed(8, 640, 82, 15, "Monthly groceries", 240, 40, "upi"),
    Owed(8, 720, 46, 15, "Monthly groceries"),
    Owed(12, 2400, 67, 30, "Bridal package, advance of the family", 1400, 20, "cash"),
    Owed(15, 310, 40, None, "Rice and dal"),
    Owed(21, 95, 12, None, "Milk and eggs"),
    Owed(24, 560, 30, 30, "Groceries"),
    Owed(31, 1275, 9, 15, "Function at home"),
    Owed(37, 430, 21, 7, "Groceries", 430, 5, "upi"),
    Owed(42, 150, 95, None, "Soap and shampoo"),
    Owed(50, 880, 26, 15, "Groceries"),
    Owed(64, 220, 3, 7, "Hair colour"),
]
ACCOUNTS = {3: (5000, 30), 8: (2000, 15), 12: (5000, 30), 31: (1500, 15)}
QUIET, PROMISES, GIVEN_UP = 24, 31, 42


def let_people_owe(*, store: Store, people: Sequence[Person], by: User, manager: User, now: datetime) -> None:
    """Everything in the order in which it happened, each thing at its own moment."""
    keys = {one.who for one in DEBTS}
    customers = {who: Customer.objects.find_or_create(store=store, phone=people[who].phone).customer for who in keys}
    for who, (limit, terms) in ACCOUNTS.items():
        set_credit_account(customer=customers[who], by=manager, credit_limit=Decimal(limit), terms_days=terms)
    for one in sorted(DEBTS, key=lambda one: -one.days_ago):
        at = now - timedelta(days=one.days_ago)
        due_on = store.day_of(at) + timedelta(days=one.terms) if one.terms is not None else None
        entry = DebtEntry(due_on=due_on, note=one.note)
        debt = open_debt(customer=customers[one.who], amount=Decimal(one.amount), by=by, now=at, entry=entry)
        if one.who == GIVEN_UP:
            write_off_debt(
                store=store, debt_id=debt.pk, amount=None, by=manager, now=now - timedelta(days=2),
                reason="Moved away, the phone is off",
            )  # fmt: skip
    for one in sorted((one for one in DEBTS if one.paid), key=lambda one: -one.paid_days_ago):
        repayment = Repayment(Decimal(one.paid), one.mode)
        repay_debts(
            customer=customers[one.who], repayment=repayment, by=by, now=now - timedelta(days=one.paid_days_ago)
        )
    edit_customer(store=store, pk=customers[QUIET].pk, details={}, do_not_message=True)
    note_reminder(customer=customers[8], way="call", by=by, now=now - timedelta(days=6))
    day = store.day_of(now) + timedelta(days=6)
    promise_payment(customer=customers[PROMISES], promised_on=day, by=by, now=now, note="After the salary")
