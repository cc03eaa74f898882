"""A statement on paper: A4 pages to print or to send."""

from collections.abc import Sequence
from decimal import Decimal

from reportlab.platypus import Flowable

from customers.names import is_real
from debts.statement import Statement
from debts.statement_rows import net_words, period_words, shown_lines
from viveka.stores.models import Store
from viveka.stores.money import show_amount
from viveka.stores.pdf import GAP, Column, Words, paper, table
from viveka.stores.phone import show_phone

_COLUMNS = (
    Column("Date", 16), Column("What", 32), Column("Debit", 15, "right"), Column("Credit", 15, "right"),
    Column("Balance", 16, "right"), Column("Advance", 15, "right"), Column("Held", 16, "right"),
)  # fmt: skip


def statement_paper(store: Store, statement: Statement) -> bytes:
    """The statement as a PDF. One statement is one file, byte for byte, whenever it is asked for."""
    customer = statement.customer
    title = f"Statement of {customer}"
    parts: list[Flowable] = [Words(store.name, size=15, bold=True)]
    if store.receipt_header:
        parts.append(Words(store.receipt_header.replace("\r", ""), size=9))
    parts += [GAP, Words(f"Statement {period_words(statement)}", size=12, bold=True)]
    called = customer.name if is_real(customer.name) else ""
    phone = show_phone(customer.phone, store.region) if customer.phone else ""
    parts += [Words(" · ".join(filter(None, [customer.number, called, phone])), size=10), GAP]
    rows = _rows(store, statement)
    parts.append(table(_COLUMNS, rows, bold=[0, len(rows) - 1]))
    words = net_words(store, statement.net)
    parts += [GAP, Words(f"{words[0].upper()}{words[1:]}", size=12, bold=True)]
    return paper(title, parts, foot=store.name)


def _rows(store: Store, statement: Statement) -> list[Sequence[str]]:
    def money(amount: Decimal | None) -> str:
        return show_amount(amount, store.currency) if amount else ""

    def balance(amount: Decimal) -> str:
        return show_amount(amount, store.currency)

    first = f"{statement.first:%-d %b %Y}" if statement.first else ""
    opening = [first, "Opening balance", "", "", balance(statement.opening_debt), "", money(statement.opening_advance)]
    rows: list[Sequence[str]] = [opening]
    for one in shown_lines(statement.lines):
        line = one.line
        what = " · ".join(filter(None, [line.text, one.reference, line.note[:120]]))
        rows.append(
            [
                f"{store.day_of(line.at):%-d %b %Y}", what, money(line.debit), money(line.credit),
                balance(line.debt_balance), money(line.advance_change), money(line.advance_balance),
            ]
        )  # fmt: skip
    last = f"{statement.last:%-d %b %Y}"
    closing = [last, "Closing balance", "", "", balance(statement.closing_debt), "", money(statement.closing_advance)]
    return [*rows, closing]
