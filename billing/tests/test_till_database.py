"""What the services refuse of a till, the database refuses too, whoever asks."""

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal as D
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from advances.services import refund_advance
from advances.tests.factories import paid_ahead
from billing.tests.factories import sell, stocked_product, take_back
from billing.tests.till_factories import counted, counted_till, opened_till
from customers.tests.factories import CustomerFactory
from debts.services import Repayment, repay_debts, reverse_payment
from debts.tests.factories import owes
from viveka.stores.models import Store, Till, TillSession, User
from viveka.stores.tests.factories import StoreFactory
from viveka.stores.tills import add_till, standing_at

pytestmark = pytest.mark.django_db
TABLES = ["stores_tillsession", "stores_tillentry", "stores_tillcount"]
MONEY = {
    "billing_payment": "", "billing_moneyback": "", "debts_paymentreversal": "", "advances_walletentry": "",
    "debts_debtpayment": "gen_random_uuid()", "advances_advancepayment": "gen_random_uuid()",
}  # fmt: skip
"""The tables whose rows move money, and what makes a key where the table makes none itself."""


@contextmanager
def refused(words: str) -> Iterator[None]:
    """By the rule of this name, or with a sentence that has these words in it."""
    with pytest.raises(DatabaseError) as caught, transaction.atomic():
        yield
        run("SET CONSTRAINTS ALL IMMEDIATE")
    rule = getattr(getattr(caught.value.__cause__, "diag", None), "constraint_name", "") or ""
    assert words in f"{rule}: {caught.value}"


def run(sql: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values or None)


@pytest.fixture
def closed(store: Store, cashier: User) -> TillSession:
    """Counted and handed over, so that another one is open at the same till."""
    return counted_till(store, cashier)


@pytest.mark.parametrize("table", TABLES)
def test_what_happened_at_a_till_stays(table: str, closed: TillSession) -> None:
    run("SET CONSTRAINTS ALL IMMEDIATE")  # TRUNCATE waits for no key to be judged
    with refused("Cannot update rows"):
        run(f"UPDATE {table} SET created_at = now() + interval '1 day'")
    with refused("Cannot delete rows"):
        run(f"DELETE FROM {table}")
    with refused("are never deleted"):
        run(f"TRUNCATE {table} CASCADE")


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ("closed_at = NULL", "till_closed_by_a_count"),
        ("closed_at = now() + interval '1 hour'", "till_closed_by_a_count"),
        ("opening_float = 1", "Cannot update rows"),
    ],
)
def test_a_closed_session_stays_closed(change: str, rule: str, closed: TillSession) -> None:
    with refused(rule):
        run(f"UPDATE stores_tillsession SET {change} WHERE id = %s", closed.pk)


def test_is_closed_by_a_count_alone(store: Store, cashier: User) -> None:
    session = opened_till(store, cashier)
    with refused("till_closed_by_a_count"):
        run("UPDATE stores_tillsession SET closed_at = now() WHERE id = %s", session.pk)


def test_one_session_is_open_at_a_till(store: Store, cashier: User) -> None:
    session = opened_till(store, cashier)
    with refused("one_open_session_per_till"):
        _session(session.till)
    with refused("opening_float"):
        _session(add_till(store=store, name="Second"), opening_float="'NaN'")
    with refused("till_closed_after_it_was_opened"):
        _session(add_till(store=store, name="Second"), closed_at="now() - interval '1 day'")


def test_a_till_has_a_name_of_its_own(store: Store) -> None:
    add_till(store=store, name="Counter")
    with refused("till_name_once"):
        _till(store, "COUNTER")
    with refused("till_has_a_name"):
        _till(store, "")


@pytest.mark.parametrize(
    ("values", "rule"),
    [
        ("'in', 0, 'x'", "till_entry_is_at_least_a_paisa"),
        ("'in', 'NaN', 'x'", "amount"),
        ("'up', 5, 'x'", "till_entry_goes_in_or_out"),
        ("'out', 5, ''", "till_entry_has_a_reason"),
    ],
)
def test_an_entry_says_what_for(values: str, rule: str, store: Store, cashier: User) -> None:
    session = opened_till(store, cashier)
    with refused(rule):
        _entry(session, values)


def test_nothing_moves_in_a_closed_session(closed: TillSession) -> None:
    with refused("till_session_is_closed"):
        _entry(closed, "'in', 5, 'x'")


