"""Advances that expire: only where the store says so, by whole days, and once."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal as D
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from advances.models import AdvancePayment, WalletEntry
from advances.services import expire_advances
from advances.tests.factories import history, paid_ahead, remains, used
from customers.tests.factories import CustomerFactory
from viveka.stores.models import Store

pytestmark = pytest.mark.django_db


def expire(store: Store, *flags: str) -> str:
    out = StringIO()
    call_command("expire_advances", "--store", store.slug, *flags, stdout=out)
    return out.getvalue()


@pytest.fixture
def old(store: Store) -> AdvancePayment:
    """₹500 of 40 days ago, ₹100 of them used; the store lets go after 30 days."""
    store.advance_expiry_days = 30
    store.save()
    asha = CustomerFactory(store=store, name="Asha Rao", phone="+919876543210")
    advance = paid_ahead(asha, 500, at=timezone.now() - timedelta(days=40))
    paid_ahead(asha, 70)
    used(asha, 100)
    return advance


def test_lets_what_remains_go(store: Store, old: AdvancePayment) -> None:
    said = expire(store)
    assert "₹400.00" in said and "Asha Rao 98765 43210" in said
    assert said.endswith("1 advances expired: ₹400.00.\n")
    kept = AdvancePayment.objects.get(pk=old.pk)
    assert (kept.utilized_amount, kept.expired_amount, kept.status) == (D(100), D(400), "expired")
    assert history(old.customer)[-1] == (D(-400), D(70))
    entry = WalletEntry.objects.get(cause="expiry")
    assert (entry.by, entry.reason) == (None, "Older than 30 days")


def test_twice_on_a_day_changes_nothing_the_second_time(store: Store, old: AdvancePayment) -> None:
    expire(store)
    before = list(WalletEntry.objects.values()), list(AdvancePayment.objects.values())
    assert expire(store) == "0 advances expired: ₹0.00.\n"
    assert before == (list(WalletEntry.objects.values()), list(AdvancePayment.objects.values()))


def test_a_dry_run_writes_nothing(store: Store, old: AdvancePayment) -> None:
    before = list(WalletEntry.objects.values()), list(AdvancePayment.objects.values())
    assert expire(store, "--dry-run").endswith("1 advances would expire: ₹400.00.\n")
    assert before == (list(WalletEntry.objects.values()), list(AdvancePayment.objects.values()))


def test_is_off_unless_the_store_says_so(store: Store, old: AdvancePayment) -> None:
    store.advance_expiry_days = None
    store.save()
    assert "never expire" in expire(store)
    assert remains(old) == [D(400)]


def test_leaves_other_stores_alone(store: Store, other_store: Store, old: AdvancePayment) -> None:
    theirs = paid_ahead(CustomerFactory(store=other_store), 9, at=timezone.now() - timedelta(days=400))
    expire(store)
    assert remains(theirs) == [D(9)]
    with pytest.raises(CommandError, match="no store nowhere"):
        call_command("expire_advances", "--store", "nowhere")


@pytest.mark.parametrize(
    ("paid", "left"),
    [
        (datetime(2026, 4, 30, 18, 29, tzinfo=UTC), [0]),  # 23:59 of 30 April in India: 31 days before 31 May
        (datetime(2026, 4, 30, 18, 31, tzinfo=UTC), [10]),  # 00:01 of 1 May: 30 days, which is not above 30
    ],
)
def test_counts_the_stores_own_days(store: Store, paid: datetime, left: list[int], settings: Any) -> None:
    advance = paid_ahead(CustomerFactory(store=store), 10, at=paid)
    for hour in (19, 23):  # 00:30 and 04:30 of 31 May
        expire_advances(store=store, days=30, now=datetime(2026, 5, 30, hour, tzinfo=UTC))
    assert remains(advance) == [D(one) for one in left]
