"""Bills that stand: found again, and told in full."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_safe

from billing.filters import BillFilter
from billing.models import Bill
from billing.tables import BillTable
from viveka.stores.access import member_required
from viveka.stores.middleware import StoreRequest
from viveka.stores.pages import render_page
from viveka.stores.paging import newest_page


@require_safe
@member_required
def bill_list(request: StoreRequest) -> HttpResponse:
    """All bills, the newest first."""
    bills = Bill.objects.of(request.store).select_related("cashier")
    found = BillFilter(request.GET, queryset=bills, store=request.store)
    page = newest_page(found.qs, request.GET, by="at", is_search=found.is_search)
    table = BillTable(page.rows, membership=request.membership, today=request.store.day_of(timezone.now()))
    context = {"filter": found, "page": page, "table": table}
    return render_page(request, "billing/bills.html", context, fragment="billing/_bills.html")


@require_safe
@member_required
def bill_page(request: StoreRequest, pk: str) -> HttpResponse:
    """One bill: lines with the batches they came from, payments, customer."""
    bills = Bill.objects.of(request.store).select_related("cashier", "customer", "debt_payment", "kept_advance")
    bill = get_object_or_404(bills, pk=pk)
    lines = bill.lines.select_related("product").prefetch_related("movements__batch")
    context = {"bill": bill, "lines": lines, "payments": bill.payments.all()}
    return render_page(request, "billing/bill.html", context)
