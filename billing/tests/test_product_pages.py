"""Products and batches on the screen and in the admin."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from billing.models import Batch, Product, StockMovement
from billing.tests.factories import ProductFactory, sell, stocked_product
from viveka.stores.models import Store, User

pytestmark = pytest.mark.django_db
LIST = reverse("billing:products")
ADD = reverse("billing:product-add")
GIVEN = {"name": "Sugar", "unit": "kg", "stock_policy": "refuse", "is_active": "on"}


@pytest.fixture
def at_desk(client: Client, manager: User) -> Client:
    client.force_login(manager)
    return client


@pytest.fixture
def at_till(client: Client, cashier: User) -> Client:
    client.force_login(cashier)
    return client


class TestList:
    def test_shows_price_stock_and_what_is_low(self, at_till: Client, store: Store) -> None:
        stocked_product(store, batches=[(3, 40, 50)], name="Sugar", low_stock_level=Decimal(5))
        ProductFactory(store=store, name="Salt")
        page = at_till.get(LIST).content.decode()
        assert "₹50.00" in page and "</span> 3</td>" in page and "Low" in page and "Out" in page
        assert "40.00" not in page

    def test_finds_by_words_and_codes(self, at_till: Client, store: Store, other_store: Store) -> None:
        ProductFactory(store=store, name="Basmati rice", sku="RIC-7", barcode="8901234567890")
        ProductFactory(store=store, name="Salt")
        ProductFactory(store=other_store, name="Basmati rice")
        for words in ("rice", "BAS ri", "ric-7", "8901234567890"):
            rows = at_till.get(LIST, {"q": words}).context["page"].rows
            assert [row.name for row in rows] == ["Basmati rice"], words
        for nothing in ("xyz", "\0", "'", "\\", ":*", "🙂"):
            assert at_till.get(LIST, {"q": nothing}).status_code == 200

    def test_narrows_to_a_category(self, at_till: Client, store: Store) -> None:
        ProductFactory(store=store, name="Sugar", category="Sweet")
        ProductFactory(store=store, name="Salt", category="Salty")
        rows = at_till.get(LIST, {"category": "Sweet"}).context["page"].rows
        assert [row.name for row in rows] == ["Sugar"]
        assert at_till.get(LIST, {"category": "None such"}).status_code == 200

    def test_pages_newest_first_there_and_back(self, at_till: Client, store: Store) -> None:
        made = [ProductFactory(store=store).pk for _ in range(60)][::-1]
        first = at_till.get(LIST).context["page"]
        second = at_till.get(LIST, {"before": first.older}).context["page"]
        third = at_till.get(LIST, {"before": second.older}).context["page"]
        assert [row.pk for page in (first, second, third) for row in page.rows] == made
        assert (first.newer, third.older) == ("", "")
        back = at_till.get(LIST, {"after": third.newer}).context["page"]
        assert [row.pk for row in back.rows] == made[25:50]
        assert at_till.get(LIST, {"after": back.newer}).context["page"].rows == first.rows
        for junk in ("x", "9" * 30, "-1", "1~2", "\0"):
            assert at_till.get(LIST, {"before": junk}).status_code == 200

    def test_answers_htmx_with_the_table_alone(self, at_till: Client, store: Store) -> None:
        page = at_till.get(LIST, headers={"HX-Request": "true"}).content.decode()
        assert "<table" in page and "<html" not in page


class TestPage:
    def test_cost_is_for_those_who_see_it(self, client: Client, store: Store, cashier: User, manager: User) -> None:
        product = stocked_product(store, batches=[(3, "41.37", 50)])
        for person, sees in ((cashier, False), (manager, True)):
            client.force_login(person)
            page = client.get(product.get_absolute_url()).content.decode()
            assert ("41.37" in page) is sees
            assert "₹50.00" in page

    def test_tells_what_is_left_and_how_it_moved(self, at_till: Client, store: Store, cashier: User) -> None:
        product = stocked_product(store, batches=[(3, 40, 50), (9, 45, 55)])
        sale = sell(store, cashier, [(product, 5)])
        page = at_till.get(product.get_absolute_url())
        assert [batch.remaining for batch in page.context["shelf"]] == [7]
        assert [batch.remaining for batch in page.context["emptied"]] == [0]
        assert sorted(move.quantity for move in page.context["page"].rows) == [-3, -2, 3, 9]
        assert sale.bill.number in page.content.decode()

    def test_marks_what_is_past_its_date(self, at_till: Client, store: Store) -> None:
        product = stocked_product(store)
        product.batches.update(expiry_date=store.day_of(timezone.now()) - timedelta(days=1))
        assert "Expired, not sold" in at_till.get(product.get_absolute_url()).content.decode()


class TestForm:
    def test_a_manager_adds_a_product(self, at_desk: Client, store: Store) -> None:
        answer = at_desk.post(ADD, {**GIVEN, "barcode": "8901", "selling_price": "45", "low_stock_level": "0"})
        product = Product.objects.get()
        assert answer.url == product.get_absolute_url()
        assert (product.store, product.selling_price, product.low_stock_level) == (store, Decimal(45), 0)

    def test_says_what_is_wrong_and_keeps_what_was_typed(self, at_desk: Client, store: Store) -> None:
        ProductFactory(store=store, barcode="8901")
        page = at_desk.post(ADD, {**GIVEN, "barcode": "8901", "selling_price": "45"}).content.decode()
        assert "Another product has this barcode." in page and 'value="45"' in page
        page = at_desk.post(ADD, {**GIVEN, "name": "a\x07b", "selling_price": "1,000"}).content.decode()
        assert "digits with at most one point" in page and "1,000" in page
        assert Product.objects.count() == 1

    def test_edits_and_takes_off_sale(self, at_desk: Client, store: Store) -> None:
        product = ProductFactory(store=store, barcode="8901", selling_price=Decimal(45))
        edit = reverse("billing:product-edit", args=[product.pk])
        assert 'value="45.00"' in at_desk.get(edit).content.decode()
        at_desk.post(edit, {"name": "Fine sugar", "unit": "kg", "stock_policy": "refuse"})
        product.refresh_from_db()
        assert (product.name, product.barcode, product.selling_price) == ("Fine sugar", "", None)
        assert not product.is_active


class TestReceiving:
    @pytest.fixture
    def product(self, store: Store) -> Product:
        return ProductFactory(store=store, unit="kg")

    @pytest.fixture
    def fresh(self, at_desk: Client, product: Product) -> dict[str, Any]:
        form = at_desk.get(reverse("billing:batch-add", args=[product.pk])).context["form"]
        return {"key": str(form["key"].value()), "received_on": str(form["received_on"].value())}

    def receive(self, client: Client, product: Product, **said: Any) -> Any:
        return client.post(reverse("billing:batch-add", args=[product.pk]), said, follow=True)

    def test_a_batch_comes_onto_the_shelf_once(self, at_desk: Client, product: Product, fresh: Any) -> None:
        said = {**fresh, "quantity": "2.5", "cost_price": "40", "selling_price": "50", "supplier": " Rao  & sons "}
        for _ in range(2):
            assert self.receive(at_desk, product, **said).status_code == 200
        batch = Batch.objects.get()
        assert (batch.quantity, batch.remaining, batch.supplier) == (Decimal("2.5"), Decimal("2.5"), "Rao & sons")
        assert StockMovement.objects.get().quantity == Decimal("2.5")
        product.refresh_from_db()
        assert product.current_stock == Decimal("2.5")

    def test_goods_of_an_earlier_day_count_from_its_first_moment(
        self, at_desk: Client, store: Store, product: Product, fresh: Any
    ) -> None:
        self.receive(at_desk, product, **{**fresh, "received_on": "2026-01-05"}, quantity="1", cost_price="4")
        assert Batch.objects.get().received_at.astimezone(store.zone).isoformat() == "2026-01-05T00:00:00+05:30"

    @pytest.mark.parametrize(
        ("said", "warning"),
        [
            ({"cost_price": "50", "selling_price": "45"}, "below what it cost"),
            ({"cost_price": "50"}, "no selling price yet"),
            ({"cost_price": "4", "selling_price": "5", "expiry_date": "2020-01-01"}, "past its expiry date"),
        ],
    )
    def test_warns_but_receives(self, at_desk: Client, product: Product, fresh: Any, said: Any, warning: str) -> None:
        assert warning in self.receive(at_desk, product, **fresh, quantity="1", **said).content.decode()
        assert Batch.objects.count() == 1

    @pytest.mark.parametrize(
        "said",
        [
            {"quantity": "0"},
            {"quantity": "99999999.999", "cost_price": "x"},
            {"cost_price": ""},
            {"selling_price": "60", "mrp": "50"},
            {"received_on": "2999-01-01"},
            {"received_on": "2190-01-01"},
            {"note": "a\x07b"},
            {"key": "no key"},
        ],
    )
    def test_refuses_and_writes_nothing(self, at_desk: Client, product: Product, fresh: Any, said: Any) -> None:
        right = {**fresh, "quantity": "1", "cost_price": "40", "selling_price": "50"}
        answer = self.receive(at_desk, product, **{**right, **said})
        assert answer.context["form"].errors
        assert not Batch.objects.exists() and not StockMovement.objects.exists()

    def test_a_service_receives_nothing(self, at_desk: Client, store: Store) -> None:
        service = ProductFactory(store=store, stock_policy="none")
        form = at_desk.get(reverse("billing:batch-add", args=[service.pk])).context["form"]
        said = {
            "key": form["key"].value(),
            "received_on": form["received_on"].value(),
            "quantity": "1",
            "cost_price": "1",
        }
        assert "keeps no stock" in self.receive(at_desk, service, **said).content.decode()
        assert not Batch.objects.exists()


class TestAdmin:
    def test_a_product_goes_through_the_same_rules(self, at_desk: Client, store: Store) -> None:
        add = reverse("admin:billing_product_add")
        at_desk.post(add, {**GIVEN, "name": " Fine   sugar ", "barcode": "89 01"})
        product = Product.objects.get()
        assert (product.store, product.name, product.barcode) == (store, "Fine sugar", "8901")
        page = at_desk.post(add, {**GIVEN, "barcode": "8901", "selling_price": "1_0"}).content.decode()
        assert "Another product has this barcode." in page and "digits with at most one point" in page
        change = reverse("admin:billing_product_change", args=[product.pk])
        at_desk.post(change, {**GIVEN, "barcode": "8901", "selling_price": "45"})
        product.refresh_from_db()
        assert (product.name, product.selling_price) == ("Sugar", 45)

    def test_a_batch_is_received_and_afterwards_only_repriced(self, at_desk: Client, store: Store) -> None:
        product = ProductFactory(store=store)
        said = {
            "product": product.pk, "received_at_0": "2026-01-05", "received_at_1": "10:00", "quantity": "5",
            "cost_price": "40", "selling_price": "50", "mrp": "60",
        }  # fmt: skip
        at_desk.post(reverse("admin:billing_batch_add"), said)
        batch = Batch.objects.get()
        assert (batch.remaining, batch.movements.get().quantity) == (5, 5)
        change = reverse("admin:billing_batch_change", args=[batch.pk])
        at_desk.post(change, {**said, "quantity": "500", "cost_price": "1", "selling_price": "55"})
        batch.refresh_from_db()
        assert (batch.quantity, batch.cost_price, batch.selling_price) == (5, 40, 55)
        page = at_desk.post(change, {"selling_price": "61", "mrp": "60"}).content.decode()
        assert "above the MRP" in page
        page = at_desk.post(reverse("admin:billing_batch_add"), {**said, "quantity": "1.5"}).content.decode()
        assert "comes whole" in page and Batch.objects.count() == 1

    @pytest.mark.parametrize("name", ["stockmovement", "bill", "billline", "payment"])
    def test_ledgers_are_to_read(self, at_desk: Client, store: Store, cashier: User, name: str) -> None:
        sell(store, cashier, [(stocked_product(store), 1)])
        assert at_desk.get(reverse(f"admin:billing_{name}_changelist")).status_code == 200
        assert at_desk.get(reverse(f"admin:billing_{name}_add")).status_code == 403
