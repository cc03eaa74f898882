"""Pages that show several apps at once: the start page and the customer's profile."""

from django.db.models import Count, Sum
from django.db.models.functions import Coalesce
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_safe

from billing.models import Bill
from customers.models import Customer
from viveka.stores.access import member_required, reviewer_required
from viveka.stores.changes import tell, with_previous
from viveka.stores.middleware import StoreRequest
from viveka.stores.money import ZERO
from viveka.stores.pages import render_page
from viveka.stores.paging import newest_page

CHANGES_SHOWN = 100


@require_safe
@member_required
def home(request: StoreRequest) -> HttpResponse:
    """Where a person starts: a cashier at the counter, the others with today's figures."""
    if not request.membership.sees_cost:
        return redirect("billing:counter")
    today = Bill.objects.of(request.store).filter(day=request.store.day_of(timezone.now()))
    figures = today.aggregate(bills=Count("pk"), total=Coalesce(Sum("total"), ZERO))
    return render_page(request, "home.html", {"figures": figures})


@require_safe
@member_required
def customer_profile(request: StoreRequest, pk: int) -> HttpResponse:
    """Who the customer is, at a glance; the long panels load on their own addresses."""
    customer = get_object_or_404(Customer.objects.of(request.store), pk=pk)
    return render_page(request, "customers/profile.html", {"customer": customer})


@require_safe
@member_required
def customer_purchases(request: StoreRequest, pk: int) -> HttpResponse:
    """The customer's bills, newest first, a page at a time."""
    customer = get_object_or_404(Customer.objects.of(request.store), pk=pk)
    page = newest_page(Bill.objects.of(request.store).filter(customer=customer), request.GET, by="at")
    bills = Bill.objects.filter(pk__in=[bill.pk for bill in page.rows]).newest_first()
    context = {
        "customer": customer,
        "page": page,
        "bills": bills.annotate(items=Count("lines__item", distinct=True)).prefetch_related("payments"),
    }
    return render_page(request, "customers/purchases.html", context, fragment="customers/_purchases.html")


@require_safe
@reviewer_required
def customer_changes(request: StoreRequest, pk: int) -> HttpResponse:
    """What was changed on the record, newest first: when, by whom, from what to what."""
    customer = get_object_or_404(Customer.objects.of(request.store), pk=pk)
    events = Customer.pgh_event_models["update"].objects.filter(pgh_obj=customer.pk)  # type: ignore[attr-defined]
    changes = [tell(event) for event in with_previous(events).order_by("-pgh_id")[:CHANGES_SHOWN]]
    context = {"customer": customer, "changes": changes}
    return render_page(request, "customers/changes.html", context, fragment="customers/_changes.html")
