"""Checkout: goods leave, money comes, a bill stands. All of it in one transaction, or none.

Locks are taken in the order of the house: request key, cart, till session, customer, products, batches, advances,
debts; the bill's counter comes last, because it makes every other till of the store wait until commit.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Exists, OuterRef

from billing.models import Bill, BillLine, Cart, CartReturn, Payment, StockMovement, StockShortage
from billing.services.above import Kept, keep_above
from billing.services.asked import side_by_side
from billing.services.buyer import Buyer, Identified, identify
from billing.services.exchange import Swap
from billing.services.instruments import Instrument, open_instruments
from billing.services.numbering import bill_number
from billing.services.quote import Quote, QuotedLine, SaleItem, quote, sale_item
from billing.services.record_bills import bill_record
from billing.services.shortages import carry_shortages
from billing.services.stock import lock_batches, lock_products, sold_movements, take_from_batches
from billing.services.tender import Settled, Tender, settle
from customers.models import Customer
from viveka.stores.dating import check_dated
from viveka.stores.errors import Conflict, Missing, Refused
from viveka.stores.idempotency import KeyedRequest
from viveka.stores.ids import new_id
from viveka.stores.inserting import insert_rows
from viveka.stores.models import Counter, Store, User
from viveka.stores.money import MAX_MONEY, ZERO, show_amount
from viveka.stores.tills import hold_till
from viveka.stores.tracing import UNTRACED
from viveka.stores.transactions import retry_when_entangled

_COUNTED = f"""{UNTRACED}
UPDATE customers_customer SET total_purchases = %s, purchase_count = %s, last_purchase_at = %s WHERE id = %s
"""


class PriceChanged(Conflict):
    """Stock or a price is not what the cashier saw; nothing was billed."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What else was said with a sale: a discount, what the total should be, the other system's number."""

    discount: Decimal = ZERO
    expected_total: Decimal | None = None
    seen: str = ""
    """The digest of the quote that was on screen; "" where none was."""
    reference_number: str = ""


@dataclass(slots=True)
class Sale:
    """The bill, and how it came about."""

    bill: Bill
    is_new_customer: bool = False
    is_replay: bool = False
    """The bill was made by an earlier, equal request."""
    warnings: list[str] = field(default_factory=list)
    written: "Written | None" = None
    """The rows of the bill as they were written just now; None for a bill that was there already."""


@dataclass(frozen=True, slots=True)
class Written:
    """What stands behind a bill: its lines by position, the movements of its goods, its payments, what was short."""

    lines: list[BillLine]
    movements: list[StockMovement]
    payments: list[Payment]
    shortages: list[StockShortage]


@retry_when_entangled
@transaction.atomic
def checkout(
    *,
    store: Store,
    by: User,
    items: Sequence[SaleItem],
    tenders: Sequence[Tender],
    now: datetime,
    at: datetime | None = None,
    buyer: Buyer = Buyer(),  # noqa: B008  (frozen)
    terms: Terms = Terms(),
    request: KeyedRequest | None = None,
) -> Sale:
    """Sell the items. `at` is the moment the sale is about, `now` the one it is entered.

    Raises Refused (a field is wrong), InsufficientStock or PriceChanged (as things stand), Missing (not in this store).
    """
    bill_id = new_id()
    if request and (earlier := request.claim(bill_id)):
        return Sale(Bill.objects.of(store).get(pk=earlier.made_id), is_replay=True)
    return _sell(store, by, bill_id, None, items, tenders, now, at or now, buyer, terms)


