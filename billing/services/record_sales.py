"""From an appointment or a booking to the counter: its lines as products, its customer; and a fee for cancelling."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from functools import reduce
from operator import or_
from typing import Any, cast
from uuid import UUID

from django.db import transaction
from django.db.models import Q, Sum
from django.db.models.functions import Lower

from advances.models import Appointment, Booking, RecordStatus
from advances.services import Line
from advances.services.record_changes import KEEP, advances_of, cancel_record, lock_record, reopen_locked
from advances.services.record_parts import lines_of
from advances.services.recording import AnyRecord
from billing.models import Bill, Cart, CartLine, PaymentMethod, Product
from billing.services.buyer import Buyer
from billing.services.checkout import checkout
from billing.services.quote import SaleItem
from billing.services.record_bills import refuse_billed, tie
from billing.services.tender import Tender
from viveka.stores.errors import Conflict, Refused
from viveka.stores.models import StockPolicy, Store, User
from viveka.stores.money import MAX_QUANTITY, PAISA, ZERO
from viveka.stores.phone import show_phone
from viveka.stores.text import words_query
from viveka.stores.transactions import retry_when_entangled


@dataclass(frozen=True, slots=True)
class Carried:
    """The cart that a record became, and the names of lines that stand for no product on sale."""

    cart: Cart
    left_out: list[str] = field(default_factory=list)


def with_products(store: Store, lines: Sequence[Line]) -> list[Line]:
    """The lines with the product that each stands for: the one given, or whose barcode, SKU or whole name was typed.

    Raises Refused naming the line, `lines.0.quantity`, for a product that the store has not, or parts of what is sold
    whole. Two queries, however many lines.
    """
    judged = judge_lines(store, lines)
    for line in judged:
        if isinstance(line, Refused):
            raise line
    return cast(list[Line], judged)


def judge_lines(store: Store, lines: Sequence[Line]) -> list[Line | Refused]:
    """The same, with the refusal in place of each line that is refused."""
    given = {line.product_id for line in lines if line.product_id is not None}
    products = Product.objects.of(store).in_bulk(given)
    named = _named(store, {line.name for line in lines if line.product_id is None})
    return [_resolve(line, f"lines.{place}", products, named) for place, line in enumerate(lines)]


def _resolve(line: Line, place: str, products: Mapping[int, Product], named: Mapping[str, Product]) -> Line | Refused:
    if line.product_id is not None and line.product_id not in products:
        return Refused(f"There is no product {line.product_id}.", f"{place}.product_id")
    product = products[line.product_id] if line.product_id is not None else named.get(line.name.casefold())
    if product and not product.is_divisible and line.quantity % 1:
        return Refused(f"{product.name} is sold whole: type 1, 2, 3 …", f"{place}.quantity")
    is_code = product is not None and line.product_id is None and line.name.casefold() != product.name.casefold()
    name = product.name if product and (is_code or not line.name.strip()) else line.name
    return replace(line, name=name, product_id=product.pk if product else None)


def _named(store: Store, texts: set[str]) -> dict[str, Product]:
    """By the text in lower case: the one product on sale that has it as barcode, SKU or whole name."""
    texts = {text for text in texts if text.strip()}
    if not texts:
        return {}
    whole = Q(lowered__in=[text.lower() for text in texts]) & reduce(
        or_, (Q(search__words=query) for text in texts if (query := words_query(text))), Q(pk__in=[])
    )
    rows = Product.objects.of(store).on_sale().annotate(lowered=Lower("name"))
    found: dict[str, list[Product]] = {}
    for product in rows.filter(Q(barcode__in=texts) | Q(sku__in=texts) | whole).order_by("id"):
        for key in {product.barcode.casefold(), product.sku.casefold(), product.name.casefold()} - {""}:
            found.setdefault(key, []).append(product)
    return {key: products[0] for key, products in found.items() if len(products) == 1}


@retry_when_entangled
@transaction.atomic
def carry_to_counter(*, store: Store, by: User, kind: str, pk: UUID) -> Carried:
    """Put an appointment or a booking into a cart in front of this person, with its customer and its lines.

    What stands at the counter already waits behind it, unless it is this very record. Raises Missing, Conflict where
    it was cancelled or has a bill.
    """
    at_hand = Cart.objects.current(store, by)
    current = at_hand and Cart.objects.filter(pk=at_hand.pk).for_no_key_update().first()
    record = cast(Appointment | Booking, lock_record(store, kind, pk))
    refuse_billed(record)
    if record.status not in (RecordStatus.OPEN, RecordStatus.DONE):
        raise Conflict(f"This {kind} was cancelled. Open it again first.")
    if current and current.record_key == (kind, pk):
        return Carried(current)
    if current and not (current.customer_id or current.phone or current.customer_name or current.lines.exists()):
        current.delete()  # nothing is in it, nobody is noted
    customer = record.customer if record.customer.deleted_at is None else None
    cart = Cart.objects.create(
        store=store, by=by, customer=customer, phone=show_phone(record.customer.phone, store.region), **{kind: record}
    )
    return Carried(cart, _fill(cart, with_products(store, _still_there(store, lines_of(record)))))


def _still_there(store: Store, lines: Sequence[Line]) -> list[Line]:
    """Without the products that are no longer on sale: such a line is known by its name again, or not at all."""
    on_sale = set(Product.objects.of(store).on_sale().filter(
        pk__in=[line.product_id for line in lines if line.product_id]
    ).values_list("pk", flat=True))  # fmt: skip
    return [line if line.product_id in on_sale else replace(line, product_id=None) for line in lines]


def _fill(cart: Cart, lines: Sequence[Line]) -> list[str]:
    """Write the lines into the cart, one for each price of a product; the names of those that are none."""
    wanted: dict[tuple[int, Decimal | None], CartLine] = {}
    for line in lines:
        if line.product_id is None:
            continue
        new = CartLine(
            store_id=cart.store_id, cart=cart, product_id=line.product_id, quantity=Decimal(0), price=line.price
        )
        row = wanted.setdefault((line.product_id, line.price), new)
        row.quantity = min(row.quantity + line.quantity, MAX_QUANTITY)
    CartLine.objects.bulk_create(wanted.values())
    return [line.name for line in lines if line.product_id is None]


@retry_when_entangled
@transaction.atomic
def cancel_for_a_fee(
    *,
    store: Store,
    kind: str,
    pk: UUID,
    by: User,
    now: datetime,
    fee: Decimal,
    product_id: int,
    reason: str = "",
    no_show: bool = False,
) -> Bill:
    """Cancel an open record and take a fee from the balance: a bill of a fee service. What is left stays as balance.

    Raises Missing, Conflict, Refused where the fee is more than what is left of the record's advance, or the product
    is no service on sale.
    """
    record = lock_record(store, kind, pk)
    left = advances_of(record).open().aggregate(left=Sum("remaining_amount"))["left"] or ZERO
    if not PAISA <= fee <= left:
        raise Refused(f"The fee is at least {PAISA} and at most what is left of the advance, {left}.", "fee")
    services = Product.objects.of(store).on_sale().filter(stock_policy=StockPolicy.NONE)
    if not services.filter(pk=product_id).exists():
        raise Refused("Choose the service that the fee is billed as.", "fee_product")
    cancel_record(store=store, kind=kind, pk=pk, by=by, now=now, reason=reason, no_show=no_show, advance=KEEP)
    customer: dict[str, Any] = {"customer_id": record.customer_id}
    sale = checkout(
        store=store, by=by, items=[SaleItem(product_id, Decimal(1), fee)], tenders=[Tender(PaymentMethod.ADVANCE)],
        now=now, buyer=Buyer(**customer),
    )  # fmt: skip
    tie(record, sale.bill.pk, now)
    return sale.bill


@retry_when_entangled
@transaction.atomic
def reopen_record(*, store: Store, kind: str, pk: UUID) -> AnyRecord:
    """Open a record again that was closed by mistake. Raises Missing, Conflict where it is open, AlreadyBilled."""
    record = lock_record(store, kind, pk)
    refuse_billed(record)
    reopen_locked(record)
    return record
