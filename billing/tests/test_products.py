"""Products and batches: the service, and the fields of its forms."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from billing.forms.fields import AmountField, DayField, LevelField, QuantityField
from billing.models import Product
from billing.services import products as product_services
from billing.services.products import create_product, update_batch, update_product, with_next_price
from billing.tests.factories import ProductFactory, stocked_product
from viveka.stores.errors import Refused, RefusedFields
from viveka.stores.models import Store

pytestmark = pytest.mark.django_db


class TestService:
    def test_makes_a_product_as_the_store_keeps_stock(self, store: Store) -> None:
        product = create_product(store=store, name="  Toor   dal ", barcode="890 1234", sku="DAL-1", unit="kg")
        assert (product.name, product.barcode, product.stock_policy) == ("Toor dal", "8901234", "refuse")

    @pytest.mark.parametrize(
        ("fields", "at_fault"),
        [
            ({}, "name"),
            ({"name": " "}, "name"),
            ({"name": "Sugar\0"}, "name"),
            ({"name": "\ud800"}, "name"),
            ({"name": "x" * 201}, "name"),
            ({"name": "Sugar", "sku": "x" * 49}, "sku"),
            ({"name": "Sugar", "unit": "stone"}, "unit"),
            ({"name": "Sugar", "stock_policy": "maybe"}, "stock_policy"),
            ({"name": "Sugar", "selling_price": Decimal("NaN")}, "selling_price"),
            ({"name": "Sugar", "selling_price": Decimal("-1")}, "selling_price"),
            ({"name": "Sugar", "selling_price": Decimal("1.001")}, "selling_price"),
            ({"name": "Sugar", "selling_price": Decimal("1e10")}, "selling_price"),
            ({"name": "Sugar", "low_stock_level": Decimal("0.0001")}, "low_stock_level"),
        ],
    )
    def test_names_the_field_that_breaks_a_rule(self, store: Store, fields: Any, at_fault: str) -> None:
        with pytest.raises(RefusedFields) as refusal:
            create_product(store=store, **fields)
        assert list(refusal.value.errors) == [at_fault]
        assert not Product.objects.exists()

    def test_refuses_a_code_that_another_product_has(self, store: Store) -> None:
        create_product(store=store, name="Sugar", sku="S", barcode="1")
        create_product(store=store, name="Salt", barcode="2")
        with pytest.raises(RefusedFields) as refusal:
            create_product(store=store, name="Jaggery", sku="S", barcode="2")
        assert refusal.value.errors == {
            "sku": ["Another product has this SKU."],
            "barcode": ["Another product has this barcode."],
        }

    def test_a_code_taken_a_moment_ago_is_refused_in_words(self, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
        create_product(store=store, name="Sugar", barcode="1")
        monkeypatch.setattr(
            product_services,
            "check_product",
            lambda store, fields, product=None: product_services.clean_product(fields),
        )
        with pytest.raises(RefusedFields, match="Another product has this barcode"):
            create_product(store=store, name="Salt", barcode="1")

    def test_another_store_may_use_the_code(self, store: Store, other_store: Store) -> None:
        create_product(store=store, name="Sugar", barcode="1")
        assert create_product(store=other_store, name="Sugar", barcode="1").pk

    def test_changes_only_what_is_given_and_leaves_a_trace(self, store: Store) -> None:
        product = create_product(store=store, name="Sugar", barcode="1", selling_price=Decimal(40))
        update_product(product=product, selling_price=Decimal(45))
        product.refresh_from_db()
        assert (product.name, product.barcode, product.selling_price) == ("Sugar", "1", Decimal("45.00"))
        history = Product.pgh_event_model.objects.filter(pgh_obj=product.pk)
        assert list(history.order_by("pgh_id").values_list("selling_price", flat=True)) == [40, 45]

    def test_a_product_with_stock_becomes_no_service_and_stays_divisible(self, store: Store) -> None:
        product = stocked_product(store, batches=[("1.500", 40, 50)], unit="kg")
        with pytest.raises(RefusedFields) as refusal:
            update_product(product=product, stock_policy="none", unit="pc")
        assert set(refusal.value.errors) == {"stock_policy", "unit"}

    def test_shows_the_price_of_the_next_batch_that_can_be_sold(self, store: Store) -> None:
        today = store.day_of(timezone.now())
        product = stocked_product(store, batches=[(5, 40, 50), (5, 45, 55)], selling_price=Decimal(60))
        service = ProductFactory(store=store, selling_price=Decimal(120), stock_policy="none")
        bare = ProductFactory(store=store)
        prices = dict(with_next_price(Product.objects.of(store), today).values_list("pk", "next_price"))
        assert prices == {product.pk: 50, service.pk: 120, bare.pk: None}
        product.batches.filter(selling_price=50).update(expiry_date=today - timedelta(days=1))
        assert with_next_price(Product.objects.of(store), today).get(pk=product.pk).next_price == 55

    def test_a_batchs_price_can_be_put_right_within_its_mrp(self, store: Store) -> None:
        batch = stocked_product(store, batches=[(5, 40, 50)]).batches.get()
        update_batch(batch=batch, mrp=Decimal(60), selling_price=Decimal(60))
        with pytest.raises(Refused, match="above the MRP"):
            update_batch(batch=batch, selling_price=Decimal("60.01"))
        batch.refresh_from_db()
        assert batch.selling_price == 60


class TestFields:
    @pytest.mark.parametrize("text", ["1_000", "१२३", "-1", "1.001", "1e3", "NaN", "10000000000", "1,000"])
    def test_an_amount_is_digits_with_a_point(self, text: str) -> None:
        with pytest.raises(ValidationError):
            AmountField().clean(text)

    def test_reads_what_is_right(self) -> None:
        assert AmountField().clean(" 12.5 ") == Decimal("12.50")
        assert AmountField(required=False).clean("") is None
        assert QuantityField().clean("1.25") == Decimal("1.250")
        assert LevelField().clean("0") == 0
        with pytest.raises(ValidationError):
            QuantityField().clean("0")

    @pytest.mark.parametrize("text", ["0001-01-01", "9999-12-31", "30.02.2026", "2026-02-30"])
    def test_a_day_is_one_that_every_zone_can_count(self, text: str) -> None:
        with pytest.raises(ValidationError):
            DayField().clean(text)
