"""Among 100,000 customers every list, look-up and report reads through an index: EXPLAIN says so."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from customers.models import Customer
from viveka.reports.customers import customers_in_numbers, top_customers
from viveka.stores.models import Store, User
from viveka.stores.paging import RECENT

CUSTOMERS = """
INSERT INTO customers_customer (store_id, number, phone, name, email, address, gst_number, gender, note, is_active,
    created_at, updated_at, advance_balance, debt_balance, total_purchases, purchase_count, last_purchase_at)
SELECT {store}, 'CUST' || n + 10000, '+9190' || lpad(n::text, 8, '0'), 'Asha ' || md5(n::text), '', '', '', '', '',
       mod(n, 1000) > 0, now(), now(), mod(n, 200) / 199, mod(n, 100) / 99, mod(n, 9999), sign(mod(n, 3)),
       CASE WHEN mod(n, 3) > 0 THEN now() - n * interval '1 minute' END
  FROM generate_series(1, 100000) AS n
"""
BILLS = """
INSERT INTO billing_bill (id, store_id, number, year, sequence, at, day, created_at, cashier_id, customer_id,
    customer_number, customer_name, customer_phone, for_name, subtotal, discount, rounding, total, total_cost, change,
    reference_number)
SELECT gen_random_uuid(), {store}, 'B' || row_number() OVER (), '2627', row_number() OVER (),
       now() - mod(id, 365) * interval '1 day', (now() - mod(id, 365) * interval '1 day')::date, now(), {by}, id,
       number, name, phone, '', 100, 0, 0, 100, 80, 0, ''
  FROM customers_customer WHERE store_id = {store} AND mod(id, 4) = 0
"""
LIST = reverse("customers:list")
COLUMNS = ["number", "name", "phone", "debt_balance", "advance_balance", "total_purchases", "last_purchase_at"]


@pytest.fixture
def many(store: Store, manager: User) -> Iterator[Customer]:
    """A hundred thousand, made past the triggers (whose rows nobody reads here), and one from their middle."""
    with connection.cursor() as cursor:
        for table, rows in (("customers_customer", CUSTOMERS), ("billing_bill", BILLS)):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            cursor.execute(rows.format(store=store.pk, by=manager.pk))
        cursor.execute(
            "INSERT INTO customers_customerphone (store_id, phone, customer_id)"
            " SELECT store_id, phone, id FROM customers_customer WHERE id % 10 = 0"
        )
        cursor.execute("ANALYZE customers_customer, customers_customerphone, billing_bill")
    yield Customer.objects.of(store).get(number="CUST60000")
    transaction.set_rollback(True)  # the keys of these rows need no checking


def plans_of(deed: Callable[[], Any]) -> list[str]:
    """How the database went about each statement of the deed that reads customers or bills."""
    plans: list[str] = []

    def explained(execute: Callable, sql: str, params: Any, many: bool, context: Any) -> Any:
        if re.search(r'FROM "?(customers_customer|billing_bill)\b', sql) and not sql.startswith("EXPLAIN"):
            with connection.cursor() as cursor:
                cursor.execute(f"EXPLAIN (ANALYZE, TIMING OFF) {sql}", params)
                plans.append("\n".join([str(sql)[:400], *(line for (line,) in cursor.fetchall())]))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(explained):
        deed()
    assert plans
    return plans


def reads_through(plan: str) -> bool:
    """Whether the plan goes through one of the long tables, or leaves out more rows than the newest that a search
    looks at."""
    removed = (int(found) for found in re.findall(r"Rows Removed by (?:Index Recheck|Filter): (\d+)", plan))
    return bool(re.search(r"Seq Scan on (customers_\w+|billing_bill)\b", plan)) or max(removed, default=0) > RECENT


def lists(middle: Customer) -> Iterator[dict[str, str]]:
    """What may be asked of the directory: words, filters, and each order, from its beginning and from its middle."""
    yield {}
    yield from ({"q": text} for text in ("asha", "asha b5", middle.name.split()[1][:8], "CUST60000", "9000050000"))
    long_ago = f"{timezone.now() - timedelta(days=69):%Y-%m-%d}"
    yield from (
        {"owes": "on"}, {"advance": "on"}, {"active": "yes"}, {"active": "no"}, {"bought": "9990"},
        {"not_since": long_ago}, {"show": "deleted"}, {"show": "merged"}, {"incomplete": "on"},
        {"owes": "on", "advance": "on"}, {"owes": "on", "sort": "-debt_balance"},
    )  # fmt: skip
    for column in COLUMNS:
        value = middle.pk if column == "number" else getattr(middle, column)
        for sort in (column, f"-{column}"):
            for place in ({}, {"before": f"{value}~{middle.pk}"}, {"after": f"{value}~{middle.pk}"}):
                yield {"sort": sort, **place}


def test_among_100000_customers_everything_is_read_through_an_index(
    cashier_client: Client, store: Store, many: Customer
) -> None:
    """One test, for the rows take longer to make than to read."""
    store.requires_email = True
    store.save()
    deeds: list[tuple[Any, Callable[[], Any]]] = [
        (query, lambda query=query: cashier_client.get(LIST, query)) for query in lists(many)
    ]
    today = store.day_of(timezone.now())
    week = {"first": today - timedelta(days=6), "last": today}
    deeds += [
        ("by phone", lambda: Customer.objects.with_phone(store, "+919000050000")),
        ("by name", lambda: Customer.objects.the_one_named(store, many.name)),
        ("bills of one", lambda: cashier_client.get(reverse("customer-purchases", args=[many.pk]))),
        ("top customers", lambda: top_customers(store, **week)),
        ("top by visits", lambda: top_customers(store, **week, by="visits")),
        ("in numbers", lambda: customers_in_numbers(store, **week)),
    ]
    slow = [(what, plan) for what, deed in deeds for plan in plans_of(deed) if reads_through(plan)]
    assert not slow, "\n\n".join(f"{what}: {plan}" for what, plan in slow)
