"""Advances: the list of them, one by itself, taking one."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from advances.filters import AdvanceFilter
from advances.forms.paying import AdvanceForm
from advances.models import AdvancePayment
from advances.reading import usable_until, with_uses
from advances.services import add_advance
from advances.tables import AdvanceTable, advance_rows, status_badge
from advances.words import balance_text, message_link, reference_url
from customers.models import Customer
from viveka.stores.access import cashier_required, member_required, reviewer_required
from viveka.stores.downloads import ask_again, table_file, why_not
from viveka.stores.errors import Refused
from viveka.stores.forms import add_refusal, posted
from viveka.stores.middleware import StoreRequest
from viveka.stores.money import show_amount
from viveka.stores.pages import render_page
from viveka.stores.paging import newest_page

read_or_post = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@member_required
def advance_list(request: StoreRequest) -> HttpResponse:
    """All advances of the store, newest first."""
    found = AdvanceFilter(request.GET, store=request.store)
    page = newest_page(found.qs.select_related("customer", "by"), request.GET, by="at")
    context = {"filter": found, "page": page, "table": AdvanceTable(page.rows, store=request.store)}
    return render_page(request, "advances/list.html", context, fragment="advances/_list.html")


@require_safe
@reviewer_required
def advance_export(request: StoreRequest, kind: str) -> HttpResponse:
    """What the list shows for the same query, all of it."""
    found = AdvanceFilter(request.GET, store=request.store)
    if why := why_not(kind, found.qs, found.form):
        return ask_again(request, why, "advances:list")
    name = f"advances-{request.store.day_of(timezone.now())}.{kind}"
    return table_file(advance_rows(request.store, found.qs), name, sheet="Advances")


@require_safe
@member_required
def advance_page(request: StoreRequest, pk: UUID) -> HttpResponse:
    """One advance: what brought it, what it paid for, what else became of it."""
    advance = find_advance(request, pk)
    uses = list(with_uses(AdvancePayment.objects.filter(pk=pk)).get().utilizations.all())
    context = {
        "advance": advance,
        "badge": status_badge(advance),
        "brought_by": reference_url(advance),
        "uses": uses,
        "entries": advance.entries.select_related("by", "allowed_by").order_by("at", "id"),
        "until": usable_until(advance, request.store),
        "message": message_link(advance.customer, balance_text(request.store, advance.customer)),
        "may_be_reversed": advance.remaining_amount == advance.amount and not advance.is_left_over,
    }
    return render_page(request, "advances/advance.html", context)


@read_or_post
@cashier_required
def advance_take(request: StoreRequest, customer_pk: int) -> HttpResponse:
    """An advance straight from the customer, without an appointment or a booking."""
    customer = get_object_or_404(Customer.objects.of(request.store).on_record(), pk=customer_pk)
    now = timezone.now()
    form = AdvanceForm(posted(request), membership=request.membership, now=now)
    if request.method == "POST" and form.is_valid():
        try:
            advance = add_advance(
                customer=customer, by=request.user, now=now, request=form.request_of(request), **form.told
            )
        except Refused as refusal:
            _say(form, refusal, {"paymentMode": "mode"})
        else:
            messages.success(request, f"{show_amount(advance.amount, request.store.currency)} is taken in advance.")
            return redirect("advances:receipt", advance.pk)
    return render_page(request, "advances/take.html", {"customer": customer, "form": form})


def find_advance(request: StoreRequest, pk: UUID) -> AdvancePayment:
    """The store's own, with its customer; else 404."""
    advances = AdvancePayment.objects.of(request.store).select_related("customer", "by")
    advance: AdvancePayment = get_object_or_404(advances, pk=pk)
    return advance


def _say(form: AdvanceForm, refusal: Refused, called: dict[str, str]) -> None:
    """A refusal at the fields that it names, under the names of the form."""
    refusal.errors = {called.get(field, field): said for field, said in refusal.errors.items()}
    add_refusal(form, refusal)
