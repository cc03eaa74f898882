"""Screens for managers: merging two records and undoing that, likely duplicates, erasing a person."""

from typing import Any

from django.contrib import messages
from django.db.models import Max
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from customers.duplicates import dismiss_duplicate, refresh_duplicates
from customers.looking import Look
from customers.models import Customer, LikelyPair, Merge
from viveka.merge.choice import Preview, preview_merge
from viveka.merge.erasing import erase_customer
from viveka.merge.forms import EraseForm, MergeForm
from viveka.merge.merging import merge_customers
from viveka.merge.undoing import undo_merge
from viveka.stores.access import manager_required
from viveka.stores.errors import Conflict, Missing, Refused
from viveka.stores.forms import add_refusal, posted
from viveka.stores.middleware import StoreRequest
from viveka.stores.models import Store
from viveka.stores.pages import go_on, render_page
from viveka.stores.paging import newest_page
from viveka.stores.phone import show_phone

read_or_post = require_http_methods(["GET", "HEAD", "POST"])
PAIRS_SHOWN = 50
MOST_COMPARED = 40_000
REASONS = {
    "name": "similar names",
    "phone": "phones that differ in a digit",
    "email": "the same e-mail address",
    "gst_number": "the same GST number",
    "address": "similar addresses",
}


@require_safe
@manager_required
def merge_pick(request: StoreRequest, pk: int) -> HttpResponse:
    """Whom to merge with: a search among the others."""
    customer = get_object_or_404(Customer.objects.of(request.store), pk=pk)
    if not customer.is_on_record:
        return redirect(customer)
    text = request.GET.get("q", "")[:200]
    others = Customer.objects.of(request.store).on_record().exclude(pk=pk)
    page = newest_page(others.matching(text), request.GET, is_search=True, among=others) if text.strip() else None
    context = {"customer": customer, "text": text, "found": page.rows if page else []}
    return render_page(request, "merge/pick.html", context, fragment="merge/_found.html")


@read_or_post
@manager_required
def merge_pair(request: StoreRequest, pk: int, other: int) -> HttpResponse:
    """The two side by side: `pk` is kept, `other` goes into it. Posting merges them."""
    kept, gone = (get_object_or_404(Customer.objects.of(request.store), pk=one) for one in (pk, other))
    for one in (kept, gone):
        if not one.is_on_record or pk == other:
            return redirect(one)
    preview = preview_merge(store=request.store, survivor_id=pk, loser_id=other)
    form = MergeForm(posted(request), choices=preview.fields)
    if request.method == "POST" and form.is_valid():
        try:
            merge_customers(
                store=request.store,
                survivor_id=pk,
                loser_id=other,
                by=request.user,
                now=timezone.now(),
                keep=form.keep,
                reason=form.cleaned_data["reason"],
            )
        except Missing:
            raise
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, f"{gone.number} is part of {kept.number} now, and leads here.")
            return redirect(kept)
    context = {
        "preview": preview,
        "form": form,
        "fields": _fields(request.store, preview, form),
        "moving": ", ".join(f"{count} {what}" for what, count in preview.moving.items()),
    }
    return render_page(request, "merge/pair.html", context)


def _fields(store: Store, preview: Preview, form: MergeForm) -> list[dict[str, Any]]:
    """The fields that at least one of the two has, as people read them."""
    rows = []
    for choice in preview.fields:
        if choice.survivor or choice.loser:
            ours, theirs = (_shown(store, choice.field, one) for one in (choice.survivor, choice.loser))
            rows.append(
                {
                    "field": choice.field,
                    "label": choice.label,
                    "survivor": ours,
                    "loser": theirs,
                    "differs": choice.differs,
                    "stays": form.stays(choice),
                    "may_lose": choice.field != "phone" or bool(choice.loser),
                }
            )
    return rows


def _shown(store: Store, field: str, value: str) -> str:
    if field == "phone":
        return show_phone(value, store.region)
    if field == "gender":
        return value.capitalize()
    return value


@require_POST
@manager_required
def merge_undo(request: StoreRequest, pk: int) -> HttpResponse:
    """Two records again; where that can't be any more, the message says why."""
    merge = get_object_or_404(Merge.objects.select_related("loser"), store=request.store, pk=pk)
    try:
        undo_merge(store=request.store, merge_id=pk, by=request.user, now=timezone.now())
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, f"The merge is undone: {merge.loser.number} is a record of its own again.")
    return redirect(merge.loser)


@require_safe
@manager_required
def duplicate_list(request: StoreRequest) -> HttpResponse:
    """Pairs that may be one person each, the likeliest first, until they are merged or said to be two."""
    offered = LikelyPair.objects.of(request.store).offered()
    pairs = list(offered.select_related("first", "second")[: PAIRS_SHOWN + 1])
    found_at = LikelyPair.objects.of(request.store).aggregate(last=Max("found_at"))["last"]
    context = {
        "pairs": [(pair, _reasons(pair)) for pair in pairs[:PAIRS_SHOWN]],
        "has_more": len(pairs) > PAIRS_SHOWN,
        "most": PAIRS_SHOWN,
        "found_at": found_at,
        "is_running": Look(request.store).is_running,
    }
    return render_page(request, "merge/duplicates.html", context)


def _reasons(pair: LikelyPair) -> list[str]:
    return [REASONS.get(one, one) for one in pair.reasons.split(",") if one]


@require_POST
@manager_required
def duplicates_look(request: StoreRequest) -> HttpResponse:
    """Compare all customers anew; a page asks meanwhile how far it is."""
    look, store = Look(request.store), request.store
    try:
        if Customer.objects.of(store).on_record()[: MOST_COMPARED + 1].count() > MOST_COMPARED:
            raise Conflict(
                f"More than {MOST_COMPARED:,} customers take longer than a page may."
                f" Whoever runs the server compares them: manage.py find_duplicates --store {store.slug}"
            )
        with look.under_way():
            refresh_duplicates(store=store, now=timezone.now(), watch=look.note)
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, "All customers were compared.")
    return go_on(request, "duplicates")


@require_safe
@manager_required
def duplicates_progress(request: StoreRequest) -> HttpResponse:
    """How far the comparison is; the part asks again by itself as long as it runs."""
    look = Look(request.store)
    done, total = look.progress
    context = {"is_running": look.is_running, "done": done, "total": total, "counted": ("pairs", "compared")}
    return render_page(request, "merge/_look_progress.html", context)


@require_POST
@manager_required
def duplicate_dismiss(request: StoreRequest, pk: int) -> HttpResponse:
    """These are two people."""
    pair = get_object_or_404(LikelyPair.objects.select_related("first", "second"), store=request.store, pk=pk)
    dismiss_duplicate(store=request.store, pk=pk, by=request.user, now=timezone.now())
    messages.success(
        request, f"{pair.first.number} and {pair.second.number} are two people. They are not offered again."
    )
    return redirect("duplicates")


@read_or_post
@manager_required
def customer_erase(request: StoreRequest, pk: int) -> HttpResponse:
    """Everything that says who a deleted customer was goes, once the number is typed; bills keep their amounts."""
    customer = get_object_or_404(Customer.objects.of(request.store), pk=pk)
    if customer.merged_into_id or customer.erased_at or not customer.deleted_at:
        return redirect(customer)
    form = EraseForm(posted(request), customer=customer)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        try:
            erase_customer(store=request.store, pk=pk, by=request.user, now=timezone.now(), reason=reason)
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, f"{customer.number} is erased. Bills keep their amounts and the number.")
            return redirect(customer)
    return render_page(request, "merge/erase.html", {"form": form, "customer": customer})
