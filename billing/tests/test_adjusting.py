"""Stock put right by hand: counted, damaged, lost, used, found, expired."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal as D
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from billing.models import AdjustmentKind, Batch, Product, StockAdjustment, StockMovement
from billing.services.adjusting import Why, adjust_batch, adjust_product, write_off_expired
from billing.tests.factories import ProductFactory, receive, sell, sold_short, stocked_product
from viveka.stores.errors import Missing, Refused
from viveka.stores.models import Store, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def adjust(store: Store, manager: User) -> Callable[..., StockAdjustment]:
    def act(of: Product | Batch, kind: str, quantity: Any, note: str = "", **rest: Any) -> StockAdjustment:
        why = Why(kind, manager, timezone.now(), note)
        if isinstance(of, Batch):
            return adjust_batch(store=store, batch_id=of.pk, quantity=D(quantity), why=why)
        return adjust_product(store=store, product_id=of.pk, quantity=D(quantity), why=why, **rest)

    return act


def left(product: Product) -> list[D]:
    product.refresh_from_db()
    remaining = list(product.batches.order_by("received_at", "id").values_list("remaining", flat=True))
    assert sum(remaining) == product.current_stock + product.short
    return remaining


def test_what_is_gone_leaves_the_oldest_batch_first(store: Store, manager: User, adjust: Any) -> None:
    soap = stocked_product(store, batches=[(3, 80, 100), (10, 85, 110)], by=manager)
    made = adjust(soap, "damaged", 5, "Rats")
    assert (made.quantity, made.note, made.by, left(soap)) == (D(-5), "Rats", manager, [D(0), D(8)])
    assert list(made.movements.order_by("id").values_list("quantity", flat=True)) == [D(-3), D(-2)]
    with pytest.raises(Refused, match="Only 8 of"):
        adjust(soap, "lost", 9)
    assert left(soap) == [D(0), D(8)]


def test_a_count_is_of_all_of_it(store: Store, manager: User, adjust: Any) -> None:
    soap = stocked_product(store, batches=[(3, 80, 100), (10, 85, 110)], by=manager)
    sell(store, manager, [(soap, 5)])
    assert adjust(soap, "counted", 6).quantity == D(-2)
    assert left(soap) == [D(0), D(6)]
    right = adjust(soap, "counted", 6)
    assert (right.quantity, right.counted, right.movements.count()) == (D(0), D(6), 0)
    assert adjust(soap, "counted", 12).quantity == D(6)  # back to the newest as far as it held, then to the one before
    assert left(soap) == [D(2), D(10)]
    assert adjust(soap, "counted", 0).quantity == D(-12)


def test_more_than_was_ever_received_is_a_new_batch(store: Store, manager: User, adjust: Any) -> None:
    soap = stocked_product(store, batches=[(3, 80, 100), (10, 85, 110)], by=manager)
    made = adjust(soap, "found", 4)
    new = soap.batches.order_by("id").last()
    assert new and (new.quantity, new.cost_price, new.selling_price) == (D(4), D(85), D(110))
    assert list(made.movements.values_list("reason", "quantity")) == [("received", D(4))]
    adjust(soap, "found", 1, cost_price=D(70))
    newest = soap.batches.order_by("id").last()
    assert newest and newest.cost_price == D(70)
    never = ProductFactory.create(store=store)
    with pytest.raises(Refused, match="Type what one costs"):
        adjust(never, "found", 1)
    adjust(never, "found", 1, cost_price=D(9))
    assert left(never) == [D(1)]


def test_what_was_found_fills_batches_and_makes_one(store: Store, manager: User, adjust: Any) -> None:
    soap = stocked_product(store, batches=[(3, 80, 100), (10, 85, 110)], by=manager)
    sell(store, manager, [(soap, 5)])
    assert adjust(soap, "found", 9).quantity == D(9)
    assert left(soap) == [D(3), D(10), D(4)]


def test_one_batch_holds_no_more_than_was_received(store: Store, manager: User, adjust: Any) -> None:
    soap = stocked_product(store, batches=[(3, 80, 100), (10, 85, 110)], by=manager)
    second = soap.batches.order_by("id")[1]
    adjust(second, "own_use", 2)
    assert left(soap) == [D(3), D(8)]
    adjust(second, "counted", 9)
    assert left(soap) == [D(3), D(9)]
    adjust(second, "found", 1)
    with pytest.raises(Refused, match="No more than 10 were received"):
        adjust(second, "found", 1)
    with pytest.raises(Refused, match="Only 10 of this batch"):
        adjust(second, "lost", 11)


def test_what_was_found_settles_what_is_short(store: Store, manager: User, adjust: Any) -> None:
    rice = sold_short(store, 3, there=2, by=manager).lines.get().product
    assert adjust(rice, "counted", 4).quantity == D(7)
    assert left(rice) == [D(0), D(4)] and rice.short == D(0)


@pytest.mark.parametrize(
    ("kind", "quantity", "note", "field"),
    [
        ("rats", 1, "", "kind"),
        ("other", 1, " ", "note"),
        ("lost", "0.5", "", "quantity"),
        ("lost", 0, "", "quantity"),
        ("found", "99999999", "", "quantity"),
    ],
)
def test_a_refusal_names_the_field(
    store: Store, manager: User, adjust: Any, kind: str, quantity: Any, note: str, field: str
) -> None:
    soap = stocked_product(store, batches=[(30, 80, 100)], by=manager)
    with pytest.raises(Refused) as refusal:
        adjust(soap, kind, quantity, note)
    assert set(refusal.value.errors) == {field}
    assert not StockAdjustment.objects.exists()


def test_of_this_store_alone(store: Store, other_store: Store, manager: User, adjust: Any) -> None:
    theirs = stocked_product(other_store, by=manager)
    for of in (theirs, theirs.batches.get()):
        with pytest.raises(Missing):
            adjust(of, "lost", 1)
    assert write_off_expired(store=store, batch_ids=[theirs.batches.get().pk], by=manager, now=timezone.now()) == []


def test_expired_batches_are_written_off_in_one_step(
    store: Store, manager: User, django_assert_max_num_queries: Any
) -> None:
    def spoilt(count: int) -> list[int]:
        products = [stocked_product(store, batches=[(5, 80, 100)], by=manager) for _ in range(count)]
        return [receive(one, 2, 70, by=manager, expiry_date=date(2020, 1, 1)).pk for one in products]

    good = stocked_product(store, by=manager).batches.get()
    for count in (1, 40):
        ids = spoilt(count)
        with django_assert_max_num_queries(11):
            made = write_off_expired(store=store, batch_ids=[*ids, good.pk], by=manager, now=timezone.now())
        assert [one.quantity for one in made] == [D(-2)] * count
        assert not Batch.objects.filter(pk__in=ids, remaining__gt=0).exists()
    good.refresh_from_db()
    assert good.remaining == D(10)
    assert write_off_expired(store=store, batch_ids=ids, by=manager, now=timezone.now()) == []


class TestScreen:
    def said(self, **wanted: Any) -> dict[str, Any]:
        return {"key": str(uuid4()), "kind": "damaged", "quantity": "2", "batch": "", "note": "Fell", **wanted}

    def test_adjusts_once_and_tells(self, store: Store, manager: User, client: Client) -> None:
        soap = stocked_product(store, batches=[(3, 80, 100), (10, 85, 110)], by=manager)
        client.force_login(manager)
        address, said = reverse("billing:product-adjust", args=[soap.pk]), self.said()
        assert client.get(address).status_code == 200
        for _ in range(2):
            assert client.post(address, said).status_code == 302
        assert left(soap) == [D(1), D(10)]
        second = soap.batches.order_by("id")[1].pk
        assert f'value="{second}" selected' in client.get(f"{address}?batch={second}").content.decode()
        client.post(address, self.said(batch=str(second), kind="counted", quantity="0"))
        assert left(soap) == [D(1), D(0)]
        page = client.get(soap.get_absolute_url()).content.decode()
        assert "Damaged" in page and "Fell" in page and "0 counted." in page

    def test_keeps_what_was_typed(self, store: Store, manager: User, client: Client) -> None:
        soap = stocked_product(store, by=manager)
        client.force_login(manager)
        page = client.post(reverse("billing:product-adjust", args=[soap.pk]), self.said(quantity="11"))
        assert "Only 10 of" in page.content.decode() and 'value="11"' in page.content.decode()
        for wrong in ({"kind": "x"}, {"batch": "x"}, {"quantity": "-1"}, {"quantity": ""}, {"cost_price": "1,5"}):
            assert client.post(reverse("billing:product-adjust", args=[soap.pk]), self.said(**wrong)).status_code == 200
        assert not StockAdjustment.objects.exists()

    def test_a_history_names_what_each_movement_came_from(
        self, store: Store, manager: User, client: Client, django_assert_max_num_queries: Any, adjust: Any
    ) -> None:
        from billing.tests.factories import take_back

        soap = stocked_product(store, batches=[(300, 80, 100)], by=manager)
        back = take_back(sell(store, manager, [(soap, 2)]).bill, 1, by=manager)
        for n in range(40):
            adjust(soap, "lost", 1, f"Note {n}")
        client.force_login(manager)
        with django_assert_max_num_queries(12):
            page = client.get(soap.get_absolute_url())
        assert "Note 39" in page.content.decode()
        older = page.context["page"].older
        page = client.get(soap.get_absolute_url(), {"before": older})
        assert back.number in page.content.decode() and back.bill.number in page.content.decode()


def test_movements_of_a_product_are_read_by_an_index(store: Store, manager: User) -> None:
    soap = stocked_product(store, by=manager)
    names = [field.column for field in StockMovement._meta.concrete_fields if not field.primary_key]
    values = ["product_id + n" if name == "product_id" else name for name in names]
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")  # none is pending
        cursor.execute("ALTER TABLE billing_stockmovement DISABLE TRIGGER USER")
        cursor.execute(
            f"INSERT INTO billing_stockmovement ({', '.join(names)}) SELECT {', '.join(values)}"
            " FROM billing_stockmovement, generate_series(1, 20000) AS n"
        )
        cursor.execute("ANALYZE billing_stockmovement")
    plan = soap.movements.order_by("-id")[:26].explain()
    transaction.set_rollback(True)  # the keys of these rows need no checking
    assert "movement_of_product" in plan and "Sort" not in plan


def test_every_reason_is_said_somewhere() -> None:
    assert len({kind.label for kind in AdjustmentKind}) == len(AdjustmentKind)
