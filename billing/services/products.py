"""Products: one set of rules for the form, the API, the import and the admin."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, TypedDict, Unpack

from django.db import IntegrityError, models, transaction
from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from billing.models import Batch, Product, ProductBarcode, Unit
from billing.models.product import DIVISIBLE, ProductQuerySet
from billing.services.stock import refuse_above_mrp
from viveka.stores.errors import Refused, RefusedFields, broken_rule
from viveka.stores.models import StockPolicy, Store
from viveka.stores.money import MAX_MONEY, MAX_QUANTITY, MIN_QUANTITY, PAISA, ZERO, read_quantity, show_quantity
from viveka.stores.text import clean_text

SKU_TAKEN = "Another product has this SKU."
BARCODE_TAKEN = "Another product has this barcode."
_ONCE = {
    "product_sku_once": ("sku", SKU_TAKEN),
    "product_barcode_once": ("barcode", BARCODE_TAKEN),
    "barcode_once_in_the_store": ("barcode", BARCODE_TAKEN),
}


class ProductFields(TypedDict, total=False):
    """What is said of a product. Amounts and quantities come read (`read_amount`); texts as typed."""

    name: str
    sku: str
    barcode: str
    category: str
    unit: str
    selling_price: Decimal | None
    low_stock_level: Decimal | None
    stock_policy: str
    is_active: bool
    is_favourite: bool


def _clean_code(text: str, *, field: str) -> str:
    """A barcode or SKU. Spaces go from a barcode, where people type them as they are printed."""
    code = clean_text(text, field=field, most=48)
    return code.replace(" ", "") if field == "barcode" else code


def _clean_name(text: str, *, field: str) -> str:
    name = clean_text(text, field=field, most=200)
    if not name:
        raise Refused("Type the product's name.", field)
    return name


def _clean_choice(choices: type[models.TextChoices]) -> Callable[..., str]:
    def clean(text: str, *, field: str) -> str:
        if text not in choices.values:
            raise Refused(f"{field.replace('_', ' ').capitalize()} is one of {', '.join(choices.values)}.", field)
        return str(text)

    return clean


def _bounded(most: Decimal, step: Decimal) -> Callable[..., Decimal | None]:
    def clean(value: Decimal | None, *, field: str) -> Decimal | None:
        if value is None:
            return None
        if not (value.is_finite() and ZERO <= value <= most and value == value.quantize(step)):
            raise Refused(f"{field.replace('_', ' ').capitalize()} is between 0 and {most}.", field)
        return value

    return clean


_CLEANERS: dict[str, Callable[..., Any]] = {
    "name": _clean_name,
    "sku": _clean_code,
    "barcode": _clean_code,
    "category": lambda text, field: clean_text(text, field=field, most=80),
    "unit": _clean_choice(Unit),
    "selling_price": _bounded(MAX_MONEY, PAISA),
    "low_stock_level": _bounded(MAX_QUANTITY, MIN_QUANTITY),
    "stock_policy": _clean_choice(StockPolicy),
    "is_active": lambda value, field: bool(value),
    "is_favourite": lambda value, field: bool(value),
}


def read_level(text: str, *, field: str = "low_stock_level") -> Decimal:
    """A low-stock level as typed: a quantity, or 0. Raises Refused."""
    if "0" in text and text.count(".") < 2 and not text.strip("0."):
        return Decimal(0)
    return read_quantity(text, field=field, label="Low stock level")


def clean_product(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields as they are kept. Raises RefusedFields with every field at fault. Asks the database nothing."""
    cleaned: dict[str, Any] = {}
    errors: dict[str, list[str]] = {}
    for field, value in fields.items():
        try:
            cleaned[field] = _CLEANERS[field](value, field=field)
        except Refused as refusal:
            errors.update(refusal.errors)
    if errors:
        raise RefusedFields(errors)
    return cleaned


def check_product(store: Store, fields: Mapping[str, Any], product: Product | None = None) -> dict[str, Any]:
    """The fields of a new product, or of changes to `product`, cleaned and judged against the store's others.

    Raises RefusedFields. The database has the last word about codes used twice: see `_refuse_twice`.
    """
    if product is None:
        fields = {"name": "", **fields}
    cleaned = clean_product(fields)
    codes = {field: cleaned[field] for field in ("sku", "barcode") if cleaned.get(field)}
    others = Product.objects.of(store)
    if product:
        others = others.exclude(pk=product.pk)
    errors: dict[str, list[str]] = {}
    if codes:
        either = Q()
        for field, code in codes.items():
            either |= Q(**{field: code})
        for other in others.filter(either).only("sku", "barcode")[:2]:
            for field, message in _ONCE.values():
                if field in codes and codes[field] == getattr(other, field):
                    errors[field] = [message]
    if codes.get("barcode") and ProductBarcode.objects.filter(store=store, barcode=codes["barcode"]).exists():
        errors["barcode"] = [BARCODE_TAKEN]
    if product:
        errors |= stock_in_the_way(product, cleaned)
    if errors:
        raise RefusedFields(errors)
    return cleaned


