"""The receipt of an advance, on screen and on paper."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from advances.models import AdvancePayment, WalletCause
from advances.reading import balance_after, usable_until
from advances.words import message_link, receipt_text
from viveka.stores.access import member_required
from viveka.stores.middleware import StoreRequest
from viveka.stores.pages import render_page

PAPERS = {"80": "80 mm", "58": "58 mm", "a4": "A4"}


@require_safe
@member_required
def receipt(request: StoreRequest, pk: UUID) -> HttpResponse:
    """Who paid how much ahead, the balance with it, and until when it holds; for a slip of 80 or 58 mm, or A4."""
    advances = AdvancePayment.objects.of(request.store).select_related("customer", "by")
    advance = get_object_or_404(advances, pk=pk)
    balance = balance_after(advance.entries.get(cause=WalletCause.ADVANCE))
    paper = request.GET.get("paper", "")
    context = {
        "advance": advance,
        "customer": advance.customer,
        "balance": balance,
        "until": usable_until(advance, request.store),
        "message": message_link(advance.customer, receipt_text(request.store, advance, balance)),
        "papers": PAPERS,
        "paper": paper if paper in PAPERS else "80",
    }
    return render_page(request, "advances/receipt.html", context)
