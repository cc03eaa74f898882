"""A product file: what goes in, what is refused, and that the same file again changes nothing."""

import csv
import gzip
import io
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from billing.models import Batch, Product, StockMovement
from billing.services.import_products import Report, import_products
from billing.services.import_rows import COLUMNS, read_file
from billing.services.products import create_product
from billing.tests.factories import sell
from viveka.stores.models import Store, User
from viveka.stores.sheets import UnreadableFile
from viveka.stores.tests.factories import staff

pytestmark = pytest.mark.django_db
HEADER = "name,barcode,sku,unit,quantity,cost_price,batch_price,received_at"


def bring_in(store: Store, by: User, text: str | bytes) -> Report:
    data = text.encode() if isinstance(text, str) else text
    return import_products(store=store, by=by, reading=read_file(data, store), now=timezone.now())


def state() -> list[Any]:
    products = Product.objects.order_by("pk").values_list(
        "name",
        "sku",
        "barcode",
        "category",
        "unit",
        "selling_price",
        "low_stock_level",
        "stock_policy",
        "current_stock",
    )
    return [*products, *Batch.objects.order_by("pk").values_list("product", "quantity", "remaining", "cost_price")]


def test_makes_products_with_their_opening_batches(store: Store, manager: User) -> None:
    text = f"\ufeff{','.join(COLUMNS)}\r\n" + "\r\n".join(
        [
            "Sugar,S-1,890 1,Sweet,kg,45,,5,12.5,40,44.50,50,2027-01-31,2026-01-05,Rao & Sons,INV-7,9901,12",
            '"Salt, fine",,8902,,Pack,20.00,refuse,0,,,,,,,,,,',
            "",
            "Haircut,,,Salon,,120,NONE,,,,,,,,,,,",
        ]
    )
    report = bring_in(store, manager, text)
    assert (report.read, report.created, report.updated, report.batches, report.refused) == (3, 3, 0, 1, [])
    sugar, salt, cut = Product.objects.order_by("pk")
    assert (sugar.name, sugar.sku, sugar.barcode, sugar.category, sugar.unit) == ("Sugar", "S-1", "8901", "Sweet", "kg")
    assert (sugar.selling_price, sugar.low_stock_level, sugar.current_stock) == (45, 5, Decimal("12.5"))
    assert (salt.name, salt.unit, salt.stock_policy, salt.low_stock_level) == ("Salt, fine", "pack", "refuse", 0)
    assert (cut.stock_policy, cut.selling_price) == ("none", 120)
    batch = Batch.objects.get()
    assert (batch.cost_price, batch.selling_price, batch.mrp) == (40, Decimal("44.50"), 50)
    assert batch.received_at.astimezone(store.zone).isoformat() == "2026-01-05T00:00:00+05:30"
    assert StockMovement.objects.get().quantity == batch.remaining == Decimal("12.5")


def test_the_same_file_again_changes_nothing(store: Store, manager: User) -> None:
    text = f"{HEADER}\nSugar,1,,kg,5,40,50,2026-01-05\nSalt,,S,pc,3,10,,\nLoose,,,pc,2,1,,\n"
    bring_in(store, manager, text)
    before = state()
    report = bring_in(store, manager, "\ufeff" + text.replace("\n", "\r\n"))
    assert (report.created, report.updated, report.batches, report.known_batches) == (0, 0, 0, 3)
    assert state() == before


def test_what_was_sold_since_is_not_brought_back(store: Store, manager: User) -> None:
    text = f"{HEADER}\nSugar,1,,kg,5,40,50,2026-01-05\n"
    bring_in(store, manager, text)
    sell(store, manager, [(Product.objects.get(), 2)])
    bring_in(store, manager, text)
    assert Product.objects.get().current_stock == 3


def test_a_corrected_file_brings_only_what_is_new(store: Store, manager: User) -> None:
    bring_in(store, manager, f"{HEADER}\nSugar,1,,kg,5,40,50,\nSalt,2,,pc,x,10,,\n")
    report = bring_in(store, manager, f"{HEADER}\nSugar,1,,kg,5,40,50,\nSalt,2,,pc,3,10,,\n")
    assert (report.created, report.batches, report.known_batches) == (1, 1, 1)
    assert list(Product.objects.order_by("pk").values_list("current_stock", flat=True)) == [5, 3]


def test_finds_by_barcode_then_sku_and_keeps_what_is_left_empty(store: Store, manager: User) -> None:
    first = create_product(store=store, name="Sugar", barcode="1", category="Sweet", selling_price=Decimal(40))
    second = create_product(store=store, name="Salt", sku="S")
    text = "name,barcode,sku,category,selling_price\nFine sugar,1,A,,\n,2,S,,20\n"
    report = bring_in(store, manager, text)
    assert (report.created, report.updated, report.refused) == (0, 2, [])
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.name, first.sku, first.category, first.selling_price) == ("Fine sugar", "A", "Sweet", 40)
    assert (second.name, second.barcode, second.selling_price) == ("Salt", "2", 20)