def stock_in_the_way(product: Product, cleaned: Mapping[str, Any]) -> dict[str, list[str]]:
    """What can't be changed while there is stock of the product, by field."""
    errors = {}
    if product.short and cleaned.get("stock_policy", StockPolicy.ALLOW) != StockPolicy.ALLOW:
        owed = show_quantity(product.short)
        errors["stock_policy"] = [f"{owed} of it were sold and did not come in yet. Receive a batch first."]
    elif cleaned.get("stock_policy") == StockPolicy.NONE and product.current_stock:
        errors["stock_policy"] = ["There is stock of it. It can become a service when nothing is left."]
    if cleaned.get("unit", product.unit) not in DIVISIBLE and (product.current_stock % 1 or product.short % 1):
        errors["unit"] = [f"There is {show_quantity(product.current_stock)} of it, which is not whole."]
    return errors


def create_product(*, store: Store, **fields: Unpack[ProductFields]) -> Product:
    """A new product; its stock policy is the store's default where none is given. Raises RefusedFields."""
    given: dict[str, Any] = {"stock_policy": store.default_stock_policy, **fields}
    with transaction.atomic():
        product = Product(store=store, **check_product(store, given))
        return _save(product)


def update_product(*, product: Product, **changes: Unpack[ProductFields]) -> Product:
    """Change the fields given; the rest stays. Raises RefusedFields. Stock is never touched here."""
    with transaction.atomic():
        current = (
            Product.objects.select_for_update(no_key=True, of=("self",)).select_related("store").get(pk=product.pk)
        )
        cleaned = check_product(current.store, changes, current)
        changed = [field for field, value in cleaned.items() if getattr(current, field) != value]
        for field in changed:
            setattr(current, field, cleaned[field])
        return _save(current, update_fields=[*changed, "updated_at"]) if changed else current


def _save(product: Product, **kwargs: Any) -> Product:
    """Save, and put the database's refusal of a code used twice into words: somebody else was a moment faster."""
    try:
        with transaction.atomic():
            product.save(**kwargs)
    except IntegrityError as error:
        name = broken_rule(error)
        if name not in _ONCE:
            raise
        field, message = _ONCE[name]
        raise RefusedFields({field: [message]}) from None
    return product


class BatchChanges(TypedDict, total=False):
    """What may be put right on a batch after it was received. Quantity, cost and day stay as they were."""

    selling_price: Decimal | None
    mrp: Decimal | None
    expiry_date: date | None
    supplier: str
    supplier_bill: str
    note: str


_BATCH_TEXTS = {"supplier": 200, "supplier_bill": 80, "note": 500}
_BATCH_AMOUNTS = {"cost_price", "selling_price", "mrp"}


def clean_batch(fields: Mapping[str, Any]) -> dict[str, Any]:
    """What is said of a batch, its texts cleaned and its amounts bounded. Raises RefusedFields."""
    cleaned: dict[str, Any] = dict(fields)
    errors: dict[str, list[str]] = {}
    for field, value in fields.items():
        try:
            if field in _BATCH_TEXTS:
                cleaned[field] = clean_text(value, field=field, most=_BATCH_TEXTS[field])
            elif field in _BATCH_AMOUNTS:
                cleaned[field] = _bounded(MAX_MONEY, PAISA)(value, field=field)
        except Refused as refusal:
            errors.update(refusal.errors)
    if errors:
        raise RefusedFields(errors)
    return cleaned


@transaction.atomic
def update_batch(*, batch: Batch, **changes: Unpack[BatchChanges]) -> Batch:
    """Change prices, expiry date, supplier or note of a batch; each change leaves a trace. Raises Refused."""
    current = Batch.objects.select_for_update(no_key=True, of=("self",)).get(pk=batch.pk)
    for field, value in clean_batch(changes).items():
        setattr(current, field, value)
    refuse_above_mrp(current.selling_price, current.mrp)
    current.save(update_fields=list(changes))
    return current


def with_next_price(products: ProductQuerySet, day: date) -> ProductQuerySet:
    """Each product with `next_price`: what the next piece of it sells for on that day.

    The price of the oldest batch that can be sold, else the product's own, else None.
    """
    oldest = Batch.objects.filter(product=OuterRef("pk")).sellable(day).oldest_first()
    return products.annotate(next_price=Coalesce(Subquery(oldest.values("selling_price")[:1]), F("selling_price")))
