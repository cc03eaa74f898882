from datetime import timedelta
from decimal import Decimal as D

import pytest
from django.utils import timezone

from billing.models import Bill
from billing.services.buyer import Buyer
from billing.tests.factories import sell, stocked_product, take_back
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


def test_what_came_back_was_not_bought(store, week, manager):
    ravi, asha = (Bill.objects.of(store).filter(customer_name=name).first() for name in ("Ravi", "Asha"))
    take_back(ravi, 4, by=manager)
    take_back(asha, 1, by=manager)
    assert told(top_customers(store, **week)) == [("Ravi", D(100), 1, D(100)), ("Asha", D(100), 1, D(100))]
    numbers = customers_in_numbers(store, **week)
    assert (numbers.known.amount, numbers.known.bills, numbers.known.customers) == (D(200), 2, 2)


def test_no_sales_are_no_error(store):
    numbers = customers_in_numbers(store)
    assert (numbers.amount, numbers.known.average_bill, numbers.known.average_customer) == (0, None, None)
    assert top_customers(store) == []
