"""One appointment, booking or enquiry, and what is done with it."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from advances.models import Appointment, Enquiry
from advances.services.record_changes import (
    add_advance_for,
    advances_of,
    clashes_with,
    finish_record,
    reschedule_appointment,
)
from billing.services.record_bills import standing_bill
from billing.services.record_sales import carry_to_counter, reopen_record
from viveka.diary.forms import MoveForm, PaidForm, initial_of
from viveka.diary.kinds import KINDS
from viveka.diary.reading import find
from viveka.diary.tables import badge
from viveka.stores.access import cashier_required, member_required
from viveka.stores.changes import tell, with_previous
from viveka.stores.errors import Missing, Refused
from viveka.stores.middleware import StoreRequest
from viveka.stores.money import ZERO, show_amount
from viveka.stores.pages import render_page

CHANGES = 20


@require_safe
@member_required
def record(request: StoreRequest, kind: str, pk: UUID) -> HttpResponse:
    """The record with its customer, lines, advances, bill and history."""
    return show(request, kind, pk)


def show(request: StoreRequest, kind: str, pk: UUID, **said: Any) -> HttpResponse:
    """The page of a record, with forms of it that were refused."""
    found = find(request, kind, pk)
    context: dict[str, Any] = {
        "kind": KINDS[kind],
        "record": found,
        "badge": badge(found),
        "changes": [tell(event) for event in with_previous(_events(found)).order_by("-pgh_id")[:CHANGES]],
    }
    if isinstance(found, Enquiry):
        context["became"] = [*found.appointments.all(), *found.bookings.all()]
    else:
        context |= _money(request, found)
    if isinstance(found, Appointment):
        context["clashes"] = clashes_with(found)
        context["move"] = MoveForm(store=request.store, initial=initial_of(found, request.store))
    return render_page(request, "diary/record.html", {**context, **said})


def _events(found: Any) -> Any:
    return type(found).pgh_event_model.objects.filter(pgh_obj=found.pk)


def _money(request: StoreRequest, found: Any) -> dict[str, Any]:
    advances = list(advances_of(found).select_related("by"))
    return {
        "lines": list(found.lines.order_by("position")),
        "advances": advances,
        "left": sum((one.remaining_amount for one in advances), ZERO),
        "bill": standing_bill(found),
        "paid": PaidForm(store=request.store),
    }


def _do(request: StoreRequest, kind: str, pk: UUID, deed: Callable[[], Any], done: str) -> HttpResponse:
    """Do it and go back to the page of the record; a refusal is said there."""
    found = find(request, kind, pk)
    try:
        deed()
    except Missing as missing:
        messages.error(request, missing.message)
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, done)
    return redirect(found)


@require_POST
@cashier_required
def finish(request: StoreRequest, kind: str, pk: UUID) -> HttpResponse:
    said = {"store": request.store, "kind": kind, "pk": pk, "by": request.user, "now": timezone.now()}
    return _do(request, kind, pk, lambda: finish_record(**said), "Marked as done.")


@require_POST
@cashier_required
def reopen(request: StoreRequest, kind: str, pk: UUID) -> HttpResponse:
    return _do(request, kind, pk, lambda: reopen_record(store=request.store, kind=kind, pk=pk), "Open again.")


@require_POST
@cashier_required
def to_counter(request: StoreRequest, kind: str, pk: UUID) -> HttpResponse:
    """Put it into a cart at the counter and go there."""
    found = find(request, kind, pk)
    try:
        carried = carry_to_counter(store=request.store, by=request.user, kind=kind, pk=pk)
    except Refused as refusal:
        messages.error(request, refusal.message)
        return redirect(found)
    if carried.left_out:
        names = ", ".join(f"“{name}”" for name in carried.left_out)
        messages.warning(request, f"No product on sale has the name {names}. Add what it stands for.")
    return redirect("billing:counter")


@require_POST
@cashier_required
def move(request: StoreRequest, pk: UUID) -> HttpResponse:
    """Another time for an appointment; its advance stays."""
    found = find(request, "appointment", pk)
    form = MoveForm(request.POST, store=request.store)
    if not form.is_valid():
        return show(request, "appointment", pk, move=form)
    try:
        moved = reschedule_appointment(store=request.store, pk=pk, begins_at=form.begins_at)
    except Refused as refusal:
        messages.error(request, refusal.message)
        return redirect(found)
    begins = timezone.localtime(moved.scheduled_at, request.store.zone)
    messages.success(request, f"Moved to {begins:%a %-d %b %Y, %H:%M}.")
    return redirect(found)


@require_POST
@cashier_required
def take_advance(request: StoreRequest, kind: str, pk: UUID) -> HttpResponse:
    """More money ahead for an open appointment or booking."""
    found = find(request, kind, pk)
    form = PaidForm(request.POST, store=request.store)
    if not form.is_valid():
        return show(request, kind, pk, paid=form)
    try:
        advance = add_advance_for(
            store=request.store, kind=kind, pk=pk, paid=form.paid, by=request.user, now=timezone.now()
        )
    except Refused as refusal:
        for sentence in refusal.errors.pop("paymentMode", []):
            form.add_error("mode", sentence)
        if refusal.errors.get("amount"):
            form.add_error("amount", refusal.message)
        if form.errors:
            return show(request, kind, pk, paid=form)
        messages.error(request, refusal.message)
        return redirect(found)
    receipt = reverse("advances:receipt", args=[advance.pk])
    messages.success(request, f"{show_amount(advance.amount, request.store.currency)} is taken in advance.")
    return redirect(receipt)
