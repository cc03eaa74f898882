"""A statement as it is shown: on the screen, in a file, on paper, in a message. All of them say the same."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.urls import reverse

from customers.models import Customer
from customers.names import is_real
from debts.models import Debt
from debts.statement import Line, Statement
from viveka.stores.models import Store
from viveka.stores.money import show_amount

HEADINGS = ("Date", "What", "Reference", "Note", "Debit", "Credit", "Balance", "Advance", "Advance balance")
_OF_A_DEBT = {"debt", "return", "write_off", "debt_reversal"}
_OF_A_PAYMENT = {"payment", "payment_reversal"}


@dataclass(frozen=True, slots=True)
class Shown:
    """A line of the statement with the number of its bill, if it is of one, and the page that tells more."""

    line: Line
    bill_number: str
    href: str

    @property
    def reference(self) -> str:
        return " · ".join(filter(None, [self.bill_number, self.line.mode_text, self.line.reference]))


def shown_lines(lines: Sequence[Line]) -> list[Shown]:
    """The lines for a screen, a file or a paper; one query, however many."""
    debts = Debt.objects.filter(pk__in={line.about for line in lines if line.kind in _OF_A_DEBT})
    numbers = {str(debt.pk): debt.bill_number for debt in debts.select_related("payment__bill")}
    return [Shown(line, numbers.get(line.about, ""), _href(line)) for line in lines]


def _href(line: Line) -> str:
    if line.kind in _OF_A_DEBT:
        return reverse("debts:debt", args=[line.about])
    if line.kind in _OF_A_PAYMENT:
        return reverse("debts:payment", args=[line.about])
    if line.kind in {"advance_deduction", "advance_restoration"}:
        return ""  # of several advances, and told by the bill or the payment that used them
    return reverse("advances:advance", args=[line.about])


def statement_rows(store: Store, statement: Statement) -> Iterator[Sequence[Any]]:
    """The statement as rows of a file: the opening balance, each line, the closing balance."""
    yield HEADINGS
    first = statement.first or (store.day_of(statement.lines[0].at) if statement.lines else statement.last)
    yield first, "Opening balance", "", "", "", "", statement.opening_debt, "", statement.opening_advance
    for one in shown_lines(statement.lines):
        line = one.line
        yield (
            store.day_of(line.at), line.text, one.reference, line.note, line.debit or "", line.credit or "",
            line.debt_balance, line.advance_change or "", line.advance_balance,
        )  # fmt: skip
    yield statement.last, "Closing balance", "", "", "", "", statement.closing_debt, "", statement.closing_advance


def net_words(store: Store, net: Decimal, *, to_the_customer: bool = False) -> str:
    """The one balance in words: who has to pay what."""
    amount = show_amount(abs(net), store.currency)
    if net > 0:
        return f"you have to pay {amount}" if to_the_customer else f"has to pay {amount}"
    if net < 0:
        return f"we hold {amount} for you" if to_the_customer else f"we hold {amount}"
    return "nothing is owed, and nothing is held"


def statement_text(store: Store, statement: Statement) -> str:
    """The statement in a message to the customer: what came, what went, and the balance."""
    customer = statement.customer
    said = [
        f"{_called(customer)}, your account at {store.name} {period_words(statement)}:",
        f"Opening balance {show_amount(statement.opening_debt, store.currency)}",
        f"Bought on credit {show_amount(statement.debit, store.currency)}",
        f"Paid and returned {show_amount(statement.credit, store.currency)}",
        f"Closing balance {show_amount(statement.closing_debt, store.currency)}",
    ]
    if statement.closing_advance:
        said.append(f"Your advance {show_amount(statement.closing_advance, store.currency)}")
    words = net_words(store, statement.net, to_the_customer=True)
    return "\n".join([*said, f"{words[0].upper()}{words[1:]}. Thank you."])


def period_words(statement: Statement) -> str:
    """The days that it is about."""
    last = f"{statement.last:%-d %b %Y}"
    return f"from {statement.first:%-d %b %Y} to {last}" if statement.first else f"until {last}"


def _called(customer: Customer) -> str:
    return customer.name if is_real(customer.name) else "Dear customer"
