"""Tiles of the counter: favourites that managers pin, and best sellers without a barcode."""

from decimal import Decimal as D

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from billing.models import CartLine, Product
from billing.services.tiles import FILLED_UP_TO, counter_tiles
from billing.tests.counter.pressing import LIVE
from billing.tests.factories import ProductFactory, sell, stocked_product
from viveka.stores.models import Store, User
from viveka.stores.tests.factories import StoreFactory

pytestmark = pytest.mark.django_db
COUNTER = reverse("billing:counter")


def names(store: Store) -> list[str]:
    return [product.name for product, _ in counter_tiles(store, store.day_of(timezone.now()))]


def test_favourites_come_first_then_what_sells_most_of_what_no_scanner_reads(store: Store, cashier: User) -> None:
    milk = stocked_product(store, name="Milk")
    bread = stocked_product(store, name="Bread", batches=[(90, 20, 30)])
    soap = stocked_product(store, name="Soap", barcode="8901")
    gone = stocked_product(store, name="Gone")
    stocked_product(store, name="Tea", is_favourite=True)
    stocked_product(store, name="Bun", is_favourite=True, is_active=False)
    for basket in ([(milk, 1), (bread, 1), (soap, 1)], [(bread, 5)], [(soap, 1), (gone, 1)], [(soap, 1)]):
        sell(store, cashier, basket)
    Product.objects.filter(pk=gone.pk).update(is_active=False)
    theirs = StoreFactory()
    sell(theirs, cashier, [(stocked_product(theirs, name="Theirs"), 1)])
    assert names(store) == ["Tea", "Bread", "Milk"]


def test_best_sellers_fill_up_to_a_dozen(store: Store, cashier: User) -> None:
    goods = [stocked_product(store) for _ in range(FILLED_UP_TO + 3)]
    sell(store, cashier, [(one, 1) for one in goods])
    assert len(names(store)) == FILLED_UP_TO
    Product.objects.filter(pk__in=[one.pk for one in goods[:4]]).update(is_favourite=True)
    assert len(names(store)) == FILLED_UP_TO


def test_a_tile_puts_its_product_into_the_cart(cashier_client: Client, store: Store) -> None:
    tea = stocked_product(store, name="Tea", is_favourite=True, batches=[(9, 5, 10)])
    page = cashier_client.get(COUNTER).content.decode()
    assert f'name="product"\n              value="{tea.pk}"' in page and "product-tile is-pinned" in page
    cashier_client.post(reverse("billing:cart-add"), {"product": tea.pk}, headers=LIVE)
    assert CartLine.objects.get().product == tea


def test_a_manager_pins_a_product(manager_client: Client, store: Store) -> None:
    tea = ProductFactory.create(store=store, name="Tea", selling_price=D(10))
    url = reverse("billing:product-edit", args=[tea.pk])
    assert "A tile at the counter" in manager_client.get(url).content.decode()
    sent = {"name": "Tea", "unit": "pc", "stock_policy": "refuse", "is_active": "on", "is_favourite": "on"}
    manager_client.post(url, sent)
    assert names(store) == ["Tea"]
