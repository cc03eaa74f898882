"""Pages that show several apps at once: the start page and the customer's profile."""

from typing import Any

from django.contrib import messages
from django.db.models import Count, Sum
from django.db.models.functions import Coalesce
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from billing.models import Bill, CreditNote, Return
from customers.models import Customer, Merge, RecordEvent, What
from customers.services import REQUIRED_CALLED
from debts.models import CreditAccount, RepaymentMode
from debts.services import Repayment, repay_debts
from viveka.merge.deeds import deeds_on
from viveka.merge.undoing import why_no_undo
from viveka.stores.access import cashier_required, member_required, reviewer_required
from viveka.stores.changes import tell, with_previous
from viveka.stores.errors import Refused
from viveka.stores.middleware import StoreRequest
from viveka.stores.models import Store
from viveka.stores.money import ZERO, show_amount
from viveka.stores.pages import render_page, safe_next
from viveka.stores.paging import newest_page
from viveka.stores.tracing import changes_of

CHANGES_SHOWN = 100
ROWS_SHOWN = 20
NOTES_SHOWN = 5


@require_safe
@member_required
def home(request: StoreRequest) -> HttpResponse:
    """Where a person starts: a cashier at the counter, the others with today's figures."""
    if not request.membership.sees_cost:
        return redirect("billing:counter")
    day = request.store.day_of(timezone.now())
    today = Bill.objects.of(request.store).filter(day=day)
    figures = today.aggregate(bills=Count("pk"), total=Coalesce(Sum("total"), ZERO))
    taken_back = (Return.objects.of(request.store), CreditNote.objects.of(request.store))
    back = sum((rows.filter(day=day).aggregate(sum=Coalesce(Sum("total"), ZERO))["sum"] for rows in taken_back), ZERO)
    figures["total"] -= back
    return render_page(request, "home.html", {"figures": figures, "back": back})


@require_safe
@member_required
def customer_profile(request: StoreRequest, pk: int) -> HttpResponse:
    """Who the customer is, at a glance; the long panels load on their own addresses.

    A merged record leads to its survivor, a deleted one says so, of an erased one there are number and bills.
    """
    customer = get_object_or_404(Customer.objects.of(request.store).select_related("merged_into"), pk=pk)
    if customer.erased_at:
        return render_page(request, "customers/erased.html", {"customer": customer})
    if customer.merged_into_id:
        return render_page(request, "customers/merged.html", _merged(customer))
    if customer.deleted_at:
        return render_page(request, "customers/deleted.html", {"customer": customer, "event": _deletion(customer)})
    context = {
        "customer": customer,
        "lacking": [REQUIRED_CALLED[field] for field in customer.lacks(request.store.required_customer_fields)],
        "former_phones": customer.phones.filter(former_since__isnull=False).order_by("-former_since")[:ROWS_SHOWN],
        "merged": customer.merged.order_by("pk")[:ROWS_SHOWN],
    }
    return render_page(request, "customers/profile.html", context)


def _merged(customer: Customer) -> dict[str, Any]:
    merges = Merge.objects.filter(loser=customer, undo__isnull=True).select_related("survivor", "loser", "by")
    merge = merges.order_by("-pk").first()
    return {"customer": customer, "merge": merge, "why_no_undo": why_no_undo(merge) if merge else ""}


def _deletion(customer: Customer) -> RecordEvent | None:
    """Who deleted the record last, when and why."""
    return customer.events.filter(what=What.DELETED).select_related("by").order_by("-pk").first()


@require_safe
@member_required
def customer_purchases(request: StoreRequest, pk: int) -> HttpResponse:
    """The customer's bills, newest first, a page at a time; beside the first, goods that came back without a bill."""
    customer = get_object_or_404(Customer.objects.of(request.store), pk=pk)
    page = newest_page(Bill.objects.of(request.store).filter(customer=customer), request.GET, by="at")
    bills = Bill.objects.filter(pk__in=[bill.pk for bill in page.rows]).with_status().newest_first()
    context = {
        "customer": customer,
        "page": page,
        "bills": bills.annotate(items=Count("lines__item", distinct=True)).prefetch_related("payments__method_changes"),
        "notes": [] if page.newer else _notes(request.store, customer),
        "notes_shown": NOTES_SHOWN,
    }
    return render_page(request, "customers/purchases.html", context, fragment="customers/_purchases.html")


def _notes(store: Store, customer: Customer) -> list[CreditNote]:
    """The newest credit notes, one more than are shown."""
    notes = CreditNote.objects.of(store).filter(customer=customer).order_by("-at", "-id")
    return list(notes.annotate(items=Count("lines")).prefetch_related("money__method_changes")[: NOTES_SHOWN + 1])


@require_POST
@cashier_required
def customer_settle(request: StoreRequest, pk: int) -> HttpResponse:
    """Pays as much of the customer's debts as the advance balance covers, and goes back to where that was offered."""
    customer = get_object_or_404(Customer.objects.of(request.store).on_record(), pk=pk)
    amount = min(customer.debt_balance, customer.advance_balance)
    try:
        repayment = Repayment(amount=amount, mode=RepaymentMode.ADVANCE)
        repay_debts(customer=customer, repayment=repayment, by=request.user, now=timezone.now())
    except Refused as refusal:
        messages.error(request, refusal.message if amount else "There is nothing to settle any more.")
    else:
        settled = show_amount(amount, request.store.currency)
        messages.success(request, f"{settled} of what {customer.name} owed is settled from the advance balance.")
    return redirect(safe_next(request) or customer)


@require_safe
@reviewer_required
def customer_changes(request: StoreRequest, pk: int) -> HttpResponse:
    """What was changed on the record, newest first: when, by whom, from what to what."""
    customer = get_object_or_404(Customer.objects.of(request.store), pk=pk)
    events = changes_of(Customer).filter(pgh_obj=customer.pk)
    changes = [tell(event) for event in with_previous(events).order_by("-pgh_id")[:CHANGES_SHOWN]]
    credit = changes_of(CreditAccount).filter(pgh_obj__customer=customer)
    on_credit = [tell(event) for event in with_previous(credit).order_by("-pgh_id")[:CHANGES_SHOWN]]
    context: dict[str, Any] = {
        "customer": customer,
        "changes": changes,
        "deeds": deeds_on(customer, most=CHANGES_SHOWN),
    }
    context["on_credit"] = on_credit
    return render_page(request, "customers/changes.html", context, fragment="customers/_changes.html")
