"""Customers for tests."""

import factory
from factory.django import DjangoModelFactory

from customers.models import CUST, Customer
from viveka.stores.models import Counter
from viveka.stores.tests.factories import StoreFactory


class CustomerFactory(DjangoModelFactory[Customer]):
    """A customer with a phone and the next number of the store's counter."""

    class Meta:
        model = Customer

    store = factory.SubFactory(StoreFactory)
    number = factory.LazyAttribute(lambda made: f"{CUST}{Counter.objects.next(made.store, CUST):04d}")
    phone = factory.Sequence(lambda n: f"+9198{n % 100_000_000:08d}")
    name = factory.Sequence(lambda n: f"Asha Rao {n}")
