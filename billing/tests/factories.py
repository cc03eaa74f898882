"""Products with stock, carts and bills for tests, made by the services that make them in the shop."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from billing.models import (
    AdjustmentKind,
    Batch,
    Bill,
    BillMove,
    Cart,
    CartLine,
    CartReturn,
    CreditNote,
    MethodChange,
    PaymentMethod,
    Product,
    ProductBarcode,
    Reassignment,
    ReceiptPrint,
    Return,
)
from billing.services.adjusting import Why, adjust_batch
from billing.services.checkout import Sale, checkout
from billing.services.credit_notes import NoteItem, note_credit
from billing.services.quote import SaleItem
from billing.services.return_money import IN_CASH, GiveBack
from billing.services.return_plan import ReturnItem
from billing.services.returns import return_goods
from billing.services.stock import receive_batch
from billing.services.tender import Tender
from viveka.stores.models import Store, User
from viveka.stores.tests.factories import StoreFactory, UserFactory

Number = Decimal | int | str


class ProductFactory(DjangoModelFactory[Product]):
    """Goods sold by the piece, without stock."""

    class Meta:
        model = Product

    store = factory.SubFactory(StoreFactory)
    name = factory.Sequence(lambda n: f"Sugar {n}")


def stocked_product(
    store: Store,
    *,
    batches: Sequence[tuple[Number, Number, Number | None]] = ((10, 80, 100),),
    by: User | None = None,
    **product_fields: Any,
) -> Product:
    """A product with batches of (quantity, cost price, selling price), the oldest first, received a day apart."""
    product = ProductFactory(store=store, **product_fields)
    now = timezone.now()
    by = by or UserFactory()
    for days, (quantity, cost, price) in zip(range(len(batches), 0, -1), batches, strict=True):
        receive_batch(
            product=product,
            quantity=Decimal(quantity),
            cost_price=Decimal(cost),
            selling_price=None if price is None else Decimal(price),
            received_at=now - timedelta(days=days),
            now=now,
            by=by,
        )
    product.refresh_from_db()
    return product


def sold_short(store: Store, short: Number, *, by: User, there: Number = 0, price: Number = 100, **fields: Any) -> Bill:
    """A bill of a product sold without stock: `there` pieces of a batch at 80, and `short` that did not come in yet."""
    lots = [(there, 80, price)] if there else []
    product = stocked_product(store, batches=lots, by=by, stock_policy="allow", selling_price=Decimal(price), **fields)
    return sell(store, by, [(product, Decimal(there) + Decimal(short))]).bill


def receive(product: Product, quantity: Number, cost: Number, *, by: User, **rest: Any) -> Batch:
    """One batch, now, at a price of 100."""
    now = timezone.now()
    given = {"selling_price": Decimal(100), "received_at": now, "now": now, **rest}
    return receive_batch(product=product, quantity=Decimal(quantity), cost_price=Decimal(cost), by=by, **given)


def short_of_and_put_right(store: Store, product: Product, *, by: User) -> None:
    """For a store that has one of everything: a shortage settled in part, a damaged piece, a carton's barcode."""
    line = sold_short(store, 3, by=by).lines.get()
    receive(line.product, 2, 70, by=by)
    why = Why(AdjustmentKind.DAMAGED, by, timezone.now(), "Fell down")
    adjust_batch(store=store, batch_id=product.batches.first().pk, quantity=Decimal(1), why=why)
    ProductBarcode.objects.create(store=store, product=product, barcode="18901234567890", quantity=Decimal(12))


def sell(
    store: Store,
    by: User,
    items: Sequence[tuple[Product, Number]],
    *,
    now: datetime | None = None,
    tenders: Sequence[Tender] = (Tender(PaymentMethod.CASH),),
    **rest: Any,
) -> Sale:
    """Sell (product, quantity) pairs for cash; the rest (`at`, `buyer`, `terms`, `request`) goes to the checkout."""
    wanted = [SaleItem(product.pk, Decimal(quantity)) for product, quantity in items]
    return checkout(store=store, by=by, items=wanted, tenders=tenders, now=now or timezone.now(), **rest)


def filled_cart(store: Store, by: User, items: Sequence[tuple[Product, Number]], **cart_fields: Any) -> Cart:
    """A cart of (product, quantity) pairs in front of this person."""
    cart = Cart.objects.create(store=store, by=by, **cart_fields)
    for product, quantity in items:
        CartLine.objects.create(store=store, cart=cart, product=product, quantity=Decimal(quantity))
    return cart


def take_back(
    bill: Bill,
    *quantities: Number,
    by: User,
    now: datetime | None = None,
    restock: bool = True,
    give_back: GiveBack = IN_CASH,
    **rest: Any,
) -> Return:
    """Return so much of each line of the bill, by position; 0 leaves one out."""
    lines = bill.lines.order_by("position")
    wanted = [
        ReturnItem(line.pk, Decimal(quantity), restock)
        for line, quantity in zip(lines, quantities, strict=False)
        if Decimal(quantity)
    ]
    return return_goods(
        store=bill.store,
        bill_id=bill.pk,
        items=wanted,
        reason="Too small",
        by=by,
        now=now or timezone.now(),
        give_back=give_back,
        **rest,
    ).goods_return


def credit_of(store: Store, by: User, *items: NoteItem, now: datetime | None = None, **rest: Any) -> CreditNote:
    """Goods without their bill."""
    told = {"reason": "No bill", "by": by, "now": now or timezone.now(), **rest}
    return note_credit(store=store, items=items, **told).note


def put_right(bill: Bill, payment: Any, advance: Any, by: User) -> dict[str, Any]:
    """One row of each kind of correction, of a print and of goods in a cart, by the name of its table."""
    why: dict[str, Any] = {"store": bill.store, "reason": "Typed wrong", "by": by, "at": timezone.now()}
    money = {"from_method": "cash", "to_method": "upi", "amount": payment.amount}
    cart = Cart.objects.create(store=bill.store, by=by, held_at=timezone.now())
    return {
        "billmove": BillMove.objects.create(
            bill=bill, from_customer=None, to_customer=advance.customer, to_number=advance.customer.number, **why
        ),
        "methodchange": MethodChange.objects.create(payment=payment, **money, **why),
        "reassignment": Reassignment.objects.create(
            advance=advance, instead_advance=advance.customer.advances.exclude(pk=advance.pk)[0], **why
        ),
        "receiptprint": ReceiptPrint.objects.create(store=bill.store, bill=bill, way="print", by=by),
        "cartreturn": CartReturn.objects.create(store=bill.store, cart=cart, bill=bill, reason="Too small", by=by),
    }


def money_of(goods_return: Return) -> list[tuple[str, Decimal]]:
    """Which way how much went back."""
    return list(goods_return.money.values_list("way", "amount"))
