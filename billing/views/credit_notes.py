"""Goods without their bill: the form, the notes that were made, the page of one."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from billing.forms.credit_notes import CreditNoteForm, GoodsRow, GoodsRows
from billing.models import CreditNote
from billing.services.buyer import Buyer
from billing.services.credit_notes import NoteItem, note_credit
from billing.views.corrections import money_shown
from customers.models import Customer
from viveka.stores.access import cashier_required, member_required
from viveka.stores.errors import Refused
from viveka.stores.forms import add_refusal, posted
from viveka.stores.idempotency import KeyedRequest
from viveka.stores.middleware import StoreRequest
from viveka.stores.models import User
from viveka.stores.pages import render_page
from viveka.stores.paging import newest_page
from viveka.stores.pin import Allowing


@require_safe
@member_required
def note_list(request: StoreRequest) -> HttpResponse:
    """All credit notes, or those of one `customer`, the newest first."""
    notes, customer = CreditNote.objects.of(request.store).select_related("by"), None
    if asked := request.GET.get("customer"):
        key = int(asked) if asked.isdecimal() and len(asked) < 19 else 0
        customer = get_object_or_404(Customer.objects.of(request.store), pk=key)
        notes = notes.filter(customer=customer)
    page = newest_page(notes, request.GET, by="at")
    return render_page(request, "billing/credit_notes.html", {"page": page, "customer": customer})


@require_http_methods(["GET", "HEAD", "POST"])
@cashier_required
def note_add(request: StoreRequest) -> HttpResponse:
    """Take goods back that have no bill; a cashier needs a manager's PIN."""
    form = CreditNoteForm(posted(request))
    allowing = Allowing(request, what="take goods back without a bill")
    if not request.membership.manages:
        form.fields["reason"].required = False  # the manager says why
    rows = GoodsRows.posted(request.POST) if request.method == "POST" else GoodsRows(more=3)
    if request.method == "POST" and "more" in request.POST:
        rows.more += 3
        form = CreditNoteForm(initial=request.POST.dict())
    elif request.method == "POST" and form.is_valid():
        items = rows.read(request.store)
        if items and (note := _note(request, form, rows, items, allowing)):
            return redirect(note)
        if not rows.rows:
            form.add_error(None, "Say what came back.")
    context = {"form": form, "rows": rows, "blank": GoodsRow(), "allowing": allowing}
    return render_page(request, "billing/credit_note_form.html", context)


def _note(
    request: StoreRequest, form: CreditNoteForm, rows: GoodsRows, items: list[NoteItem], allowing: Allowing
) -> CreditNote | None:
    """The credit note, or None where it was refused; the form or its rows say why."""
    now, said = timezone.now(), form.cleaned_data
    key = KeyedRequest(request.store, request.user, "POST", request.path, str(said["key"]), body=b"")
    try:
        allowed_by: User | None = None
        reason = said["reason"]
        if not request.membership.manages:
            allowed_by, reason = allowing.allowed(now)
        done = note_credit(
            store=request.store, items=items, reason=reason, by=request.user, now=now, give_back=form.give_back(),
            buyer=Buyer(phone=said["phone"], name=said["name"]), allowed_by=allowed_by, request=key,
        )  # fmt: skip
    except Refused as refusal:
        if not allowing.errors:
            before = bool(refusal.errors)
            refusal.errors = rows.refuse(refusal)
            if refusal.errors or not before:
                add_refusal(form, refusal)
        return None
    if done.is_replay:
        messages.info(request, f"{done.note.number} was made already; nothing was done again.")
    else:
        messages.success(request, f"{done.note.number}: the goods are back.")
    return done.note


@require_safe
@member_required
def note_page(request: StoreRequest, pk: UUID) -> HttpResponse:
    """One credit note: what came back, where it went, and what was given for it."""
    notes = CreditNote.objects.of(request.store).select_related("customer", "by", "allowed_by")
    note = get_object_or_404(notes, pk=pk)
    lines = note.lines.select_related("product")
    context = {"note": note, "lines": lines, **money_shown(note.money.all(), "credit_note")}
    return render_page(request, "billing/credit_note.html", context)
