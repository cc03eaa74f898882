"""One customer's statement and aging, and a week of money received, read through indexes: EXPLAIN says so.

Aging of the whole store as of a day reads every debt up to then: there is no less to read.
"""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from billing.received import Wanted, money_by_mode, money_received
from customers.models import Customer
from debts.aging import read_aging
from debts.statement import read_statement
from viveka.stores.models import Store, User

MANY = """
INSERT INTO customers_customer (store_id, number, phone, name, email, address, gst_number, gender, note, is_active,
    created_at, updated_at, advance_balance, debt_balance, total_purchases, purchase_count)
SELECT {store}, 'CUST' || n + 10000, '+9190' || lpad(n::text, 8, '0'), 'Asha ' || n, '', '', '', '', '', true,
       now() - mod(n * 7, 730) * interval '1 day', now(), 0, 50, 0, 0 FROM generate_series(1, 8000) AS n;
INSERT INTO billing_bill (id, store_id, number, year, sequence, at, day, created_at, cashier_id, customer_id,
    customer_number, customer_name, customer_phone, for_name, subtotal, discount, rounding, total, total_cost, change,
    reference_number)
SELECT gen_random_uuid(), {store}, 'B' || id, '2627', id, created_at, created_at::date, now(), {by}, id, number, name,
       phone, '', 300, 0, 0, 300, 80, 0, '' FROM customers_customer WHERE store_id = {store};
INSERT INTO debts_debt (id, store_id, customer_id, amount, for_name, note, allowed_why, at, created_at, paid, returned,
    written_off, balance, status, by_id)
SELECT id, {store}, customer_id, 200, '', '', '', at, now(), 100, 50, 0, 50, 'open', {by} FROM billing_bill
 WHERE store_id = {store};
INSERT INTO billing_payment (store_id, bill_id, method, amount, reference, at, created_at, by_id, debt_id)
SELECT {store}, id, 'cash', 100, '', at, now(), {by}, NULL FROM billing_bill WHERE store_id = {store}
UNION ALL
SELECT {store}, id, 'credit', 200, '', at, now(), {by}, id FROM billing_bill WHERE store_id = {store};
INSERT INTO debts_debtpayment (id, store_id, customer_id, amount, kept_amount, mode, reference, note, at, created_at,
    by_id)
SELECT id, {store}, customer_id, 100, 0, 'upi', '', '', at + interval '1 hour', now(), {by} FROM billing_bill
 WHERE store_id = {store};
INSERT INTO debts_allocation (store_id, payment_id, debt_id, amount, at)
SELECT {store}, id, id, 100, at FROM debts_debtpayment WHERE store_id = {store};
INSERT INTO debts_debtreduction (store_id, debt_id, cause, amount, reason, by_id, at, created_at)
SELECT {store}, id, 'return', 50, 'x', {by}, at + interval '2 hours', now() FROM debts_debt WHERE store_id = {store}
"""
FULL = (
    "customers_customer", "billing_bill", "billing_payment", "debts_debt", "debts_debtpayment", "debts_allocation",
    "debts_debtreduction",
)  # fmt: skip


@pytest.fixture
def many(store: Store, manager: User) -> Iterator[Customer]:
    """8,000 customers over two years, each with a bill, a debt, a payment and a return; made past the triggers."""
    with connection.cursor() as cursor:
        for table in FULL:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(MANY.format(store=store.pk, by=manager.pk))
        cursor.execute(f"ANALYZE {', '.join(FULL)}")
    yield Customer.objects.of(store).get(number="CUST14000")
    transaction.set_rollback(True)  # the keys of these rows need no checking


def plans_of(deed: Callable[[], Any]) -> list[str]:
    """How the database goes about each statement of the deed."""
    plans: list[str] = []

    def explained(execute: Callable, sql: str, params: Any, many: bool, context: Any) -> Any:
        if not sql.startswith("EXPLAIN"):
            with connection.cursor() as cursor:
                cursor.execute(f"EXPLAIN {sql}", params)
                plans.append("\n".join(line for (line,) in cursor.fetchall()))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(explained):
        assert deed()
    return plans


def test_nothing_is_read_but_what_was_asked_for(store: Store, many: Customer) -> None:
    """One test, for the rows take longer to make than to read."""
    today = store.day_of(timezone.now())
    week = Wanted(today - timedelta(days=6), today)
    deeds: dict[str, Callable[[], Any]] = {
        "statement": lambda: len(read_statement(many, None, today).lines) == 3,
        "opening": lambda: read_statement(many, today, today).opening_debt == 50,
        "aging of one": lambda: read_aging(store, today, many),
        "money of a week": lambda: len(money_received(store, week, limit=51)) == 51,
        "money of a week by mode": lambda: money_by_mode(store, week)["cash"] > 1000,
        "money of one": lambda: len(money_received(store, Wanted(customer=many.pk), limit=51)) == 2,
        "money of one by mode": lambda: money_by_mode(store, Wanted(customer=many.pk)),
    }
    slow = [
        f"{what}: {plan}"
        for what, deed in deeds.items()
        for plan in plans_of(deed)
        if any(f"Seq Scan on {table}" in plan for table in FULL)
    ]
    assert not slow, "\n\n".join(slow)
