"""Further barcodes of a product: the carton of twelve, another maker's packet. A code is one product's in the store."""

from decimal import Decimal

from django.db import IntegrityError, transaction

from billing.models import Product, ProductBarcode
from billing.services.products import BARCODE_TAKEN, clean_product
from billing.services.stock import lock_products
from viveka.stores.errors import Missing, Refused, broken_rule
from viveka.stores.models import Store
from viveka.stores.money import MAX_QUANTITY, MIN_QUANTITY

_ONCE = ("further_barcode_once", "barcode_once_in_the_store")


def check_pack(product: Product, quantity: Decimal) -> None:
    """What a code may stand for. Raises Refused."""
    if not MIN_QUANTITY <= quantity <= MAX_QUANTITY:
        raise Refused(f"The pack size is between {MIN_QUANTITY} and {MAX_QUANTITY}.", "quantity")
    if not product.is_divisible and quantity % 1:
        raise Refused(f"{product.name} is sold whole: a pack is of 1, 2, 3 …", "quantity")


@transaction.atomic
def add_barcode(*, product: Product, barcode: str, quantity: Decimal) -> ProductBarcode:
    """From now on this code stands for so much of the product. Raises Refused where another code or product has it."""
    product = lock_products(product.store, [product.pk])[product.pk]
    code = clean_product({"barcode": barcode})["barcode"]
    if not code:
        raise Refused("Scan or type the barcode.", "barcode")
    check_pack(product, quantity)
    if Product.objects.of(product.store).with_code(code, sku=False).exists():
        raise Refused(BARCODE_TAKEN, "barcode")
    try:
        with transaction.atomic():
            return ProductBarcode.objects.create(store=product.store, product=product, barcode=code, quantity=quantity)
    except IntegrityError as error:  # somebody else was a moment faster
        if broken_rule(error) not in _ONCE:
            raise
        raise Refused(BARCODE_TAKEN, "barcode") from None


@transaction.atomic
def remove_barcode(*, store: Store, pk: int) -> ProductBarcode:
    """The code stands for nothing any more; the trace of it stays. Raises Missing."""
    further = ProductBarcode.objects.filter(store=store, pk=pk).select_related("product").first()
    if further is None:
        raise Missing("No such barcode.", "barcode")
    ProductBarcode.objects.filter(pk=further.pk).delete()
    return further
