"""Further barcodes: a code that stands for so much of a product, and is no other product's."""

from decimal import Decimal as D
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from billing.models import CartLine, Product, ProductBarcode
from billing.services.barcodes import add_barcode, remove_barcode
from billing.services.carts import add_to_cart
from billing.services.import_products import Report, import_products
from billing.services.import_rows import read_file
from billing.services.products import create_product, update_product
from billing.tests.factories import ProductFactory, stocked_product
from viveka.stores.errors import Refused, RefusedFields
from viveka.stores.models import Store, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def soap(store: Store, manager: User) -> Product:
    """Sold by the piece, and by the carton of twelve."""
    product = stocked_product(store, batches=[(50, 80, 100)], by=manager, name="Soap", barcode="8901", sku="S-1")
    add_barcode(product=product, barcode="99 01", quantity=D(12))
    return product


def test_a_scan_of_the_carton_adds_twelve(store: Store, cashier: User, soap: Product) -> None:
    for code in ("9901", "8901", "9901"):
        assert add_to_cart(store=store, by=cashier, code=code).product == soap
    add_to_cart(store=store, by=cashier, product_id=soap.pk)
    assert CartLine.objects.get().quantity == D(26)


def test_a_carton_wins_over_anothers_sku(store: Store, cashier: User, soap: Product) -> None:
    ProductFactory.create(store=store, sku="9901", selling_price=D(1))
    assert add_to_cart(store=store, by=cashier, code="9901").product == soap


def test_a_code_is_one_products(store: Store, other_store: Store, soap: Product) -> None:
    comb = ProductFactory.create(store=store, barcode="8902")
    for taken in ("9901", "8901", "8902"):
        with pytest.raises(Refused, match="Another product has this barcode"):
            add_barcode(product=comb, barcode=taken, quantity=D(1))
    with pytest.raises(RefusedFields, match="Another product has this barcode"):
        create_product(store=store, name="Brush", barcode="9901")
    with pytest.raises(RefusedFields, match="Another product has this barcode"):
        update_product(product=comb, barcode="9901")
    theirs = ProductFactory.create(store=other_store, barcode="9901")
    add_barcode(product=theirs, barcode="8901", quantity=D(1))
    assert remove_barcode(store=store, pk=soap.barcodes.get().pk).product == soap
    assert update_product(product=comb, barcode="9901").barcode == "9901"


@pytest.mark.parametrize(("code", "quantity"), [("", 1), ("1" * 49, 1), ("5", 0), ("5", "0.5"), ("5", "100000000")])
def test_refuses_what_stands_for_nothing(store: Store, soap: Product, code: str, quantity: Any) -> None:
    with pytest.raises(Refused):
        add_barcode(product=soap, barcode=code, quantity=D(quantity))
    assert ProductBarcode.objects.count() == 1


def test_the_api_finds_it(store: Store, manager: User, client: Client, soap: Product) -> None:
    client.force_login(manager)
    found = client.get(reverse("api:list_products"), {"barcode": "9901"}).json()["products"]
    assert [one["name"] for one in found] == ["Soap"]


def test_is_found_by_an_index(store: Store, soap: Product) -> None:
    Product.objects.bulk_create(
        Product(store=store, name="Thing", barcode=f"7{n:05d}", sku=f"T{n}") for n in range(3000)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE billing_product, billing_productbarcode; SET LOCAL enable_seqscan = off")
    plan = Product.objects.of(store).with_code("9901").order_by("pk").explain()
    assert "product_barcode_once" in plan and "product_sku_once" in plan and "further_barcode" in plan
    assert "Seq Scan" not in plan


class TestScreen:
    def test_adds_and_removes(self, store: Store, manager: User, client: Client, soap: Product) -> None:
        client.force_login(manager)
        address = reverse("billing:product-barcodes", args=[soap.pk])
        assert client.post(address, {"barcode": "77", "quantity": "6"}).status_code == 302
        assert "77" in client.get(soap.get_absolute_url()).content.decode()
        for wrong in ({}, {"barcode": "77", "quantity": "6"}, {"barcode": "78", "quantity": "x"}):
            page = client.post(address, wrong)
            assert page.status_code == 200 and soap.barcodes.count() == 2
        pk = soap.barcodes.get(barcode="77").pk
        assert client.post(reverse("billing:barcode-remove", args=[pk])).status_code == 302
        assert client.post(reverse("billing:barcode-remove", args=[pk])).status_code == 404
        assert list(soap.barcodes.values_list("barcode", flat=True)) == ["9901"]


class TestImport:
    HEADER = "name,barcode,pack_barcode,pack_size"

    def bring_in(self, store: Store, by: User, *lines: str) -> Report:
        data = "\n".join([self.HEADER, *lines]).encode()
        return import_products(store=store, by=by, reading=read_file(data, store), now=timezone.now())

    def test_brings_codes_of_cartons_once(self, store: Store, manager: User, soap: Product) -> None:
        lines = ["Soap,8901,9902,24", "Soap,8901,9903,", "Comb,8905,9905,6", "Comb,8905,9906,10"]
        for _ in range(2):
            assert self.bring_in(store, manager, *lines).refused == []
        found = ProductBarcode.objects.order_by("barcode").values_list("product__name", "barcode", "quantity")
        assert list(found) == [
            ("Soap", "9901", D(12)), ("Soap", "9902", D(24)), ("Soap", "9903", D(1)),
            ("Comb", "9905", D(6)), ("Comb", "9906", D(10)),
        ]  # fmt: skip

    @pytest.mark.parametrize(
        ("line", "why"),
        [
            ("Comb,8905,9901,12", "Another product"),
            ("Comb,8905,8901,12", "Another product"),
            ("Comb,8905,8905,12", "Another product"),
            ("Comb,9901,,", "Another product"),
            ("Soap,8901,9901,6", "stands for 12 already"),
            ("Soap,8901,9909,1.5", "sold whole"),
            ("Soap,8901,,6", "no pack_barcode"),
            ("Soap,8901,9909,0", "between 0.001"),
        ],
    )
    def test_refuses_with_the_reason(self, store: Store, manager: User, soap: Product, line: str, why: str) -> None:
        report = self.bring_in(store, manager, line)
        assert len(report.refused) == 1 and why in report.refused[0][1]
        assert ProductBarcode.objects.count() == 1 and Product.objects.count() == 1
