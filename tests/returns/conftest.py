"""The books are looked at after every test."""

import pytest

from billing.tests.factories import stocked_product
from customers.tests.factories import CustomerFactory
from viveka.books.check import check_books


@pytest.fixture(autouse=True)
def books_stay_sound(request):
    yield
    assert {verdict.rule.name: verdict.wrong for verdict in check_books() if not verdict.is_ok} == {}


@pytest.fixture
def asha(store):
    return CustomerFactory(store=store)


@pytest.fixture
def soap(store):
    """50 pieces at 100, which cost 80."""
    return stocked_product(store, batches=[(50, 80, 100)])
