"""Two records of one person, each with bills and carts."""

import json
from dataclasses import dataclass

import pytest
from django.db import connection

from billing.services.buyer import Buyer
from billing.tests.factories import filled_cart, sell, stocked_product
from customers.models import Customer
from viveka.stores.models import Store, User


@dataclass
class Pair:
    """The one to keep, the other, and the shop."""

    store: Store
    by: User
    soap: object
    survivor: Customer
    loser: Customer

    def sell(self, customer: Customer, quantity: int = 1):
        return sell(self.store, self.by, [(self.soap, quantity)], buyer=Buyer(customer_id=customer.pk)).bill

    def reload(self) -> None:
        self.survivor = Customer.objects.get(pk=self.survivor.pk)
        self.loser = Customer.objects.get(pk=self.loser.pk)


OURS, THEIRS = "+919876543210", "+919876543211"


@pytest.fixture
def pair(store, manager):
    soap = stocked_product(store, batches=[(1000, 80, 100)], by=manager)
    ours = Customer.objects.find_or_create(store=store, phone=OURS, details={"name": "Asha Rao"}).customer
    details = {"name": "Aasha Rao", "email": "asha@example.com", "note": "twice a week"}
    theirs = Customer.objects.find_or_create(store=store, phone=THEIRS, details=details).customer
    made = Pair(store, manager, soap, ours, theirs)
    for customer, quantity in ((ours, 1), (theirs, 2), (theirs, 3)):
        made.sell(customer, quantity)
    filled_cart(store, manager, [(soap, 1)], customer=theirs, phone="98765 43211", customer_name="Aasha")
    made.reload()
    return made


WITHOUT = {"updated_at", "search"}


def rows(table, *customers):
    """The rows of customers as they stand, without the time of the last change."""
    column = "id" if table == "customers_customer" else "customer_id"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT to_jsonb(t) FROM {table} AS t WHERE {column} = ANY(%s) ORDER BY id", [list(customers)])
        found = [row for (row,) in cursor.fetchall()]
    found = [json.loads(row) for row in found]
    return [{name: value for name, value in row.items() if name not in WITHOUT} for row in found]


def everything(pair):
    keys = (pair.survivor.pk, pair.loser.pk)
    tables = ("customers_customer", "customers_customerphone", "billing_bill", "billing_cart")
    return {table: rows(table, *keys) for table in tables}


def sums(store):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sum(total_purchases), sum(purchase_count), sum(debt_balance), sum(advance_balance),"
            " max(last_purchase_at) FROM customers_customer WHERE store_id = %s", [store.pk],
        )  # fmt: skip
        return cursor.fetchone()
