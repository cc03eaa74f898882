"""Products and all that stands on the shelf, once or many times."""

from collections.abc import Iterable
from decimal import Decimal

from billing.models import AdjustmentKind, Product, ProductBarcode
from billing.services.adjusting import Why, adjust_batch
from billing.services.buyer import Buyer
from billing.services.import_products import import_products
from billing.services.import_rows import read_file
from billing.services.tender import Tender
from billing.tests.factories import sell, stocked_product
from tests.growth.growing import Growing

HEADINGS = "Name,SKU,Category,Selling price,Quantity,Cost price,Batch price,Expiry date,Received at"


def bring_in(growing: Growing, rows: Iterable[str]) -> None:
    """Products and batches of so many lines, in one go."""
    data = "\n".join([HEADINGS, *rows]).encode()
    reading = read_file(data, growing.store)
    assert not reading.refused
    import_products(store=growing.store, by=growing.manager, reading=reading, now=growing.now)


def grow_goods(growing: Growing) -> list[Product]:
    """Goods on the shelf, pinned to the counter, each of a category of its own."""
    day = growing.ago(9).date()
    bring_in(growing, (f"Good {n},G{n},Category {n},100,9000,80,100,,{day}" for n in growing.rows()))
    found = Product.objects.of(growing.store).filter(sku__startswith="G")
    found.update(is_favourite=True)
    return list(found.order_by("pk"))


def grow_services(growing: Growing) -> None:
    """Things without a stock, and things sold by price that are not on the list yet."""
    for name, fields in {"Service": {}, "Unlisted": {"to_complete": True}}.items():
        told = {"store": growing.store, "stock_policy": "none", "selling_price": Decimal(40), **fields}
        Product.objects.bulk_create(Product(name=f"{name} {n}", **told) for n in growing.rows())


def grow_shelf(growing: Growing) -> Product:
    """One product in batches of many prices, as many that are empty, and as many past their date; with barcodes."""
    product = stocked_product(growing.store, batches=[], by=growing.manager, name="Rice", sku="RICE", selling_price=100)
    past, day = growing.ago(1).date(), growing.ago(3).date()
    bring_in(growing, (f"Rice,RICE,,,50,80,{200 + n},,{day}" for n in growing.rows()))
    bring_in(growing, (f"Rice,RICE,,,7,70,{300 + n},,{day}" for n in growing.rows()))
    bring_in(growing, (f"Rice,RICE,,,5,60,{400 + n},{past},{day}" for n in growing.rows()))
    why = Why(AdjustmentKind.LOST, growing.manager, growing.now, "Gone")
    for batch in product.batches.filter(quantity=7):
        adjust_batch(store=growing.store, batch_id=batch.pk, quantity=Decimal(7), why=why)
    ProductBarcode.objects.bulk_create(
        ProductBarcode(store=growing.store, product=product, barcode=f"{8900000000000 + n}", quantity=Decimal(1 + n))
        for n in growing.rows()
    )
    product.refresh_from_db()
    return product


def grow_shortages(growing: Growing) -> Product:
    """One product sold again and again before it came in, to Asha for what she paid ahead and more."""
    allowed = {"stock_policy": "allow", "selling_price": Decimal(30)}
    product = stocked_product(growing.store, batches=[], by=growing.manager, name="Short", **allowed)
    for _ in growing.rows():
        parts = [Tender("advance", Decimal(1)), Tender("upi")]
        buyer = Buyer(customer_id=growing.asha.pk)
        sell(growing.store, growing.cashier, [(product, 1)], now=growing.now, tenders=parts, buyer=buyer)
    return product
