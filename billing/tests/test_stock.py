"""Receiving a batch, and what is taken from the shelf."""

from datetime import date, timedelta
from decimal import Decimal as D
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from billing.models import Batch, MovementReason, Product, StockMovement, Unit
from billing.services.stock import lock_batches, lock_products, receive_batch, take_from_batches
from billing.tests.factories import ProductFactory, stocked_product
from viveka.stores.errors import Missing, Refused
from viveka.stores.models import StockPolicy, Store, User

pytestmark = pytest.mark.django_db


def receive(product: Product, by: User, **wanted: Any) -> Batch:
    now = timezone.now()
    given = {"quantity": D(10), "cost_price": D(80), "selling_price": D(100), "received_at": now, "now": now}
    return receive_batch(product=product, by=by, **{**given, **wanted})


def test_a_received_batch_is_on_the_shelf_with_its_movement(store: Store, manager: User) -> None:
    soap = ProductFactory.create(store=store)
    batch = receive(soap, manager, supplier="Rao & Sons", note="first")
    assert (batch.quantity, batch.remaining, batch.by) == (D(10), D(10), manager)
    movement = StockMovement.objects.get()
    assert (movement.batch, movement.product, movement.quantity) == (batch, soap, D(10))
    assert (movement.reason, movement.bill_line, movement.by) == (MovementReason.RECEIVED, None, manager)
    receive(soap, manager, quantity=D(5))
    soap.refresh_from_db()
    assert soap.current_stock == D(15)


def test_stock_is_added_to_what_is_there_now_not_to_what_the_caller_saw(store: Store, manager: User) -> None:
    seen = ProductFactory.create(store=store)
    receive(Product.objects.get(pk=seen.pk), manager)
    receive(seen, manager)
    assert Product.objects.get(pk=seen.pk).current_stock == D(20)


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        ({"quantity": D("1.5")}, "quantity"),
        ({"mrp": D("99.99")}, "selling_price"),
        ({"received_at": timezone.now() + timedelta(days=900)}, "received_at"),
        ({"received_at": timezone.now() - timedelta(days=900)}, "received_at"),  # closed, see below
    ],
    ids=["half a piece", "price above MRP", "tomorrow", "closed books"],
)
def test_a_refusal_names_the_field_and_leaves_no_trace(
    store: Store, manager: User, wanted: dict[str, Any], field: str
) -> None:
    store.closed_until = (timezone.now() - timedelta(days=800)).date()
    store.save()
    soap = ProductFactory.create(store=store)
    with pytest.raises(Refused) as refusal:
        receive(soap, manager, **wanted)
    assert set(refusal.value.errors) == {field}
    assert not Batch.objects.exists() and not StockMovement.objects.exists()


def test_a_service_receives_nothing(store: Store, manager: User) -> None:
    cut = ProductFactory.create(store=store, stock_policy=StockPolicy.NONE)
    with pytest.raises(Refused, match="keeps no stock"):
        receive(cut, manager)


def test_no_more_than_can_be_counted(store: Store, manager: User) -> None:
    sugar = ProductFactory.create(store=store, unit=Unit.KILOGRAM)
    receive(sugar, manager, quantity=D("99999999.999"))
    with pytest.raises(Refused, match="more on the shelf"):
        receive(sugar, manager, quantity=D("0.001"))


def test_parts_of_a_kilogram_can_be_received(store: Store, manager: User) -> None:
    assert receive(ProductFactory.create(store=store, unit=Unit.KILOGRAM), manager, quantity=D("0.125")).remaining == D(
        "0.125"
    )


@transaction.atomic
def test_products_come_locked_as_they_are_now_and_of_this_store_alone(store: Store, other_store: Store) -> None:
    soap, comb = ProductFactory.create(store=store), ProductFactory.create(store=store)
    theirs = ProductFactory.create(store=other_store)
    assert list(lock_products(store, [comb.pk, soap.pk, comb.pk])) == [soap.pk, comb.pk]
    for stranger in (theirs.pk, 0, -1, 2**63, 10**30):
        with pytest.raises(Missing) as refusal:
            lock_products(store, [soap.pk, stranger])
        assert str(refusal.value) == "No such product."


@transaction.atomic
def test_batches_come_oldest_first_without_the_empty_and_the_expired(store: Store, manager: User) -> None:
    soap = ProductFactory.create(store=store)
    today, now = date(2026, 6, 1), timezone.now()
    third = receive(soap, manager, received_at=now - timedelta(days=1))
    first = receive(soap, manager, received_at=now - timedelta(days=3), expiry_date=today)
    second = receive(soap, manager, received_at=now - timedelta(days=2))
    receive(soap, manager, received_at=now - timedelta(days=9), expiry_date=today - timedelta(days=1))
    emptied = receive(soap, manager, received_at=now - timedelta(days=8))
    take_from_batches([(emptied, D(10))])
    fourth = receive(soap, manager, received_at=third.received_at)  # of the same moment: by id
    assert lock_batches(lock_products(store, [soap.pk]), today) == [first, second, third, fourth]


@transaction.atomic
def test_a_service_has_no_batches_to_take_from(store: Store) -> None:
    cut = ProductFactory.create(store=store, stock_policy=StockPolicy.NONE)
    assert lock_batches(lock_products(store, [cut.pk]), date(2026, 6, 1)) == []


@transaction.atomic
def test_many_parts_are_taken_in_one_statement(store: Store, manager: User, django_assert_num_queries: Any) -> None:
    soap = stocked_product(store, batches=[(5, 80, 100), (5, 85, 110)], by=manager)
    comb = stocked_product(store, batches=[(5, 8, 10)], by=manager)
    first, second = soap.batches.order_by("id")
    (third,) = comb.batches.all()
    with django_assert_num_queries(1):
        take_from_batches([(first, D(1)), (second, D(2)), (third, D(3)), (first, D(3))])
    with django_assert_num_queries(0):
        take_from_batches([])
    assert [Batch.objects.get(pk=one.pk).remaining for one in (first, second, third)] == [D(1), D(3), D(2)]
    assert [Product.objects.get(pk=one.pk).current_stock for one in (soap, comb)] == [D(4), D(2)]