@retry_when_entangled
@transaction.atomic
def complete_cart(
    *,
    store: Store,
    by: User,
    cart_id: UUID,
    tenders: Sequence[Tender],
    now: datetime,
    terms: Terms = Terms(),
) -> Sale:
    """Sell what is in the cart. However often and by whomever it is completed, it makes one bill.

    Raises as `checkout` does; Missing where the store has no such cart.
    """
    cart = Cart.objects.filter(store=store, pk=cart_id).for_no_key_update().first()
    if cart is None or cart.dropped_at:
        raise Missing("This cart is no longer there.")
    is_billed = Exists(Bill.objects.filter(cart=OuterRef("cart")))
    swaps = Exists(CartReturn.objects.filter(cart=OuterRef("cart")))
    lines = side_by_side(cart.lines.select_related("packet").annotate(is_billed=is_billed, swaps=swaps))
    may_be_billed = not lines or lines[0].is_billed
    if may_be_billed and (bill := Bill.objects.of(store).filter(cart=cart).first()):
        return Sale(bill, is_replay=True)
    items = [sale_item(line, store) for line in lines]
    if cart.discount:
        terms = replace(terms, discount=cart.discount)
    if cart.phone:  # by phone also where the record is known: it may have to come back, or take its first name
        buyer = Buyer(phone=cart.phone, name=cart.customer_name)
    else:
        buyer = Buyer(customer_id=cart.customer_id, name=cart.customer_name)
    bill_id = new_id()
    if record_key := cart.record_key:
        bill_record(store, record_key, bill_id, by=by, now=now)
    swap = Swap.of(cart, store, by, now) if lines and lines[0].swaps else None
    return _sell(store, by, bill_id, cart, items, tenders, now, now, buyer, terms, swap)


def _sell(
    store: Store,
    by: User,
    bill_id: UUID,
    cart: Cart | None,
    items: Sequence[SaleItem],
    tenders: Sequence[Tender],
    now: datetime,
    at: datetime,
    buyer: Buyer,
    terms: Terms,
    swap: Swap | None = None,
) -> Sale:
    """The body of every sale: lock, compute and check in memory, write, number last. What comes back in exchange does
    so first."""
    if not items:
        raise Refused("Add a product first.", "saleItems")
    day = store.day_of(at)
    check_dated(store, at, now)
    till = hold_till(store) if at == now else None
    who = identify(store, buyer)
    products = lock_products(store, [item.product_id for item in items] + (swap.product_ids if swap else []))
    if swap:
        swap.take_back(who)
    priced = quote(
        items, products=products, batches=lock_batches(products, day), discount=terms.discount,
        is_rounded=store.rounds_to_rupee,
    )  # fmt: skip
    priced.insist()
    _compare(store, priced, terms)
    exchanged = swap.pay_back(who, priced.total, till) if swap else ZERO
    settled = settle(tenders, priced.total - exchanged)
    when: dict[str, Any] = {"by": by, "now": now, "at": None if at == now else at}
    instruments = open_instruments(store, who, settled, **when)
    settled, kept = keep_above(store, who, bill_id, settled, **when)

    take_from_batches([part for line in priced.lines for part in line.parts])
    common = {"store_id": store.pk, "by_id": by.pk, "at": at, "created_at": now}
    lines, movements = _write_lines(common, bill_id, priced.lines)
    shortages = _shortages(common, lines, priced.lines)
    carry_shortages(shortages, products)
    payments = _write_payments(common | {"till_session_id": till}, bill_id, settled, instruments)
    if swap:
        payments += swap.pay_with(common, bill_id)
    if who.customer:
        _count_purchase(who.customer, priced.total, at)
    if swap:
        swap.close()  # the two counters come last
    bill = _write_bill(store, by, bill_id, cart, who, priced, settled, kept, now, at, terms.reference_number)
    warnings = [who.warning] if who.warning else []
    written = Written(lines, movements, payments, shortages)
    return Sale(bill, is_new_customer=who.is_new, warnings=warnings, written=written)


def _compare(store: Store, priced: Quote, terms: Terms) -> None:
    """Nothing is billed that the cashier has not seen."""
    if terms.expected_total is not None and terms.expected_total != priced.total:
        raise PriceChanged(
            f"The total is {priced.total} now, not {terms.expected_total}. Look at the cart and confirm again.",
            "expectedTotal",
        )
    if terms.seen and terms.seen != priced.digest():
        total = show_amount(priced.total, store.currency)
        raise PriceChanged(f"Prices or stock have changed: the total is {total} now. Look and confirm again.")


