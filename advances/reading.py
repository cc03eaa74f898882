"""What is read of advances for their pages: what each paid for, the wallet with its balance, until when it holds."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Prefetch, Q, QuerySet, Sum

from advances.models import AdvancePayment, Utilization, WalletEntry
from advances.models.advance import AdvanceQuerySet
from customers.models import Customer
from viveka.stores.models import Store
from viveka.stores.money import ZERO
from viveka.stores.paging import Page, newest_page

# What a use settled is written by the apps that know of advances; it is found from here without naming them.
_SETTLED = ("deduction__payment__bill", "deduction__debt_payment")


def with_uses(advances: AdvanceQuerySet) -> AdvanceQuerySet:
    """Each with its utilizations and the bill or debt payment behind them: one query more, however many there are."""
    uses = Utilization.objects.select_related(*_SETTLED).order_by("at", "id")
    return advances.prefetch_related(Prefetch("utilizations", uses))


@dataclass(frozen=True, slots=True)
class WalletLine:
    """An entry of the wallet, and the balance after it."""

    entry: WalletEntry
    balance: Decimal


def wallet_of(customer: Customer) -> "QuerySet[WalletEntry]":
    """The customer's wallet with what its lines are about."""
    return customer.wallet.select_related("advance", "by", "allowed_by", *_SETTLED)


def wallet_page(customer: Customer, query: Mapping[str, str]) -> tuple[Page[WalletEntry], list[WalletLine]]:
    """A page of the wallet, newest first. The balance is summed up to its newest line and told back from there, so that
    merged histories read as one and no page reads more than it shows."""
    page = newest_page(wallet_of(customer), query, by="at")
    lines = []
    balance = balance_after(page.rows[0]) if page.rows else ZERO
    for entry in page.rows:
        lines.append(WalletLine(entry, balance))
        balance -= entry.change
    return page, lines


def balance_after(entry: WalletEntry) -> Decimal:
    """What the customer had paid ahead after this entry. One query."""
    until = Q(at__lt=entry.at) | Q(at=entry.at, id__lte=entry.pk)
    rows = WalletEntry.objects.filter(until, customer=entry.customer_id, at__lte=entry.at)
    return rows.aggregate(sum=Sum("change"))["sum"] or ZERO


def usable_until(advance: AdvancePayment, store: Store) -> date | None:
    """The last day on which it can be used; None where advances don't expire, or nothing is left of it."""
    if store.advance_expiry_days is None or not advance.remaining_amount:
        return None
    return store.day_of(advance.at) + timedelta(days=store.advance_expiry_days)
