from threading import Event, Thread

import pytest
from django.db import IntegrityError, connection, transaction

from viveka.stores.models import Counter, Store
from viveka.stores.tests.factories import StoreFactory

pytestmark = pytest.mark.django_db


def test_counts_from_one_per_store_and_name(store, other_store):
    assert [Counter.objects.next(store, "CUST") for _ in range(3)] == [1, 2, 3]
    assert Counter.objects.next(store, "bill 2627") == 1
    assert Counter.objects.next(other_store, "CUST") == 1


def test_a_rollback_gives_the_number_back(store):
    Counter.objects.next(store, "CUST")
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        assert Counter.objects.next(store, "CUST") == 2
        raise ZeroDivisionError
    assert Counter.objects.next(store, "CUST") == 2


def test_takes_one_statement(store, django_assert_num_queries):
    with django_assert_num_queries(1):
        Counter.objects.next(store, "CUST")


@pytest.mark.parametrize("value", [0, -1])
def test_the_database_refuses_a_counter_below_one(store, value):
    with pytest.raises(IntegrityError, match="counter_counts_from_one"):
        Counter.objects.create(store=store, name="CUST", value=value)


def test_the_database_refuses_a_second_counter_of_one_name(store):
    Counter.objects.next(store, "CUST")
    with pytest.raises(IntegrityError, match="counter_once_per_store"):
        Counter.objects.create(store=store, name="CUST", value=5)


@pytest.mark.django_db(transaction=True)
def test_another_till_waits_for_the_number_and_gets_it_when_the_first_rolls_back():
    store = StoreFactory()
    Counter.objects.next(store, "CUST")
    asking, got = Event(), []
    other = Thread(target=take_a_number, args=(store, asking, got))
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        assert Counter.objects.next(store, "CUST") == 2
        other.start()
        asking.wait(5)
        other.join(0.2)
        assert got == []
        raise ZeroDivisionError
    other.join(5)
    assert got == [2]


def take_a_number(store: Store, asking: Event, got: list[int]) -> None:
    try:
        asking.set()
        got.append(Counter.objects.next(store, "CUST"))
    finally:
        connection.close()