def test_two_lots_of_one_product_in_one_file(store: Store, manager: User) -> None:
    text = f"{HEADER}\nSugar,1,,kg,5,40,50,2026-01-05\n,1,,,3,42,50,2026-02-05\n"
    report = bring_in(store, manager, text)
    assert (report.created, report.batches, report.refused) == (1, 2, [])
    assert Product.objects.get().current_stock == 8


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (",9,,,,,,", "A new product needs a name"),
        ("Sugar,,,stone,,,,", "Unit is one of"),
        ("Sugar,,,,1.2345,1,,", "at most 3 decimal"),
        ("Sugar,,,pc,1.5,1,,", "comes whole"),
        ("Sugar,,,,-1,1,,", "digits with at most one point"),
        ("Sugar,,,,१२,1,,", "digits with at most one point"),
        ("Sugar,,,,5,,,", "needs a cost_price"),
        ("Sugar,,,,,4,,", "no quantity"),
        ("Sugar,,,,5,4,,2999-01-01", "received_at is a day"),
        ("Sugar,,,,5,4,,2190-01-01", "in the future"),
        ("Sugar,,,,5,4,,yesterday", "received_at is a day"),
        ("Sugar\x07,,,,,,,", "control characters"),
        (f"{'x' * 201},,,,,,,", "at most 200"),
        ("Sugar,,", "3 cells"),
        ("Salt,1,S-2,,,,,", "has this SKU"),
        ("Salt,1,S-9,,,,,", "another SKU, S-1"),
        ("Pepper,,,,2,3,,", "the same batch"),
        ("Other pepper,3,,,,,,", "another name"),
    ],
)
def test_refuses_a_line_and_takes_the_rest(store: Store, manager: User, line: str, reason: str) -> None:
    create_product(store=store, name="Salt", barcode="1", sku="S-1")
    create_product(store=store, name="Chilli", sku="S-2")
    report = bring_in(store, manager, f"{HEADER}\nPepper,,,,2,3,,\nCumin,3,,,,,,\n{line}\nTea,,,,,,,\n")
    ((number, said),) = report.refused
    assert number == 4 and reason in said
    assert list(Product.objects.order_by("pk").values_list("name", flat=True)) == [
        "Salt", "Chilli", "Pepper", "Cumin", "Tea",
    ]  # fmt: skip
    assert Batch.objects.count() == 1


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "must name the columns"),
        (b"price\n5\n", "must name the columns"),
        (b"name,colour\nSugar,white\n", "Unknown columns: colour"),
        (b"name,name\nSugar,Salt\n", "twice"),
        (b"name\n\xff\xfe\n", "not UTF-8"),
        (b'name\n"Sugar"x\n', "not comma-separated"),
        (b"name\n" + b"x" * 200_000, "not comma-separated"),
    ],
)
def test_refuses_what_is_no_product_file(store: Store, data: bytes, reason: str) -> None:
    with pytest.raises(UnreadableFile, match=reason):
        read_file(data, store)


def test_stays_within_the_store(store: Store, other_store: Store, manager: User) -> None:
    create_product(store=other_store, name="Theirs", barcode="1")
    assert bring_in(store, manager, "name,barcode\nOurs,1\n").created == 1
    assert Product.objects.of(other_store).get().name == "Theirs"


def test_asks_as_much_for_400_lines_as_for_one(store: Store, manager: User) -> None:
    with CaptureQueriesContext(connection) as one:
        bring_in(store, manager, f"{HEADER}\nSugar,1,,kg,5,40,50,\n")
    lines = "".join(f"Thing {n},8{n:04d},,pc,5,40,50,\n" for n in range(400))
    with CaptureQueriesContext(connection) as many:
        assert bring_in(store, manager, f"{HEADER}\n{lines}").batches == 400
    assert len(many) == len(one)


@pytest.mark.data
def test_real_barcodes_and_names_go_in(store: Store, manager: User, real_data: Path, tmp_path: Path) -> None:
    """The Indian products of Open Food Facts, as a shop would bring in its list."""
    with gzip.open(real_data / "products" / "openfoodfacts_india_890_prefix.csv.gz", "rt", encoding="utf-8") as source:
        rows = list(csv.DictReader(source))
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["barcode", "name", "selling_price", "quantity", "cost_price"])
    writer.writerows([row["barcode"], row["product_name"], "50.00", "12", "41.25"] for row in rows)
    file = tmp_path / "products.csv"
    file.write_text(out.getvalue(), encoding="utf-8")
    told = _call(file, store)
    assert f"Products created  {len(rows)}" in told and "Lines refused     0" in told
    assert Product.objects.count() == Batch.objects.count() == len({row["barcode"] for row in rows})
    some = rows[len(rows) // 2]
    assert Product.objects.of(store).with_code(some["barcode"]).get().current_stock == 12
    told = _call(file, store)
    assert "Products created  0" in told and "Products updated  0" in told and "Batches received  0" in told


def test_the_command_says_what_it_needs(store: Store, tmp_path: Path) -> None:
    file = tmp_path / "products.csv"
    file.write_text("name\nSugar\n")
    with pytest.raises(CommandError, match="There is no store"):
        call_command("import_products", file, store="nowhere")
    with pytest.raises(CommandError, match="has no manager yet"):
        call_command("import_products", file, store=store.slug)
    staff(store, "manager", username="meera")
    with pytest.raises(CommandError, match="is no manager"):
        call_command("import_products", file, store=store.slug, by="asha")
    with pytest.raises(CommandError, match="can't be read"):
        call_command("import_products", tmp_path / "none.csv", store=store.slug)


def _call(file: Path, store: Store) -> str:
    out = io.StringIO()
    call_command("import_products", file, store=store.slug, stdout=out, stderr=out)
    return out.getvalue()