def test_is_counted_once_and_a_difference_has_a_note(store: Store, cashier: User, closed: TillSession) -> None:
    with refused("till_session_is_closed"):
        _count(closed, 5, 5)
    session = opened_till(store, cashier, name="Second")
    with refused("till_difference_has_a_note"):
        _count(session, 5, 6)
    with refused("counted"):
        _count(session, 5, -1)
    _count(session, 5, 5)
    with refused("stores_tillcount_session_id"):
        _count(session, 5, 5)


def test_no_money_joins_a_closed_session(store: Store, cashier: User, manager: User) -> None:
    """A copy of each row that moves money is refused by the same rule, whatever else would speak against it."""
    session = opened_till(store, cashier)
    soap, asha = stocked_product(store, by=manager), CustomerFactory(store=store)
    with standing_at(session.till_id):
        bill = sell(store, cashier, [(soap, 2)]).bill
        take_back(bill, 1, by=manager)
        advance = paid_ahead(asha, 300, by=cashier)
        owes(asha, 100, by=cashier)
        now = timezone.now()
        paid = repay_debts(customer=asha, repayment=Repayment(D(60), "cash"), by=cashier, now=now)
        reverse_payment(store=store, payment_id=paid.pk, reason="Wrong", by=manager, now=now)
        refund_advance(
            store=store, advance_id=advance.pk, amount=D(20), mode="cash", reason="Asked", by=manager, now=now
        )
    counted(session, 900, cashier, note="Nobody counted")
    assert advance.till_session_id == session.pk
    for table in MONEY:
        with refused("till_session_is_closed"):
            _again(table, session)


def test_no_row_points_at_a_session_of_another_store(store: Store, cashier: User, manager: User) -> None:
    theirs = opened_till(StoreFactory(), cashier)
    ours = opened_till(store, cashier)
    with refused("session_store_key"):
        run(
            "INSERT INTO stores_tillentry (store_id, session_id, direction, amount, reason, by_id, at, created_at)"
            " VALUES (%s, %s, 'in', 5, 'x', %s, now(), now())",
            store.pk, theirs.pk, cashier.pk,
        )  # fmt: skip
    assert ours.store_id != theirs.store_id


def _till(store: Store, name: str) -> None:
    run("INSERT INTO stores_till (store_id, name, is_active, created_at) VALUES (%s, %s, true, now())", store.pk, name)


def _session(till: Till, opening_float: str = "5", closed_at: str = "NULL") -> None:
    run(
        "INSERT INTO stores_tillsession (store_id, till_id, opening_float, opened_by_id, opened_at, created_at,"
        f" closed_at) SELECT %s, %s, {opening_float}, min(id), now(), now(), {closed_at} FROM stores_user",
        till.store_id, till.pk,
    )  # fmt: skip


def _entry(session: TillSession, values: str) -> None:
    run(
        "INSERT INTO stores_tillentry (store_id, session_id, by_id, at, created_at, direction, amount, reason)"
        f" VALUES (%s, %s, %s, now(), now(), {values})",
        session.store_id, session.pk, session.opened_by_id,
    )  # fmt: skip


def _count(session: TillSession, expected: int, counted: int) -> None:
    run(
        "INSERT INTO stores_tillcount (store_id, session_id, by_id, at, created_at, expected, counted, pieces, note)"
        " VALUES (%s, %s, %s, now(), now(), %s, %s, '{}', '')",
        session.store_id, session.pk, session.opened_by_id, expected, counted,
    )  # fmt: skip


def _again(table: str, session: TillSession) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT string_agg(quote_ident(column_name), ', ') FROM information_schema.columns"
            " WHERE table_name = %s AND column_name <> 'id'",
            [table],
        )
        (columns,) = cursor.fetchone()
        key = ("id, ", f"{MONEY[table]}, ") if MONEY[table] else ("", "")
        cursor.execute(
            f"INSERT INTO {table} ({key[0]}{columns}) SELECT {key[1]}{columns} FROM {table}"
            " WHERE till_session_id = %s LIMIT 1",
            [session.pk],
        )


@pytest.mark.parametrize("minutes", [0, 721])
def test_a_screen_locks_within_half_a_day(minutes: int, store: Store) -> None:
    with refused("store_locks_within_half_a_day"):
        run("UPDATE stores_store SET locks_after_minutes = %s WHERE id = %s", minutes, store.pk)
