"""Bills that stand: found again, and told in full."""

from django.db.models import Prefetch, Sum
from django.db.models.functions import Coalesce
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_safe

from billing.filters import BillFilter
from billing.models import Bill, BillMove, BillStatus, MethodChange, MovementReason, StockMovement
from billing.tables import BillTable
from viveka.stores.access import member_required
from viveka.stores.middleware import StoreRequest
from viveka.stores.money import ZERO
from viveka.stores.pages import render_page
from viveka.stores.paging import newest_page


@require_safe
@member_required
def bill_list(request: StoreRequest) -> HttpResponse:
    """All bills, the newest first."""
    bills = Bill.objects.of(request.store).with_status().select_related("cashier")
    found = BillFilter(request.GET, queryset=bills, store=request.store)
    page = newest_page(found.qs, request.GET, by="at", is_search=found.is_search)
    table = BillTable(page.rows, membership=request.membership, today=request.store.day_of(timezone.now()))
    context = {"filter": found, "page": page, "table": table}
    return render_page(request, "billing/bills.html", context, fragment="billing/_bills.html")


@require_safe
@member_required
def bill_page(request: StoreRequest, pk: str) -> HttpResponse:
    """One bill: lines with the batches they came from, payments, customer."""
    bills = Bill.objects.of(request.store).with_status()
    bill = get_object_or_404(bills.select_related("cashier", "customer", "debt_payment", "kept_advance"), pk=pk)
    sold = StockMovement.objects.filter(reason__in=[MovementReason.SOLD, MovementReason.SETTLED])
    sold = sold.select_related("batch").order_by("id")
    lines = (
        bill.lines.order_by("position")
        .select_related("product", "shortage", "served_by", "allowed_by")
        .annotate(later_cost=Coalesce(Sum("shortage__settlements__cost"), ZERO))
    )
    lines = lines.prefetch_related(Prefetch("movements", sold, to_attr="sold"))
    for line in lines:
        line.settled_cost = line.later_cost
    context = {
        "bill": bill,
        "lines": lines,
        "is_cost_unknown": any(line.is_cost_unknown for line in lines),
        "payments": bill.payments.prefetch_related("method_changes"),
        "corrections": _corrections(bill),
        "returns": bill.returns.select_related("by").newest_first(),
        "may_void": bill.status == BillStatus.STANDING and bill.day == request.store.day_of(timezone.now()),
    }
    return render_page(request, "billing/bill.html", context)


def _corrections(bill: Bill) -> list[BillMove | MethodChange]:
    """What was put right of the bill, in the order of time."""
    moves = list(bill.moves.select_related("by"))
    changes = list(MethodChange.objects.filter(payment__bill=bill).select_related("by"))
    return sorted([*moves, *changes], key=lambda one: (one.at, one.pk))
