"""Bills with all that hangs on them, carts, credit notes: once or many times."""

from collections.abc import Sequence
from decimal import Decimal

from billing.models import (
    Bill,
    BillMove,
    Cart,
    CartLine,
    CartReturn,
    CreditNote,
    MethodChange,
    Product,
    ReceiptPrint,
    Return,
)
from billing.services.asked import SaleItem
from billing.services.buyer import Buyer
from billing.services.checkout import checkout
from billing.services.credit_notes import NoteItem
from billing.services.return_money import GiveBack
from billing.services.tender import Tender
from billing.tests.factories import credit_of, take_back
from customers.models import Customer
from tests.growth.goods import bring_in
from tests.growth.growing import Growing, write_copies
from viveka.stores.models import User

BACK = GiveBack("cash", over_debts=True)


def grow_bill(growing: Growing, goods: Sequence[Product], clerks: Sequence[User]) -> Bill:
    """A bill of many lines, each served by somebody else, the last out of many batches; paid in many parts."""
    day, times = growing.ago(2).date(), growing.times
    bring_in(growing, (f"Lentil,LENTIL,,100,2,{50 + n},{100 + n},,{day}" for n in growing.rows()))
    lentil = Product.objects.of(growing.store).get(sku="LENTIL")
    items = [SaleItem(one.pk, Decimal(5), served_by_id=by.pk) for one, by in zip(goods, clerks, strict=True)]
    parts = [Tender("upi", Decimal(n), reference=f"U{n}") for n in growing.rows()]
    parts += [Tender("advance", Decimal(100 * times)), Tender("credit", Decimal(50)), Tender("cash")]
    items.append(SaleItem(lentil.pk, Decimal(2 * times), price=Decimal(100)))
    buyer = Buyer(customer_id=growing.asha.pk)
    told = {"buyer": buyer, "now": growing.now, "store": growing.store, "by": growing.cashier}
    bill = checkout(items=items, tenders=parts, **told).bill
    _correct(growing, bill)
    return bill


def _correct(growing: Growing, bill: Bill) -> None:
    why = {"store": bill.store, "by": growing.manager, "at": growing.now}
    cash = bill.payments.get(method="cash")
    number, methods = growing.asha.number, {"from_method": "cash", "to_method": "upi"}
    MethodChange.objects.bulk_create(
        MethodChange(payment=cash, amount=cash.amount, reason=f"Other way {n}", **methods, **why)
        for n in growing.rows()
    )
    BillMove.objects.bulk_create(
        BillMove(bill=bill, from_customer=None, to_customer=growing.asha, to_number=number, reason=f"Hers {n}", **why)
        for n in growing.rows()
    )
    ReceiptPrint.objects.bulk_create(
        ReceiptPrint(store=bill.store, bill=bill, way="print", by=growing.cashier) for _ in growing.rows()
    )


def grow_returns(growing: Growing, bill: Bill) -> Return:
    """Of every line something came back at once; and as many returns besides."""
    made = take_back(bill, *[1] * (growing.times + 1), by=growing.manager, now=growing.now, give_back=BACK)
    write_copies(made, growing.times)
    return made


def grow_sales(growing: Growing, buyers: Sequence[Customer], product: Product, clerks: Sequence[User]) -> None:
    """A bill of each buyer, served by somebody else each, on credit and out of an advance."""
    for buyer, clerk in zip(buyers, clerks, strict=True):
        items = [SaleItem(product.pk, Decimal(1), served_by_id=clerk.pk)]
        parts = [Tender("credit", Decimal(10)), Tender("advance", Decimal(1)), Tender("cash")]
        who = Buyer(customer_id=buyer.pk)
        checkout(store=growing.store, by=clerk, items=items, tenders=parts, buyer=who, now=growing.now)


def grow_credit_notes(growing: Growing, goods: Sequence[Product]) -> CreditNote:
    """One of many lines, and many of one."""
    items = [NoteItem(one.pk, Decimal(1), Decimal(90)) for one in goods]
    who = Buyer(customer_id=growing.asha.pk)
    note = credit_of(growing.store, growing.manager, *items, now=growing.now, buyer=who, give_back=BACK)
    write_copies(note, growing.times)
    return note


def grow_carts(growing: Growing, goods: Sequence[Product], bill: Bill, buyers: Sequence[Customer]) -> None:
    """In front of the cashier and the manager a cart of many lines, with as many that come back; many that wait."""
    store = growing.store
    for by in (growing.cashier, growing.manager):
        cart = Cart.objects.get(store=store, by=by, held_at=None, dropped_at=None, bill=None)
        cart.customer = growing.asha
        cart.save()
        told = {"store": store, "cart": cart, "quantity": Decimal(1)}
        CartLine.objects.bulk_create(CartLine(product=one, served_by=by, **told) for one in goods)
        lines = {str(line.pk): ["1", True] for line in bill.lines.all()}
        CartReturn.objects.create(store=store, cart=cart, bill=bill, reason="Torn", by=by, lines=lines, method="cash")
    held = [Cart(store=store, by=growing.cashier, held_at=growing.now, customer=one) for one in buyers]
    Cart.objects.bulk_create(held)
    CartLine.objects.bulk_create(CartLine(store=store, cart=one, product=goods[0], quantity=Decimal(1)) for one in held)