def _write_lines(
    common: dict, bill_id: UUID, lines: Sequence[QuotedLine]
) -> tuple[list[BillLine], list[StockMovement]]:
    rows: list[BillLine] = []
    movements: list[StockMovement] = []
    for position, line in enumerate(lines, 1):
        asked, word = line.asked, line.word
        row = BillLine(
            store_id=common["store_id"], bill_id=bill_id, product_id=line.product.pk, position=position,
            item=line.item + 1, name=line.product.name, unit=line.product.unit, quantity=line.quantity,
            price=line.price, subtotal=line.subtotal, discount=line.discount, rounding=line.rounding, total=line.total,
            cost=line.cost, note=asked.note, by_amount=asked.amount is not None,
            is_cost_unknown=line.product.to_complete, served_by_id=asked.served_by_id,
            allowed_by_id=word.by_id if word else None, allowed_why=word.why if word else "",
        )  # fmt: skip
        rows.append(row)
        movements += sold_movements(common, row.pk, line.parts)
    insert_rows(rows)
    insert_rows(movements)
    return rows, movements


def _shortages(common: dict, rows: Sequence[BillLine], lines: Sequence[QuotedLine]) -> list[StockShortage]:
    """What is sold before it came in, not yet written."""
    return [
        StockShortage(**common, bill_line=row, product_id=row.product_id, quantity=line.short, open=line.short)
        for row, line in zip(rows, lines, strict=True)
        if line.short
    ]


def _write_payments(
    common: dict, bill_id: UUID, settled: Sequence[Settled], instruments: Sequence[Instrument]
) -> list[Payment]:
    payments = [
        Payment(
            **common, bill_id=bill_id, method=part.method, amount=part.amount, reference=part.reference,
            tendered=part.tendered, deduction=instrument.deduction, debt=instrument.debt,
        )
        for part, instrument in zip(settled, instruments, strict=True)
    ]  # fmt: skip
    insert_rows(payments)
    return payments


def _count_purchase(customer: Customer, total: Decimal, at: datetime) -> None:
    if customer.total_purchases + total > MAX_MONEY:
        raise Refused(f"The purchases of {customer} would pass {MAX_MONEY}.", "total")
    customer.total_purchases += total
    customer.purchase_count += 1
    customer.last_purchase_at = max(at, customer.last_purchase_at or at)
    with connection.cursor() as cursor:
        counted = [customer.total_purchases, customer.purchase_count, customer.last_purchase_at, customer.pk]
        cursor.execute(_COUNTED, counted)


def _write_bill(
    store: Store,
    by: User,
    bill_id: UUID,
    cart: Cart | None,
    who: Identified,
    priced: Quote,
    settled: Sequence[Settled],
    kept: Kept,
    now: datetime,
    at: datetime,
    reference_number: str,
) -> Bill:
    day = store.day_of(at)
    year = store.financial_year(day)
    bill = Bill(
        id=bill_id, store=store, year=year, cart=cart, at=at, day=day, created_at=now, cashier=by,
        customer=who.customer, for_name=who.for_name, subtotal=priced.subtotal, discount=priced.discount,
        rounding=priced.rounding, total=priced.total, total_cost=priced.total_cost,
        change=sum((part.change for part in settled), ZERO),
        reference_number=reference_number, debt_payment=kept.debt_payment, kept_advance=kept.advance,
    )  # fmt: skip
    if who.customer:
        bill.customer_number = who.customer.number
        bill.customer_name = who.customer.name
        bill.customer_phone = who.customer.phone or ""
    bill.sequence = Counter.objects.next(store, f"bill {year}")
    bill.number = bill_number(store.bill_prefix, year, bill.sequence)
    insert_rows([bill])
    return bill
