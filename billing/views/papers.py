"""Receipts given out: printed, as a PDF, in a message. Looking at one notes nothing; each of these does."""

from collections.abc import Callable
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_POST

from advances.models import AdvancePayment
from billing.models import Bill, CreditNote, PrintWay, Return
from billing.papers.content import DUPLICATE, PAPERS, Paper
from billing.papers.of_goods import bill_paper, note_paper, return_paper
from billing.papers.of_money import advance_paper, debt_payment_paper
from billing.papers.pdf import paper_pdf
from billing.services.printing import note_print
from billing.upi import upi_code
from debts.models import DebtPayment
from viveka.stores.access import cashier_required
from viveka.stores.errors import Missing
from viveka.stores.middleware import StoreRequest
from viveka.stores.models import Store
from viveka.stores.pages import render_page


def _bill(store: Store, pk: UUID) -> Paper:
    bills = Bill.objects.of(store).with_status().select_related("store", "debt_payment", "kept_advance")
    return bill_paper(get_object_or_404(bills, pk=pk))


def _return(store: Store, pk: UUID) -> Paper:
    return return_paper(get_object_or_404(Return.objects.of(store).select_related("store", "bill"), pk=pk))


def _note(store: Store, pk: UUID) -> Paper:
    return note_paper(get_object_or_404(CreditNote.objects.of(store).select_related("store"), pk=pk))


def _advance(store: Store, pk: UUID) -> Paper:
    advances = AdvancePayment.objects.of(store).select_related("store", "customer")
    return advance_paper(get_object_or_404(advances, pk=pk))


def _debt_payment(store: Store, pk: UUID) -> Paper:
    payments = DebtPayment.objects.filter(store=store).select_related("store", "customer", "by", "reversal")
    return debt_payment_paper(get_object_or_404(payments, pk=pk))


READERS: dict[str, Callable[[Store, UUID], Paper]] = {
    "bill": _bill, "goods_return": _return, "credit_note": _note, "advance": _advance, "debt_payment": _debt_payment,
}  # fmt: skip


def paper_of(request: StoreRequest) -> str:
    """The form of paper that an address or a form asks for."""
    asked = request.POST.get("paper", "") or request.GET.get("paper", "")
    return asked if asked in PAPERS else "80"


@require_POST
@cashier_required
def printed(request: StoreRequest, kind: str, pk: UUID) -> HttpResponse:
    """Note that a receipt is being printed, or sent; the receipt as it is to be printed."""
    way = PrintWay.MESSAGE if request.POST.get("way") == PrintWay.MESSAGE else PrintWay.PRINT
    content = _given_out(request, kind, pk, way)
    context = {"content": content, "paper": paper_of(request), "upi": upi_code(content.upi)}
    return render_page(request, "billing/_paper.html", context)


@require_POST
@cashier_required
def pdf(request: StoreRequest, kind: str, pk: UUID) -> HttpResponse:
    """The receipt as a file, to keep or to send."""
    content = _given_out(request, kind, pk, PrintWay.PDF)
    name = f"{content.title}-{content.number}.pdf".replace(" ", "-").lower()
    headers = {"Content-Disposition": f'inline; filename="{name}"'}
    return HttpResponse(paper_pdf(content, paper_of(request)), content_type="application/pdf", headers=headers)


def _given_out(request: StoreRequest, kind: str, pk: UUID, way: str) -> Paper:
    if kind not in READERS:
        raise Http404
    try:
        is_duplicate = note_print(store=request.store, kind=kind, pk=pk, way=way, by=request.user, now=timezone.now())
    except Missing:
        raise Http404 from None
    paper = READERS[kind](request.store, pk)
    if is_duplicate:
        paper.marks.append(DUPLICATE)
    return paper
