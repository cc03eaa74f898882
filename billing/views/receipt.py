"""The receipt of a bill, on screen and on paper."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from billing.models import Bill
from billing.services.balances_told import balances_told
from viveka.stores.access import member_required
from viveka.stores.middleware import StoreRequest
from viveka.stores.pages import render_page


@require_safe
@member_required
def receipt(request: StoreRequest, pk: UUID) -> HttpResponse:
    bill = get_object_or_404(Bill.objects.of(request.store).select_related("cashier"), pk=pk)
    payments = list(bill.payments.select_related("debt"))
    told = balances_told(bill, payments)
    context = {"bill": bill, "lines": bill.lines.all(), "payments": payments, "told": told}
    return render_page(request, "billing/receipt.html", context)
