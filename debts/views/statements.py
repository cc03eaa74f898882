"""The statement of a customer and the aging of the store, read from entries with dates alone."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_safe

from customers.views.directory import csv_file
from debts.aging import BUCKETS, AgedCustomer, read_aging, total_of
from debts.forms import DayForm, PeriodForm
from debts.statement import Statement, read_statement
from debts.views.once import customer_of
from debts.words import statement_text
from viveka.stores.access import member_required, reviewer_required
from viveka.stores.middleware import StoreRequest
from viveka.stores.pages import render_page
from viveka.stores.phone import whatsapp_link

DAYS_SHOWN = 90
CUSTOMERS_SHOWN = 200


def _period(request: StoreRequest) -> tuple[PeriodForm, date | None, date]:
    """The days asked for; without any, the last ninety. What can't be read is said at the field."""
    today = request.store.day_of(timezone.now())
    usual = {"first": today - timedelta(days=DAYS_SHOWN), "last": today}
    form = PeriodForm(request.GET if {"first", "last"} & set(request.GET) else usual)
    form.is_valid()
    said = getattr(form, "cleaned_data", {})
    return form, said.get("first"), said.get("last") or today


@require_safe
@member_required
def statement(request: StoreRequest, pk: int) -> HttpResponse:
    """Debts, payments, returns, write-offs and advances of a period, with the running balances."""
    customer = customer_of(request, pk)
    form, first, last = _period(request)
    told = read_statement(customer, first, last)
    context: dict[str, Any] = {"customer": customer, "form": form, "statement": told}
    if customer.may_be_messaged and request.membership.sells:
        context["whatsapp"] = whatsapp_link(str(customer.phone), statement_text(request.store, told))
    return render_page(request, "debts/statement.html", context)


@require_safe
@reviewer_required
def statement_csv(request: StoreRequest, pk: int) -> HttpResponse:
    """The same as a file."""
    customer = customer_of(request, pk)
    form, first, last = _period(request)
    if form.errors:
        return redirect("debts:statement", customer.pk)
    return csv_file(_lines(read_statement(customer, first, last)), f"statement-{customer.number}-{last}.csv")


def _lines(told: Statement) -> Iterator[tuple[Any, ...]]:
    zone = told.customer.store.zone
    yield ("Date", "What", "Reference", "Note", "Debit", "Credit", "Owed", "Advance", "Advance balance")
    yield (told.first or "", "Opening balance", "", "", "", "", told.opening_debt, "", told.opening_advance)
    for line in told.lines:
        yield (
            f"{line.at.astimezone(zone):%Y-%m-%d %H:%M}", line.text, line.reference, line.note, line.debit or "",
            line.credit or "", line.debt_balance, line.advance_change or "", line.advance_balance,
        )  # fmt: skip
    yield (told.last, "Closing balance", "", "", "", "", told.closing_debt, "", told.closing_advance)


def _aging(request: StoreRequest) -> tuple[DayForm, date, list[AgedCustomer]]:
    today = request.store.day_of(timezone.now())
    form = DayForm(request.GET if "day" in request.GET else {"day": today})
    form.is_valid()
    day = getattr(form, "cleaned_data", {}).get("day") or today
    return form, day, read_aging(request.store, day)


@require_safe
@member_required
def aging(request: StoreRequest) -> HttpResponse:
    """Who owed what at the end of a day, by how long it was due; who owed most first."""
    form, day, owing = _aging(request)
    largest = sorted(owing, key=lambda one: (-one.aged.total, one.number))
    context = {
        "form": form, "day": day, "buckets": BUCKETS, "owing": largest[:CUSTOMERS_SHOWN], "total": total_of(owing),
        "count": len(owing), "hidden": max(len(owing) - CUSTOMERS_SHOWN, 0),
    }  # fmt: skip
    return render_page(request, "debts/aging.html", context)


@require_safe
@reviewer_required
def aging_csv(request: StoreRequest) -> HttpResponse:
    """All of them as a file, in the order of their numbers, the total last."""
    form, day, owing = _aging(request)
    if form.errors:
        return redirect("debts:aging")
    rows: list[tuple[Any, ...]] = [("Number", "Customer", *(name.capitalize() for name in BUCKETS), "Total")]
    rows += [(one.number, one.name, *one.aged.amounts, one.aged.total) for one in owing]
    total = total_of(owing)
    return csv_file([*rows, ("", "Total", *total.amounts, total.total)], f"aging-{day}.csv")
