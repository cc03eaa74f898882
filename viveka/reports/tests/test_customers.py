from datetime import timedelta
from decimal import Decimal as D

import pgtrigger
import pytest
from django.db import connection
from django.utils import timezone

from billing.services.buyer import Buyer
from billing.tests.factories import sell, stocked_product
from viveka.reports.customers import customers_in_numbers, top_customers

pytestmark = pytest.mark.django_db


@pytest.fixture
def week(store, other_store, manager):
    """Asha buys twice for 100, Ravi once for 500, nobody once for 200; Uma long ago, somebody elsewhere."""
    now = timezone.now()
    soap = stocked_product(store, batches=[(1000, 80, 100)], by=manager)
    elsewhere = stocked_product(other_store, batches=[(1000, 80, 100)], by=manager)
    for name, quantity, days in (("Asha", 1, 0), ("Asha", 1, 1), ("Ravi", 5, 0), ("", 2, 1), ("Uma", 9, 40)):
        sell(store, manager, [(soap, quantity)], buyer=Buyer(name=name), now=now, at=now - timedelta(days=days))
    sell(other_store, manager, [(elsewhere, 50)], buyer=Buyer(name="Asha"))
    today = store.day_of(now)
    return {"first": today - timedelta(days=7), "last": today}


def told(buyers):
    return [(buyer.customer.name, buyer.amount, buyer.visits, buyer.average) for buyer in buyers]


def test_top_customers_by_amount_and_by_visits(store, week, django_assert_num_queries):
    asha, ravi = ("Asha", D(200), 2, D(100)), ("Ravi", D(500), 1, D(500))
    with django_assert_num_queries(2):
        assert told(top_customers(store, **week)) == [ravi, asha]
    assert told(top_customers(store, **week, by="visits")) == [asha, ravi]
    assert told(top_customers(store, most=1)) == [("Uma", D(900), 1, D(900))]


def test_anonymous_sales_stand_beside(store, week, django_assert_num_queries):
    with django_assert_num_queries(1):
        numbers = customers_in_numbers(store, **week)
    assert (numbers.known.amount, numbers.known.bills, numbers.known.customers) == (D(700), 3, 2)
    assert (numbers.known.average_bill, numbers.known.average_customer) == (D("233.33"), D(350))
    assert (numbers.anonymous.amount, numbers.anonymous.bills, numbers.anonymous.average_bill) == (D(200), 1, D(200))
    assert numbers.amount == 900


def test_no_sales_are_no_error(store):
    numbers = customers_in_numbers(store)
    assert (numbers.amount, numbers.known.average_bill, numbers.known.average_customer) == (0, None, None)
    assert top_customers(store) == []


CUSTOMERS = """
INSERT INTO customers_customer (store_id, number, phone, name, email, address, gst_number, gender, note, is_active,
    created_at, updated_at, advance_balance, debt_balance, total_purchases, purchase_count)
SELECT {store}, 'CUST' || n + 10000, '+9190' || lpad(n::text, 8, '0'), 'Asha ' || n, '', '', '', '', '',
       true, now(), now(), 0, 0, 0, 0
  FROM generate_series(1, 100000) AS n
"""
BILLS = """
INSERT INTO billing_bill (id, store_id, number, year, sequence, at, day, created_at, cashier_id, customer_id,
    customer_number, customer_name, customer_phone, for_name, subtotal, discount, rounding, total, total_cost, change,
    reference_number)
SELECT gen_random_uuid(), {store}, 'B' || row_number() OVER (), '2627', row_number() OVER (),
       now() - mod(id, 365) * interval '1 day', (now() - mod(id, 365) * interval '1 day')::date, now(), {by}, id,
       number, name, phone, '', 100, 0, 0, 100, 80, 0, ''
  FROM customers_customer WHERE store_id = {store}
"""


def test_the_days_asked_for_are_read_through_an_index(store, manager):
    """100,000 customers with a bill each over a year: a week is read without going through the rest."""
    with pgtrigger.ignore("billing.Bill:adds_up"), connection.cursor() as cursor:
        cursor.execute(CUSTOMERS.format(store=store.pk))
        cursor.execute(BILLS.format(store=store.pk, by=manager.pk))
        cursor.execute("ANALYZE billing_bill")
    today = store.day_of(timezone.now())
    plans = []

    def explained(execute, sql, params, many, context):
        if 'FROM "billing_bill"' in sql and not sql.startswith("EXPLAIN"):
            with connection.cursor() as cursor:
                cursor.execute(f"EXPLAIN {sql}", params)
                plans.append("\n".join(line for (line,) in cursor.fetchall()))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(explained):
        week = {"first": today - timedelta(days=6), "last": today}
        assert len(top_customers(store, **week)) == 50
        assert customers_in_numbers(store, **week).known.bills > 1000
    assert len(plans) == 2
    for plan in plans:
        assert "Seq Scan" not in plan, plan
        assert "Index" in plan, plan
