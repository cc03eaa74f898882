"""The receipts of a bill, a return and a credit note, on screen."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from billing.models import Bill, CreditNote, Return
from billing.papers.content import DUPLICATE, PAPERS, Paper
from billing.papers.message import paper_text
from billing.papers.of_goods import bill_paper, note_paper, return_paper
from billing.services.printing import was_printed
from billing.upi import upi_code
from billing.views.papers import paper_of
from customers.models import Customer
from debts.words import debt_link
from viveka.stores.access import member_required
from viveka.stores.middleware import StoreRequest
from viveka.stores.pages import render_page
from viveka.stores.phone import whatsapp_link


@require_safe
@member_required
def receipt(request: StoreRequest, pk: UUID) -> HttpResponse:
    """Of a bill; before the first was given out it is the original, then a duplicate."""
    bills = Bill.objects.of(request.store).with_status()
    bill = get_object_or_404(bills.select_related("customer", "debt_payment", "kept_advance"), pk=pk)
    bill.store = request.store
    paper = bill_paper(bill)
    context = _shown(request, paper, "bill", pk, bill.customer)
    context |= {"bill": bill, "upi": upi_code(paper.upi)}
    if paper.debt and request.membership.sells:
        context["balance_link"] = debt_link(request.store, paper.debt, paper.owed)
    return render_page(request, "billing/receipt.html", context)


@require_safe
@member_required
def return_receipt(request: StoreRequest, pk: UUID) -> HttpResponse:
    """Of goods of a bill that came back."""
    returns = Return.objects.of(request.store).select_related("bill__customer")
    made = get_object_or_404(returns, pk=pk)
    made.store = request.store
    context = _shown(request, return_paper(made), "goods_return", pk, made.bill.customer)
    return render_page(request, "billing/return_receipt.html", context | {"made": made})


@require_safe
@member_required
def note_receipt(request: StoreRequest, pk: UUID) -> HttpResponse:
    """Of goods that came back without their bill."""
    note = get_object_or_404(CreditNote.objects.of(request.store).select_related("customer"), pk=pk)
    note.store = request.store
    context = _shown(request, note_paper(note), "credit_note", pk, note.customer)
    return render_page(request, "billing/return_receipt.html", context | {"made": note})


def _shown(request: StoreRequest, paper: Paper, kind: str, pk: UUID, customer: Customer | None) -> dict[str, Any]:
    if was_printed(kind, pk):
        paper.marks.append(DUPLICATE)
    context: dict[str, Any] = {
        "content": paper, "kind": kind, "pk": pk, "papers": PAPERS, "paper": paper_of(request), "upi": ""
    }  # fmt: skip
    if customer and customer.may_be_messaged and request.membership.sells:
        context["whatsapp"] = whatsapp_link(str(customer.phone), paper_text(paper))
    return context
