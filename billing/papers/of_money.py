"""The receipts of money without goods: an advance, a payment of debts."""

from advances.models import AdvancePayment, WalletCause
from advances.reading import balance_after, usable_until
from billing.papers.content import Paper, Row, moment
from debts.balances import owed_after
from debts.models import DebtPayment


def advance_paper(advance: AdvancePayment) -> Paper:
    """Of an advance with its customer at hand: how much, the balance with it, until when it holds."""
    store, customer = advance.store, advance.customer
    facts = [Row("Advance", advance.get_reference_type_display()), Row("Date", moment(store, advance.at))]
    paper = Paper(store, "Advance", str(advance.pk)[:8], facts=facts)
    paper.name_customer(customer.number, customer.name, customer.phone or "")
    rows = [paper.row("Received" if advance.mode else "Kept for you", advance.amount, kind="total")]
    if advance.mode:
        rows.append(Row("Paid by", advance.get_mode_display(), (advance.payment_reference,)))
    balance = balance_after(advance.entries.get(cause=WalletCause.ADVANCE))
    paper.add(*rows, paper.row("Balance with this advance", balance))
    if advance.notes:
        paper.notes.append(advance.notes)
    if until := usable_until(advance, store):
        paper.notes.append(f"To be used by {until:%-d %b %Y}; what is left of it then expires.")
    return paper


def debt_payment_paper(payment: DebtPayment) -> Paper:
    """Of a payment of debts with its customer at hand: what it settled, and what is still owed."""
    store, customer = payment.store, payment.customer
    paper = Paper(store, "Payment", str(payment.pk)[:8], facts=[Row("Payment received", moment(store, payment.at))])
    if hasattr(payment, "reversal"):
        paper.marks.append("Reversed")
    paper.name_customer(customer.number, customer.name, customer.phone or "")
    paper.add(paper.row(payment.get_mode_display(), payment.amount, payment.reference, kind="total"))
    parts = payment.allocations.select_related("debt__payment__bill").order_by("debt__at", "id")
    rows = [
        paper.row(f"{part.debt.bill_number or 'Debt'} of {store.day_of(part.debt.at):%-d %b %Y}", part.amount)
        for part in parts
    ]
    if payment.kept_amount:
        rows.append(paper.row("Kept as an advance", payment.kept_amount))
    paper.add(*rows)
    paper.add(paper.row("Still owed", owed_after(customer, "payment", payment.pk), kind="total"))
    paper.notes.append(f"Received by {payment.by.called}")
    return paper
