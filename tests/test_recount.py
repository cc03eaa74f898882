"""Customers counted anew: each difference is told and put right, and normally there is none."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from customers.models import Customer
from tests.books.money_books import trade_ahead_and_on_credit
from viveka.books.check import check_books
from viveka.legacy.recount import COUNTED, recount

pytestmark = pytest.mark.django_db
SPOILT = """
UPDATE customers_customer SET total_purchases = total_purchases + 1, purchase_count = 0, last_purchase_at = now(),
       debt_balance = debt_balance + 2, advance_balance = advance_balance + 3 WHERE id = %s
"""


@pytest.fixture
def usha(store, manager):
    made = trade_ahead_and_on_credit(store, manager)
    return Customer.objects.get(pk=made["usha"])


def figures(customer):
    return Customer.objects.filter(pk=customer.pk).values_list(*COUNTED).get()


def spoil(customer):
    with connection.cursor() as cursor:
        cursor.execute(SPOILT, [customer.pk])


def test_normally_nothing_differs(store, usha, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert recount(store=store) == []


def test_each_difference_is_told_and_put_right(store, usha):
    right = figures(usha)
    spoil(usha)
    told = recount(store=store)
    assert [(one.customer_id, one.number, one.field) for one in told] == [
        (usha.pk, usha.number, field) for field in COUNTED
    ]
    assert tuple(one.counted for one in told) == figures(usha) == right
    assert recount(store=store) == []
    assert [verdict.rule.name for verdict in check_books(store) if not verdict.is_ok] == []


def test_another_stores_customers_are_left_alone(usha, other_store):
    spoil(usha)
    before = figures(usha)
    assert recount(store=other_store) == []
    assert figures(usha) == before


def test_the_command_tells_and_a_dry_run_changes_nothing(store, usha):
    def said(**more):
        out = StringIO()
        call_command("recount", store=store.slug, stdout=out, **more)
        return out.getvalue()

    assert "No difference" in said()
    spoil(usha)
    before = figures(usha)
    assert "5 differences, nothing changed" in said(dry_run=True)
    assert figures(usha) == before
    assert f"{usha.number}  debt_balance" in said()
    assert "No difference" in said()
    with pytest.raises(CommandError):
        call_command("recount", store="nowhere")
