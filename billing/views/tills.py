"""The till of this machine: opened, looked into, counted. Past sessions are read by managers and auditors."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from billing.filters import TillSessionFilter
from billing.forms.tills import CashForm, OpenTillForm, TillCountForm, TillForm
from billing.services.till_counts import close_till
from billing.tills import summarize
from debts.views.once import do_once
from viveka.stores.access import cashier_required, manager_required, member_required, reviewer_required
from viveka.stores.errors import Conflict, Missing, Refused
from viveka.stores.forms import add_refusal, posted
from viveka.stores.machine import forget_till, mark_till, till_of_machine
from viveka.stores.middleware import StoreRequest
from viveka.stores.models import Till, TillSession
from viveka.stores.pages import render_page, safe_next
from viveka.stores.paging import newest_page
from viveka.stores.tills import FIRST_TILL, add_till, change_till, move_cash, open_session_at, open_till

PAPERS = {"80": "80 mm", "58": "58 mm", "a4": "A4"}
read_or_post = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@cashier_required
def till_page(request: StoreRequest) -> HttpResponse:
    """What is in the till of this machine; where none is open, how to open one."""
    session = open_session_at(request.store, till_of_machine(request, request.store.pk))
    if session is None:
        return _offer_to_open(request)
    return _show(request, session, form=CashForm())


def _show(request: StoreRequest, session: TillSession, **context: Any) -> HttpResponse:
    context |= {"session": session, "summary": summarize(request.store, session), "is_here": "form" in context}
    context["count"] = getattr(session, "count", None) if session.closed_at else None
    return render_page(request, "billing/till_session.html", context)


def _offer_to_open(request: StoreRequest, form: OpenTillForm | None = None) -> HttpResponse:
    tills = list(Till.objects.of(request.store).in_use())
    sessions = TillSession.objects.of(request.store).open().select_related("till", "opened_by")
    taken = {one.till_id for one in sessions}
    closed = [till for till in tills if till.pk not in taken]
    here = till_of_machine(request, request.store.pk)
    form = form or OpenTillForm(closed=closed, initial={"till": here})
    can_open = bool(closed) or not tills
    asked = request.GET.get("next", request.POST.get("next", ""))
    context = {"form": form, "sessions": sessions, "can_open": can_open, "next": asked}
    return render_page(request, "billing/till_open.html", context)


@require_POST
@cashier_required
def till_open(request: StoreRequest) -> HttpResponse:
    """Open a till with the cash in it; the first one of a store is made by that."""
    store = request.store
    taken = TillSession.objects.of(store).open().values("till")
    form = OpenTillForm(request.POST, closed=list(Till.objects.of(store).in_use().exclude(pk__in=taken)))
    if form.is_valid():
        try:
            till = form.cleaned_data.get("till") or add_till(store=store, name=FIRST_TILL)
            told = {"opening_float": form.cleaned_data["opening_float"], "by": request.user, "now": timezone.now()}
            open_till(store=store, till_id=till.pk, **told)
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            return mark_till(redirect(safe_next(request) or "billing:till"), store.pk, till.pk)
    return _offer_to_open(request, form)


@require_POST
@cashier_required
def till_join(request: StoreRequest, pk: int) -> HttpResponse:
    """This machine stands at a till that is open already."""
    session = get_object_or_404(TillSession.objects.of(request.store).open(), pk=pk)
    return mark_till(redirect(safe_next(request) or "billing:till"), request.store.pk, session.till_id)


@require_POST
@cashier_required
def till_leave(request: StoreRequest) -> HttpResponse:
    """This machine stands at no till any more; the till stays open for the others."""
    return forget_till(redirect("billing:till"), request.store.pk)


@require_POST
@cashier_required
def till_move(request: StoreRequest, pk: int) -> HttpResponse:
    """Put cash in or take it out."""
    session = get_object_or_404(TillSession.objects.of(request.store).select_related("till", "opened_by"), pk=pk)
    form = CashForm(request.POST)
    if form.is_valid():
        told = {name: form.cleaned_data[name] for name in ("direction", "amount", "reason")}
        told |= {"store": request.store, "session_id": pk, "by": request.user, "now": timezone.now()}
        try:
            do_once(request, form.cleaned_data["key"], lambda: move_cash(**told))
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            return redirect("billing:till")
    return _show(request, session, form=form)


@read_or_post
@cashier_required
def till_count(request: StoreRequest, pk: int) -> HttpResponse:
    """Count what is in a till: it is closed, or handed over to who goes on."""
    session = get_object_or_404(TillSession.objects.of(request.store).select_related("till", "opened_by"), pk=pk)
    if session.closed_at:
        return redirect(session)
    form = TillCountForm(posted(request), store=request.store)
    if request.method == "POST" and form.is_valid():
        told: dict[str, Any] = {"store": request.store, "session_id": pk, "by": request.user, "now": timezone.now()}
        try:
            close_till(**told, **form.count())
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            return redirect(session)
    return render_page(request, "billing/till_count.html", {"session": session, "form": form})


@require_safe
@member_required
def session_page(request: StoreRequest, pk: int) -> HttpResponse:
    """One session in numbers, to read."""
    return _show(request, _session(request, pk))


@require_safe
@member_required
def session_slip(request: StoreRequest, pk: int) -> HttpResponse:
    """The same to print, on a slip of 80 or 58 mm or on A4."""
    session = _session(request, pk)
    paper = request.GET.get("paper", "")
    context = {
        "session": session,
        "summary": summarize(request.store, session),
        "count": getattr(session, "count", None) if session.closed_at else None,
        "papers": PAPERS,
        "paper": paper if paper in PAPERS else "80",
    }
    return render_page(request, "billing/till_slip.html", context)


def _session(request: StoreRequest, pk: int) -> TillSession:
    sessions = TillSession.objects.of(request.store).select_related("till", "opened_by")
    return get_object_or_404(sessions.select_related("count__by", "count__handed_to"), pk=pk)


@require_safe
@reviewer_required
def till_list(request: StoreRequest) -> HttpResponse:
    """Past and open sessions, the newest first, and the tills of the store."""
    return _list(request, TillForm())


@require_POST
@manager_required
def till_add(request: StoreRequest) -> HttpResponse:
    form = TillForm(request.POST)
    if form.is_valid():
        try:
            add_till(store=request.store, name=form.cleaned_data["name"])
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            return redirect("billing:tills")
    return _list(request, form)


def _list(request: StoreRequest, form: TillForm) -> HttpResponse:
    sessions = TillSession.objects.of(request.store).select_related("till", "opened_by", "count__by")
    found = TillSessionFilter(request.GET, queryset=sessions, store=request.store)
    tills = Till.objects.of(request.store).order_by("-is_active", "name")
    context = {
        "filter": found, "is_narrowed": any(found.data.get(name) for name in found.form.fields),
        "page": newest_page(found.qs, request.GET, by="opened_at"), "form": form, "tills": tills,
    }  # fmt: skip
    return render_page(request, "billing/tills.html", context)


@require_POST
@manager_required
def till_change(request: StoreRequest, pk: int) -> HttpResponse:
    """Take a till out of use, or take it back into use."""
    try:
        change_till(store=request.store, till_id=pk, is_active="in_use" in request.POST)
    except Missing:
        raise Http404 from None
    except Conflict as conflict:
        messages.error(request, conflict.message)
    return redirect("billing:tills")
