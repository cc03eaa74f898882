"""Exchange: goods of a bill come back and new goods leave in one transaction; only the difference moves.

What the goods that come back are worth follows the order of the house, but what would be paid out pays for the new
goods first. So the debt of the old bill is lowered and its advance given back, to be used again at once.
"""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction

from billing.models import Bill, BillLine, Cart, CartReturn, MoneyBack, Payment, PaymentMethod
from billing.services.buyer import Identified
from billing.services.carts import open_cart
from billing.services.return_money import GiveBack, Part, read_settlement, share_out
from billing.services.return_plan import ReturnItem
from billing.services.return_preview import preview_return
from billing.services.returns import Begun, Told, begin_return, close_return, give_money
from viveka.stores.errors import Conflict, Missing, Refused
from viveka.stores.ids import new_id
from viveka.stores.inserting import insert_rows
from viveka.stores.models import Store, User
from viveka.stores.money import MAX_MONEY, ZERO
from viveka.stores.phone import show_phone
from viveka.stores.text import clean_text
from viveka.stores.transactions import retry_when_entangled


@dataclass(slots=True)
class Swap:
    """The goods that come back for a cart, on their way through its sale."""

    coming: CartReturn
    told: Told
    product_ids: list[int]
    begun: Begun | None = None
    exchanged: list[MoneyBack] = field(default_factory=list)

    @classmethod
    def of(cls, cart: Cart, store: Store, by: User, now: datetime) -> "Swap":
        """What the cart carries; the cart is locked."""
        coming = CartReturn.objects.get(cart=cart)
        products = BillLine.objects.filter(bill=coming.bill_id).values_list("product_id", flat=True)
        give_back = GiveBack(coming.method, coming.reference)
        told = Told(store, coming.reason, by, now, give_back, coming.allowed_by)
        return cls(coming, told, list(products))

    def take_back(self, who: Identified) -> None:
        """The goods go back; the products of both sides are locked. Raises Conflict for another customer's goods."""
        self.begun = begin_return(self.told, self.coming.bill_id, new_id(), lambda bill: items_of(self.coming))
        customer = self.begun.customer
        if customer and (who.customer is None or who.customer.pk != customer.pk):
            raise Conflict(f"The goods that come back are of {customer}. Bill what is taken instead to {customer}.")

    def pay_back(self, who: Identified, total: Decimal, till: int | None) -> Decimal:
        """Let the worth go where it belongs; how much of it pays for new goods of this total."""
        assert self.begun is not None
        settlement = read_settlement(self.begun.bill)
        parts = share_out(self.begun.total, settlement, self.told.give_back, exchanged=total)
        self.exchanged = give_money(self.begun, parts, till)
        if who.customer:
            who.customer.refresh_from_db()
            who.customer.store = self.told.store
        return sum((row.amount for row in self.exchanged), ZERO)

    def pay_with(self, common: dict[str, Any], bill_id: UUID) -> list[Payment]:
        """The payment of the new bill by what came back, written."""
        paid = [
            Payment(**common, bill_id=bill_id, method=PaymentMethod.EXCHANGE, amount=row.amount, money_back=row)
            for row in self.exchanged
        ]
        insert_rows(paid)
        return paid

    def close(self) -> None:
        """The return's number and header."""
        assert self.begun is not None
        close_return(self.begun)


@dataclass(frozen=True, slots=True)
class Coming:
    """What comes back for a cart, as the counter shows it."""

    cart_return: CartReturn
    lines: list[tuple[BillLine, Decimal]]
    worth: Decimal
    covers: Decimal
    """How much of the new goods it pays for."""
    others: list[Part]
    """Where the rest of the worth goes."""
    refusal: str = ""


def read_coming(cart: Cart | None, total: Decimal) -> Coming | None:
    """What comes back for this cart (read with `comes_back`) if it makes `total`; None for nothing."""
    coming: CartReturn | None = getattr(cart, "comes_back", None)
    if coming is None:
        return None
    items = items_of(coming)
    lines = {line.pk: line for line in BillLine.objects.filter(bill=coming.bill_id)}
    named = [(lines[item.line_id], item.quantity) for item in items]
    try:
        told = preview_return(coming.bill, items, GiveBack(coming.method), exchanged=total)
    except Refused as refusal:
        return Coming(coming, named, ZERO, ZERO, [], refusal.message)
    covers = sum((part.amount for part in told.parts if part.way == "exchange"), ZERO)
    return Coming(coming, named, told.total, covers, [part for part in told.parts if part.way != "exchange"])


def items_of(coming: CartReturn) -> list[ReturnItem]:
    """The lines that come back, as a return takes them."""
    return [ReturnItem(UUID(key), Decimal(quantity), bool(shelf)) for key, (quantity, shelf) in coming.lines.items()]


@retry_when_entangled
@transaction.atomic
def carry_return(
    *,
    store: Store,
    by: User,
    machine: str | None = None,
    bill_id: UUID,
    items: list[ReturnItem],
    reason: str,
    give_back: GiveBack,
    now: datetime,
    allowed_by: User | None = None,
) -> Cart:
    """Put goods of a bill that are to come back into the cart at hand, in place of others that were there; the cart is
    the bill's customer's. For managers; `allowed_by` is the one whose PIN a cashier took. Nothing comes back yet.

    Raises Missing, Refused (a field, as a return), Conflict.
    """
    reason = clean_text(reason, field="reason", most=500)
    if not reason:
        raise Refused("Say why it comes back.", "reason")
    bill = Bill.objects.of(store).select_related("customer").filter(pk=bill_id).first()
    if bill is None:
        raise Missing("No such bill.", "bill")
    preview_return(bill, items, give_back, exchanged=MAX_MONEY)
    cart = open_cart(store, by, machine)
    CartReturn.objects.filter(cart=cart).delete()
    CartReturn.objects.create(
        store=store, cart=cart, bill=bill, reason=reason, by=by, allowed_by=allowed_by, at=now,
        lines={str(item.line_id): [str(item.quantity), item.restock] for item in items},
        method=give_back.method, reference=clean_text(give_back.reference, field="reference", most=80),
    )  # fmt: skip
    if bill.customer:
        cart.customer, cart.customer_name = bill.customer, ""
        cart.phone = show_phone(bill.customer.phone, store.region) if bill.customer.phone else ""
        cart.save(update_fields=["customer", "customer_name", "phone", "updated_at"])
    return cart


@transaction.atomic
def drop_return(*, store: Store, by: User, machine: str | None = None) -> None:
    """Let the goods stay where they are: nothing comes back for the cart at hand."""
    cart = Cart.objects.current(store, by, machine)
    if cart:
        CartReturn.objects.filter(cart=cart).delete()
