"""Screens of old books for managers: debts without an owner, and the reports of what was brought in."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import DecimalField, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce, Lower
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from billing.models import BooksRun, OldDebt, OldDebtPayment
from customers.models import Customer
from viveka.legacy.assigning import assign_debts, assign_rest
from viveka.legacy.forms import MOST_AT_ONCE, AssignForm
from viveka.legacy.reporting import reasons, report_rows, told_lines
from viveka.legacy.tables import OldDebtTable, RunTable
from viveka.stores.access import manager_required
from viveka.stores.downloads import csv_file
from viveka.stores.errors import Missing, Refused
from viveka.stores.forms import add_refusal, posted
from viveka.stores.middleware import StoreRequest
from viveka.stores.models import Store
from viveka.stores.money import ZERO, show_amount
from viveka.stores.pages import render_page
from viveka.stores.paging import newest_page
from viveka.stores.phone import phone_fragment

MATCHES = 12
LINES_SHOWN = 200
read_or_post = require_http_methods(["GET", "HEAD", "POST"])


def with_left(debts: QuerySet[OldDebt]) -> QuerySet[OldDebt]:
    """Each with `left`: what the older program had not been paid of it."""
    paid = OldDebtPayment.objects.filter(old_debt=OuterRef("pk")).order_by().values("old_debt")
    money: DecimalField = DecimalField(max_digits=12, decimal_places=2)
    return debts.annotate(left=F("amount") - Coalesce(Subquery(paid.annotate(sum=Sum("amount")).values("sum")), ZERO,
                                                      output_field=money))  # fmt: skip


def matching(debts: QuerySet[OldDebt], text: str) -> QuerySet[OldDebt]:
    """Whose name or number has these words, or whose phone these digits."""
    text = text.strip().replace("\0", "")
    if not text:
        return debts
    found = Q(name__icontains=text) | Q(key=text)
    if len(digits := phone_fragment(text)) >= 4:
        found |= Q(phone__contains=digits.lstrip("0") or digits) | Q(typed_phone__contains=digits)
    return debts.filter(found)


@require_safe
@manager_required
def old_debt_list(request: StoreRequest) -> HttpResponse:
    """What nobody owes yet, the newest first; counted in no balance until it is assigned."""
    text = request.GET.get("q", "")[:100]
    waiting = OldDebt.objects.of(request.store).without_owner()
    page = newest_page(with_left(matching(waiting, text)), request.GET, by="at", is_search=bool(text.strip()))
    context: dict[str, Any] = {"page": page, "text": text, "table": OldDebtTable(page.rows, store=request.store)}
    context |= with_left(waiting).aggregate(sum=Coalesce(Sum("left"), ZERO))
    context["count"] = waiting.count()
    return render_page(request, "legacy/debts.html", context, fragment="legacy/_debts.html")


@read_or_post
@manager_required
def old_debts_assign(request: StoreRequest) -> HttpResponse:
    """Give the debts that are ticked, or all of one name, to a customer who is searched for or made."""
    form = AssignForm(posted(request), store=request.store)
    if request.method == "POST" and form.is_valid():
        try:
            return _assign(request, form.cleaned_data)
        except Refused as refusal:
            add_refusal(form, refusal)
    debts: list[Any] = list(with_left(_picked(request)).order_by("-at", "-id")[:MOST_AT_ONCE])
    if not debts:
        messages.info(request, "Pick the debts to assign.")
        return redirect("old-debts")
    words = request.GET.get("q", debts[0].phone or debts[0].name)[:200]
    context = {
        "form": form, "debts": debts, "words": words, "sum": sum((debt.left for debt in debts), ZERO),
        "customers": _customers(request.store, words), "first": debts[0], "count": len(debts),
    }  # fmt: skip
    return render_page(request, "legacy/assign.html", context, fragment="legacy/_customers.html")


def _assign(request: StoreRequest, said: dict[str, Any]) -> HttpResponse:
    store, now = request.store, timezone.now()
    if said["customer"]:
        customer = Customer.objects.of(store).on_record().filter(pk=said["customer"]).first()
        if customer is None:
            raise Missing("No such customer.", "customer")
    else:
        found = Customer.objects.find_or_create(
            store=store, phone=said["phone"], details={"name": said["name"]}
        )  # fmt: skip
        customer = found.customer
    keys = [debt.pk for debt in said["debt"]]
    n = assign_debts(store=store, debts=keys, customer=customer, by=request.user, now=now)
    messages.success(request, f"{n} old debt{'' if n == 1 else 's'} of {customer} now.")
    return redirect("old-debts")


def _picked(request: StoreRequest) -> QuerySet[OldDebt]:
    """The debts that the address or the form names; with `same` all that say the same name and phone as that one."""
    said = request.POST if request.method == "POST" else request.GET
    waiting = OldDebt.objects.of(request.store).without_owner()
    if one := _keys([said.get("same", "")]):
        like = waiting.filter(pk=one[0]).first()
        if like is None:
            return waiting.none()
        return waiting.annotate(folded=Lower("name")).filter(folded=like.name.lower(), phone=like.phone)
    return waiting.filter(pk__in=_keys(said.getlist("debt")[:MOST_AT_ONCE]))


def _keys(texts: list[str]) -> list[UUID]:
    keys = []
    for text in texts:
        try:
            keys.append(OldDebt._meta.pk.to_python(text))
        except ValidationError:
            continue
    return [key for key in keys if key]


def _customers(store: Store, words: str) -> list[Customer]:
    if not words.strip():
        return []
    keys = list(Customer.objects.of(store).on_record().matching(words).order_by()[:200].values_list("pk", flat=True))
    return list(Customer.objects.of(store).filter(pk__in=keys).newest_first()[:MATCHES])


@require_POST
@manager_required
def old_debts_unknown(request: StoreRequest) -> HttpResponse:
    """Put all that is left on the customer Unknown."""
    try:
        customer, n = assign_rest(store=request.store, by=request.user, now=timezone.now())
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        customer.refresh_from_db()
        owes = show_amount(customer.debt_balance, request.store.currency)
        messages.success(request, f"{n} old debts are {customer}'s now, who owes {owes}.")
    return redirect("old-debts")


@require_safe
@manager_required
def run_list(request: StoreRequest) -> HttpResponse:
    """Imports and linkings, the newest first."""
    runs = BooksRun.objects.filter(store=request.store).select_related("books")
    page = newest_page(runs, request.GET)
    context = {"page": page, "table": RunTable(page.rows, store=request.store)}
    context["waiting"] = OldDebt.objects.of(request.store).without_owner().count()
    return render_page(request, "legacy/runs.html", context)


@require_safe
@manager_required
def run_page(request: StoreRequest, pk: int) -> HttpResponse:
    """One report: the counts, the reasons, and the first of its lines; all of them are in the file."""
    run = get_object_or_404(BooksRun.objects.select_related("books", "by"), store=request.store, pk=pk)
    context = {"run": run, "counts": list(told_lines(run.counts)), "reasons": reasons(run),
               "lines": run.lines.order_by("pk")[:LINES_SHOWN], "shown": LINES_SHOWN}  # fmt: skip
    return render_page(request, "legacy/run.html", context)


@require_safe
@manager_required
def run_csv(request: StoreRequest, pk: int) -> HttpResponse:
    """The whole report as a file."""
    run = get_object_or_404(BooksRun, store=request.store, pk=pk)
    return csv_file(report_rows(run), f"old-books-{run.pk}.csv")
