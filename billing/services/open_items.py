"""What is not on the list: sold at once by price, and completed by a manager later."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Count, Max, OuterRef, QuerySet, Subquery, Sum

from billing.models import BillLine, Cart, CartLine, Product
from billing.services.barcodes import add_barcode
from billing.services.carts import Machine, open_cart
from billing.services.products import create_product, update_product
from billing.services.stock import lock_products, receive_batch
from viveka.stores.errors import Missing, Refused
from viveka.stores.models import StockPolicy, Store, User
from viveka.stores.money import PAISA, show_amount
from viveka.stores.text import clean_text
from viveka.stores.transactions import retry_when_entangled


@retry_when_entangled
@transaction.atomic
def add_open_item(
    *, store: Store, by: User, machine: Machine = None, price: Decimal, name: str = "", barcode: str = ""
) -> Product:
    """Put something that is not on the list into the person's cart, at this price.

    It becomes a product whose cost is unknown and which a manager is asked to complete; its barcode is remembered, so
    that the next scan finds it. Who has this barcode, or this name and is still to be completed, is sold again.
    Raises Refused for a price or a text that is none.
    """
    if price < PAISA:
        raise Refused("Type what it costs.", "price")
    name = clean_text(name, field="name", most=200)
    barcode = clean_text(barcode, field="barcode", most=48).replace(" ", "")
    cart = open_cart(store, by, machine)
    product = _known(store, name, barcode) or _new_or_just_made(store, name, barcode, price)
    _put_in(cart, product, price)
    return product


def _known(store: Store, name: str, barcode: str) -> Product | None:
    if barcode:
        return Product.objects.of(store).on_sale().with_code(barcode).first()
    return Product.objects.to_complete(store).filter(name__iexact=name).first() if name else None


def _new_or_just_made(store: Store, name: str, barcode: str, price: Decimal) -> Product:
    """Two tills may scan the same unknown thing at once: the slower one finds what the other made."""
    try:
        return _new(store, name, barcode, price)
    except Refused:
        if barcode and (product := _known(store, name, barcode)):
            return product
        raise


def _new(store: Store, name: str, barcode: str, price: Decimal) -> Product:
    if not name:
        name = f"Item {barcode}" if barcode else f"Item at {show_amount(price, store.currency)}"
        if not barcode and (again := _known(store, name, "")):
            return again
    product = create_product(
        store=store, name=name, barcode=barcode, selling_price=price, stock_policy=StockPolicy.NONE
    )
    product.to_complete = True
    product.save(update_fields=["to_complete"])
    return product


def _put_in(cart: Cart, product: Product, price: Decimal) -> None:
    typed = price if product.selling_price != price or not product.to_complete else None
    line, is_new = CartLine.objects.get_or_create(
        store_id=cart.store_id, cart=cart, product=product, packet=None, price=typed,
        defaults={"quantity": Decimal(1), "served_by_id": cart.served_by_id},
    )  # fmt: skip
    if not is_new:
        line.quantity, line.amount = line.quantity + 1, None
        line.save(update_fields=["quantity", "amount", "updated_at"])


def items_to_complete(store: Store) -> "QuerySet[Product]":
    """The things a manager is asked to complete, each with how often and when it was sold."""
    sold = BillLine.objects.filter(product=OuterRef("pk")).order_by().values("product")
    return Product.objects.to_complete(store).annotate(
        times=Subquery(sold.annotate(n=Count("pk")).values("n")),
        sold=Subquery(sold.annotate(n=Sum("quantity")).values("n")),
        earned=Subquery(sold.annotate(n=Sum("total")).values("n")),
        last_sold=Subquery(sold.annotate(n=Max("bill__at")).values("n")),
    )


@retry_when_entangled
@transaction.atomic
def complete_item(
    *,
    product: Product,
    by: User,
    now: datetime,
    quantity: Decimal | None = None,
    cost_price: Decimal | None = None,
    **fields: Any,
) -> Product:
    """Put it on the list as what it is, with what is on the shelf of it at its cost, where that is said.

    Bills that stand keep their lines as they were, their cost unknown. Raises Refused naming the field.
    """
    _insist_open(lock_products(product.store, [product.pk])[product.pk])
    if quantity is not None and cost_price is None:
        raise Refused("Type what one costs you.", "cost_price")
    saved = update_product(product=product, **fields)
    saved.to_complete = False
    saved.save(update_fields=["to_complete"])
    if quantity is not None and cost_price is not None:
        if not saved.keeps_stock:
            raise Refused("Choose that stock is kept of it, or leave the quantity empty.", "quantity")
        receive_batch(
            product=saved, quantity=quantity, cost_price=cost_price, selling_price=None, received_at=now, now=now, by=by
        )
    return saved


@retry_when_entangled
@transaction.atomic
def join_item(*, product: Product, into_id: int) -> Product:
    """It was this product all along: its barcode goes there, beside the one that has, and it is sold no more.

    Bills that stand keep their lines, and stock stays as it is counted. Raises Missing, Refused where the other one is
    itself to be completed.
    """
    store = product.store
    locked = lock_products(store, [product.pk, into_id])
    if product.pk == into_id:
        raise Refused("Choose another product.", "product")
    one, into = locked[product.pk], locked[into_id]
    _insist_open(one)
    if into.to_complete or not into.is_active:
        raise Refused(f"{into.name} is not on the list. Choose one that is.", "product")
    barcode, one.barcode = one.barcode, ""
    one.to_complete, one.is_active, one.turned_out = False, False, into
    one.save(update_fields=["barcode", "to_complete", "is_active", "turned_out", "updated_at"])
    if barcode and into.barcode:
        add_barcode(product=into, barcode=barcode, quantity=Decimal(1))
    elif barcode:
        into.barcode = barcode
        into.save(update_fields=["barcode", "updated_at"])
    return into


def _insist_open(product: Product) -> None:
    """The product is locked."""
    if not product.to_complete:
        raise Missing("This was completed already.")
