"""The receipts of a bill, of a return and of a credit note."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from billing.models import Bill, CreditNote, Payment, PaymentMethod, Return
from billing.papers.content import Paper, Row, moment
from billing.services.balances_told import BalancesTold, balances_told
from billing.upi import upi_link
from viveka.stores.money import ZERO, show_quantity


def bill_paper(bill: Bill) -> Paper:
    """Of a bill read `with_status`, with its debt payment and its kept advance at hand."""
    store = bill.store
    payments = list(bill.payments.select_related("debt__customer").prefetch_related("method_changes"))
    told = balances_told(bill, payments)
    paper = Paper(store, "Bill", bill.number, facts=[Row("Bill", bill.number), Row("Date", moment(store, bill.at))])
    if bill.status != "standing":
        paper.marks.append(bill.status_text)
    paper.name_customer(bill.customer_number, bill.customer_name, bill.customer_phone, bill.for_name)
    for line in bill.lines.select_related("served_by"):
        served = f"Served by {line.served_by.called}" if line.served_by else ""
        paper.goods_of(line.name, line.quantity, line.price, line.subtotal, served)
    _total(paper, bill)
    _came_back(paper, payments)
    paper.add(*[_payment(paper, bill, payment) for payment in payments], *_change(paper, bill, payments))
    paper.debt = next((part.debt for part in payments if part.debt), None)
    if told:
        _balances(paper, told)
        paper.owed = told.due_now
    due = sum((part.debt.balance for part in payments if part.debt), ZERO)
    paper.upi = upi_link(store, due, bill.number)
    paper.due = paper.money(due) if due else ""
    return paper


def _total(paper: Paper, bill: Bill) -> None:
    rows = [paper.row("Subtotal", bill.subtotal)]
    if bill.discount:
        rows.append(paper.row("Discount", bill.discount, sign="−"))
    if bill.rounding:
        rows.append(paper.row("Rounding", bill.rounding))
    paper.add(*rows, paper.row("Total", bill.total, kind="total"))


def _came_back(paper: Paper, payments: Sequence[Payment]) -> None:
    """The goods that were brought back for these."""
    keys = [payment.money_back_id for payment in payments if payment.money_back_id]
    for made in Return.objects.filter(money__in=keys) if keys else []:
        rows = [
            paper.row(f"{show_quantity(line.quantity)} × {line.bill_line.name}", line.total, sign="−")
            for line in made.lines.select_related("bill_line")
        ]
        paper.add(Row("Brought back", made.number), *rows)


def _payment(paper: Paper, bill: Bill, payment: Payment) -> Row:
    debt = payment.debt
    due = f"due on {debt.due_on:%-d %b %Y}" if debt and debt.due_on else ""
    for_name = f"for {debt.for_name}" if debt and debt.for_name and debt.for_name != bill.for_name else ""
    return paper.row(payment.called, payment.amount, payment.reference, due, for_name)


def _change(paper: Paper, bill: Bill, payments: Sequence[Payment]) -> list[Row]:
    """What was handed over above the bill, and where it went; nothing of cash that was put right to be no cash."""
    rows = []
    kept = bill.debt_payment or bill.kept_advance
    gave_change = bill.change and any(part.is_cash for part in payments)
    if gave_change or kept:
        way = PaymentMethod(kept.mode if kept else PaymentMethod.CASH)
        taken = (part.tendered or part.amount for part in payments if part.method == way)
        rows.append(paper.row(f"{way.label} taken", sum(taken, Decimal(bill.kept))))
    if bill.debt_payment:
        rows.append(paper.row("Old debts paid", bill.kept))
    elif bill.kept_advance:
        rows.append(paper.row("Kept as advance", bill.kept))
    if gave_change:
        rows.append(paper.row("Change", bill.change, kind="change-line"))
    return rows


def _balances(paper: Paper, told: BalancesTold) -> None:
    """What is owed and what is paid ahead, as it was after this bill."""
    rows = []
    if told.tells_debt:
        rows += [
            paper.row("Previous due", told.previous_due),
            paper.row("This bill", told.bill),
            paper.row("Paid", told.paid, sign="−"),
            paper.row("Due now", told.due_now, kind="due"),
        ]
    if told.tells_advance:
        rows.append(paper.row("Advance left", told.advance_left))
    paper.add(*rows)


def return_paper(made: Return) -> Paper:
    """Of a return with its bill at hand."""
    store, bill = made.store, made.bill
    title = "Void" if made.is_void else "Return"
    facts = [Row(title, made.number), Row("Of bill", bill.number), Row("Date", moment(store, made.at))]
    paper = Paper(store, title, made.number, facts=facts)
    paper.name_customer(bill.customer_number, bill.customer_name, bill.customer_phone)
    for line in made.lines.select_related("bill_line"):
        paper.goods_of(line.bill_line.name, line.quantity, line.bill_line.price, line.total)
    paper.add(paper.row("Returned", made.total, kind="total"))
    paper.add(*_given(paper, made.money))
    return paper


def note_paper(note: CreditNote) -> Paper:
    """Of goods that came back without their bill."""
    store = note.store
    facts = [Row("Credit note", note.number), Row("Date", moment(store, note.at))]
    paper = Paper(store, "Credit note", note.number, facts=facts)
    paper.name_customer(note.customer_number, note.customer_name, note.customer_phone)
    for line in note.lines.all():
        paper.goods_of(line.name, line.quantity, line.price, line.total)
    paper.add(paper.row("Returned", note.total, kind="total"))
    paper.add(*_given(paper, note.money))
    return paper


def _given(paper: Paper, money: Any) -> list[Row]:
    """Where the worth of the goods went, by the ways that hold."""
    return [paper.row(part.called, part.amount, part.reference) for part in money.prefetch_related("method_changes")]
