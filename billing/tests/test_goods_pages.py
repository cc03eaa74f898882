"""A file of goods looked at first, then brought in: nothing is written before the confirmation."""

from decimal import Decimal as D
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from billing.kept_goods import KeptGoods
from billing.models import Batch, Product
from billing.tests.factories import ProductFactory, sold_short
from viveka.stores.models import Store, User
from viveka.stores.sheets import xlsx_bytes

pytestmark = pytest.mark.django_db
UPLOAD, PREVIEW, CONFIRM, PROGRESS, DROP, RESULT, TEMPLATE = (
    reverse(f"billing:goods-{part}")
    for part in ("upload", "preview", "confirm", "progress", "drop", "result", "template")
)
TEXT = (
    "Barcode,Name,Quantity,Cost price,Batch price,Received at,Supplier,Supplier bill\n"
    "8901,,10,40.00,50,2026-01-05,Rao & Sons,INV-7\n"
    "8901,,10,40.00,50,2026-01-06,Rao & Sons,INV-7\n"
    "8902,<b>Salt</b>,5,8,,2026-01-05,,\n"
    "8903,,5,8,,2026-01-05,,\n"
    "8901,,1.5,8,,2026-01-05,,\n"
    "8901,,x,8,,2026-01-05,,\n"
)


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> None:
    settings.DATA = tmp_path


@pytest.fixture
def desk(client: Client, manager: User) -> Client:
    client.force_login(manager)
    return client


@pytest.fixture
def soap(store: Store) -> Product:
    return ProductFactory.create(store=store, name="Soap", barcode="8901")


def upload(desk: Client, data: str | bytes = TEXT, name: str = "goods.csv") -> Any:
    file = SimpleUploadedFile(name, data.encode() if isinstance(data, str) else data)
    return desk.post(UPLOAD, {"file": file})


def outcomes(page: Any) -> list[str]:
    return [line.outcome for line in page.context["report"].lines]


def confirm(desk: Client) -> Any:
    return desk.post(CONFIRM, {"token": desk.get(PREVIEW).context["report"].token})


def test_tells_line_by_line_and_writes_nothing_until_it_is_confirmed(desk: Client, soap: Product) -> None:
    assert upload(desk).url == PREVIEW
    page = desk.get(PREVIEW)
    assert outcomes(page) == ["updated", "updated", "created", "refused", "refused", "refused"]
    text = page.content.decode()
    assert "A new product needs a name" in text and "comes whole" in text and "<b>Salt" not in text
    assert not Batch.objects.exists() and Product.objects.count() == 1
    refused = desk.get(PREVIEW, {"show": "refused"}).context["lines"]
    assert [(line.number, line.name) for line in refused] == [(5, "8903"), (6, "8901"), (7, "8901")]

    assert confirm(desk).url == RESULT
    assert outcomes(desk.get(RESULT)) == outcomes(page)
    soap.refresh_from_db()
    assert (soap.current_stock, soap.name) == (D(20), "Soap")
    batch = soap.batches.order_by("id").first()
    assert batch and batch.supplier == "Rao & Sons" and batch.supplier_bill.endswith(" INV-7")
    assert desk.get(PREVIEW).url == RESULT


def test_the_same_lines_again_receive_nothing(desk: Client, soap: Product) -> None:
    for _ in range(2):
        upload(desk)
        confirm(desk)
    page = desk.get(RESULT)
    assert outcomes(page) == ["unchanged", "unchanged", "unchanged", "refused", "refused", "refused"]
    assert "brought in before" in page.content.decode()
    assert Batch.objects.count() == 3


def test_what_was_confirmed_once_is_not_brought_in_twice(desk: Client, soap: Product) -> None:
    upload(desk)
    token = desk.get(PREVIEW).context["report"].token
    for _ in range(2):
        assert desk.post(CONFIRM, {"token": token}).status_code == 302
    for wrong in ({}, {"token": "x"}):
        assert desk.post(CONFIRM, wrong).status_code == 302
    assert Batch.objects.count() == 3


def test_a_spreadsheet_settles_what_is_short(desk: Client, store: Store, manager: User) -> None:
    rice = sold_short(store, 3, by=manager, barcode="77").lines.get().product
    upload(desk, xlsx_bytes([("barcode", "quantity", "cost_price", "note"), ("77", "10", "60", "")]), "goods.xlsx")
    assert Batch.objects.count() == 0  # note is no column
    upload(desk, xlsx_bytes([("barcode", "quantity", "cost_price", "mrp"), ("77", 10, 60.5, None)]), "goods.xlsx")
    confirm(desk)
    rice.refresh_from_db()
    assert (rice.current_stock, rice.short, rice.batches.get().remaining) == (D(7), D(0), D(7))


@pytest.mark.parametrize("data", [b"", b"\xff\xfe\x00", b"PK\x03\x04x", b"a,b\n1,2\n", b"name\n", b"name,name\nx,y\n"])
def test_what_is_no_such_file_is_said(desk: Client, data: bytes) -> None:
    page = upload(desk, data)
    assert page.status_code == 200 and page.context["form"].errors
    assert desk.get(PREVIEW).url == UPLOAD


def test_is_dropped_and_told_how_far_it_is(desk: Client, store: Store, manager: User, soap: Product) -> None:
    upload(desk)
    assert "is waiting" in desk.get(UPLOAD).content.decode()
    kept = KeptGoods(store, manager)
    kept.take(kept.about["token"])
    list(kept.watch([None] * 3))
    assert "of 3 lines" in desk.get(PROGRESS).content.decode()
    assert desk.get(RESULT).status_code == 200
    assert desk.post(DROP).url == RESULT
    assert "Wait until it is done" in upload(desk).content.decode()
    kept.put_back()
    assert desk.post(DROP).url == UPLOAD
    assert desk.get(RESULT).url == UPLOAD and not Batch.objects.exists()
    assert "further" not in desk.get(TEMPLATE).getvalue().decode()


def test_the_template_can_be_brought_in(desk: Client) -> None:
    upload(desk, desk.get(TEMPLATE).getvalue())
    assert outcomes(desk.get(PREVIEW)) == ["created"]
    confirm(desk)
    assert Product.objects.get().barcodes.get().quantity == D(12)


def test_as_many_statements_for_one_line_as_for_forty(desk: Client) -> None:
    def asked(count: int) -> int:
        text = "name,barcode,quantity,cost_price\n" + "".join(f"N{n},{count}{n},5,4\n" for n in range(count))
        with CaptureQueriesContext(connection) as queries:
            upload(desk, text)
            confirm(desk)
        return len(queries)

    assert asked(1) == asked(40)
