"""The reports of advances as tables for files, each by its name."""

from collections.abc import Callable, Iterator
from typing import Any

from viveka.reports.advance_customers import highest_balances, new_customers, paid_ahead_again
from viveka.reports.advance_uses import how_fast_used, services_that_bring_advances
from viveka.reports.advances import Span, advances_by_kind, advances_by_step, moved_row
from viveka.stores.models import Store
from viveka.stores.phone import show_phone

MOST = 10_000
Rows = Iterator[tuple[Any, ...]]
_MOVED = ("Advances", "Collected", "Used", "Given back", "Refunded", "Expired")


def _days(store: Store, span: Span, step: str) -> Rows:
    yield "From", *_MOVED, "Held at the end"
    for one in advances_by_step(store, span, step):
        yield one.begins, *moved_row(one.moved), one.outstanding


def _kinds(store: Store, span: Span, step: str) -> Rows:
    yield "Brought by", *_MOVED, "Still open", "Held at the end", "Average left"
    for one in advances_by_kind(store, span):
        yield one.name, *moved_row(one.moved), one.open_count, one.outstanding, one.average_left


def _speed(store: Store, span: Span, step: str) -> Rows:
    yield "Used", "Uses", "Amount", "Per cent"
    for one in how_fast_used(store, span).ages:
        yield one.name, one.uses, one.amount, one.share


def _services(store: Store, span: Span, step: str) -> Rows:
    yield "Service or item", "Advances", "Amount"
    for one in services_that_bring_advances(store, span, most=MOST):
        yield one.name, one.advances, one.amount


def _balances(store: Store, span: Span, step: str) -> Rows:
    yield "Number", "Name", "Phone", "Balance"
    for one in highest_balances(store, most=MOST):
        yield one.number, one.name, show_phone(one.phone, store.region), one.advance_balance


def _again(store: Store, span: Span, step: str) -> Rows:
    yield "Number", "Name", "Phone", "Times", "Paid ahead", "Last time"
    for one in paid_ahead_again(store, span, most=MOST)[1]:
        buyer = one.customer
        phone = show_phone(buyer.phone, store.region)
        yield buyer.number, buyer.name, phone, one.times, one.paid, store.day_of(one.latest)


def _newcomers(store: Store, span: Span, step: str) -> Rows:
    yield "From", "New customers", "Paid ahead"
    for one in new_customers(store, span, step):
        yield one.begins, one.new, one.paid_ahead


TABLES: dict[str, Callable[[Store, Span, str], Rows]] = {
    "days": _days,
    "kinds": _kinds,
    "speed": _speed,
    "services": _services,
    "balances": _balances,
    "again": _again,
    "newcomers": _newcomers,
}
