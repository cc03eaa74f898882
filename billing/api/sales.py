"""The sale for programs: one call of the checkout, and how its result is shown."""

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from itertools import groupby
from typing import Literal

from django.http import HttpResponse
from django.utils import timezone
from ninja import Router
from pydantic import Field

from billing.api.bills import BillOut, bill_out, bills_for_show
from billing.models import Bill, BillLine, MovementReason, PaymentMethod, Product, StockMovement, StockShortage
from billing.services.buyer import NO_CUSTOMER, Buyer
from billing.services.checkout import PriceChanged, Sale, Terms, Written, checkout
from billing.services.quote import SaleItem
from billing.services.tender import METHODS, Tender
from customers.names import clean_name, is_real
from viveka.stores.api.answers import answer, keyed, says, traced
from viveka.stores.api.auth import SELLERS
from viveka.stores.api.errors import naming
from viveka.stores.api.fields import (
    HIDDEN,
    Email,
    HiddenMoney,
    Id,
    IdOut,
    Incoming,
    Money,
    MoneyOut,
    Name,
    OptionalId,
    OptionalMoney,
    Outgoing,
    Paid,
    Phone,
    Quantity,
    QuantityOut,
    Text80,
    Text200,
    TextOut200,
    TextOut500,
    Word,
)
from viveka.stores.api.reading import read_method
from viveka.stores.errors import Missing, Refused, RefusedFields
from viveka.stores.middleware import StoreRequest
from viveka.stores.models import Membership
from viveka.stores.money import ZERO, to_paisa

router = Router(tags=["Sales"])
MOST_ITEMS = 1000
TOLD = f"{', '.join(METHODS)}, or wallet, which is advance: the customer's balance"
NAMES = {
    "customer_id": "receiptData.customerId",
    "phone": "receiptData.customerPhone",
    "name": "receiptData.customerName",
    "email": "receiptData.customerEmail",
    "discount": "receiptData.discount",
    "cashReceived": "receiptData.cashReceived",
    "total": "receiptData.total",
}


class ItemIn(Incoming):
    product_id: Id
    quantity: Quantity
    price: OptionalMoney = Field(None, description="Only where it is another than that of the batches; not below cost.")
    notes: Text200 = Field("", examples=["Gift"])


class BillPaymentIn(Incoming):
    method: Word = Field(description=f"In any case: {TOLD}.")
    amount: Paid
    reference: Text80 = Field("", examples=["UPI-4411"], description="The payment's own reference.")


class ReceiptIn(Incoming):
    """Who buys and how it is paid. Numbers and totals that a till worked out itself are not trusted."""

    customer_id: OptionalId = Field(None, description="Wins over a phone.")
    customer_phone: Phone = ""
    customer_name: Name = ""
    customer_email: Email = ""
    discount: Money = Field(ZERO, description="Off the whole bill.")
    payment_method: Word = Field("", description=f"For all of the bill, in any case: {TOLD}.")
    payments: list[BillPaymentIn] = Field([], max_length=20, description="Several payments; they add up to the total.")
    cash_received: OptionalMoney = Field(None, description="Cash handed over; the change is worked out.")
    expected_total: OptionalMoney = Field(None, description="Refused with 409 where the total is another.")
    total: OptionalMoney = Field(None, description="The same as expectedTotal.")


class SaleIn(Incoming):
    sale_items: list[ItemIn] = Field(max_length=MOST_ITEMS)
    reference_number: Text80 = Field(
        "", examples=["POS2-0042"], description="The caller's own number; kept, not unique."
    )
    receipt_data: ReceiptIn


class SoldFrom(Outgoing):
    batch_id: IdOut | None = Field(description="null for what was not there: a batch to come settles it.")
    quantity: QuantityOut
    cost: HiddenMoney = Field(default=None, description=f"Of one; left out where it is not known yet. {HIDDEN}")
    price: MoneyOut


class SoldItem(Outgoing):
    """One of the items sent, in the order sent."""

    product_id: IdOut
    quantity: QuantityOut
    price: MoneyOut = Field(description="Of one; the average where batches differ.")
    total: MoneyOut = Field(description="What was really paid for it, its share of the discount taken off.")
    cost: HiddenMoney = Field(default=None, description=f"Of all of it. {HIDDEN}")
    batches: list[SoldFrom]


class SaleMade(Outgoing):
    success: Literal[True] = True
    message: TextOut200 = Field(examples=["Sales processed successfully"])
    data: list[SoldItem]
    bill: BillOut
    warnings: list[TextOut500] = Field(
        default_factory=list,
        examples=[["Sold without a customer."]],
        description="What did not go as asked, where something did not.",
    )


@router.post("/inventory/sales", auth=SELLERS, summary="Sell", **says((201, SaleMade), writes=True))
@traced
def sell(request: StoreRequest, body: SaleIn) -> HttpResponse:
    """Goods leave oldest batch first, money comes, a bill stands: all of it, or nothing.

    409 where there is less than asked for, or the total is not the one expected.
    """
    receipt = body.receipt_data
    tenders = _tenders(receipt)
    terms = Terms(discount=receipt.discount, expected_total=_expected(receipt), reference_number=body.reference_number)
    paid = "payments" if receipt.payments or not receipt.payment_method.strip() else "paymentMethod"
    names = {
        **NAMES,
        "payments": f"receiptData.{paid}",
        "expectedTotal": f"receiptData.{'total' if receipt.expected_total is None else 'expectedTotal'}",
    }
    with naming(names), _naming_items(request, body.sale_items):
        sale = checkout(
            store=request.store,
            by=request.user,
            items=[SaleItem(item.product_id, item.quantity, item.price, item.notes) for item in body.sale_items],
            tenders=tenders,
            now=timezone.now(),
            buyer=Buyer(
                customer_id=receipt.customer_id,
                phone=receipt.customer_phone,
                name=receipt.customer_name,
                email=receipt.customer_email,
            ),
            terms=terms,
            request=keyed(request),
        )
    return answer(_sale_made(sale, receipt, request), 201)


@contextmanager
def _naming_items(request: StoreRequest, items: Sequence[ItemIn]) -> Generator[None]:
    """A product that is not there is named by its place among the items."""
    try:
        yield
    except Missing as missing:
        if said := missing.errors.pop("productId", None):
            sent = [item.product_id for item in items]
            known = set(Product.objects.of(request.store).filter(pk__in=sent).values_list("pk", flat=True))
            places = [f"saleItems.{n}.productId" for n, pk in enumerate(sent) if pk not in known]
            missing.errors.update(dict.fromkeys(places, said))
        raise


def _expected(receipt: ReceiptIn) -> Decimal | None:
    expected, total = receipt.expected_total, receipt.total
    if expected is not None and total is not None and expected != total:
        raise PriceChanged(f"Two totals were sent, {expected} and {total}; they can't both hold.", "receiptData.total")
    return total if expected is None else expected


def _tenders(receipt: ReceiptIn) -> list[Tender]:
    """The payments asked for. Raises RefusedFields for a method that is not one, or not here."""
    errors: dict[str, list[str]] = {}

    def method_of(text: str, field: str) -> str:
        try:
            return _method(text, f"receiptData.{field}")
        except Refused as refusal:
            errors.update(refusal.errors)
            return ""

    received = receipt.cash_received
    if receipt.payments:
        methods = [method_of(one.method, f"payments.{n}.method") for n, one in enumerate(receipt.payments)]
        tenders = [
            Tender(method, one.amount, one.reference) for method, one in zip(methods, receipt.payments, strict=True)
        ]
    elif receipt.payment_method.strip():
        tenders = [Tender(method_of(receipt.payment_method, "paymentMethod"))]
    else:
        tenders = []
    if errors:
        raise RefusedFields(errors)
    return _with_cash(tenders, received)


def _method(text: str, field: str) -> str:
    method = read_method(text)
    if method == "wallet":
        return PaymentMethod.ADVANCE
    if method not in METHODS:
        raise Refused(f"The method is one of {TOLD}.", field)
    return method


def _with_cash(tenders: list[Tender], received: Decimal | None) -> list[Tender]:
    """The cash handed over belongs to the one cash payment. Nothing handed over beside a card says nothing."""
    cash = [n for n, tender in enumerate(tenders) if tender.method == PaymentMethod.CASH]
    if received is None or (not cash and not received):
        return tenders
    if len(cash) != 1:
        raise Refused("Cash received needs exactly one payment in cash.", "receiptData.cashReceived")
    tender = tenders[cash[0]]
    tenders[cash[0]] = Tender(tender.method, tender.amount, tender.reference, received)
    return tenders


def _sale_made(sale: Sale, receipt: ReceiptIn, request: StoreRequest) -> SaleMade:
    """A bill that was there already is shown with what became of it since."""
    viewer = request.membership
    bill = bills_for_show(request).get(pk=sale.bill.pk) if sale.is_replay else sale.bill
    written = sale.written or _written(bill)
    made = SaleMade(
        message="Sales processed successfully",
        data=_sold(written, viewer),
        bill=bill_out(bill, written.lines, written.payments, viewer),
    )
    warnings = sale.warnings or (_warnings_then(bill, receipt) if sale.is_replay else [])
    if warnings:
        made.warnings = warnings
    return made


def _written(bill: Bill) -> Written:
    """The rows of a bill that was there already, as its first answer had them."""
    sold = StockMovement.objects.filter(bill_line__bill=bill, reason=MovementReason.SOLD).select_related("batch")
    short = StockShortage.objects.filter(bill_line__bill=bill)
    return Written(list(bill.lines.all()), list(sold.order_by("pk")), list(bill.payments.all()), list(short))


def _warnings_then(bill: Bill, receipt: ReceiptIn) -> list[str]:
    """What the first answer to this body warned of: a buyer was named, and the bill has none."""
    named = receipt.customer_phone.strip() or is_real(clean_name(receipt.customer_name))
    return [NO_CUSTOMER] if bill.customer_id is None and named else []


def _sold(written: Written, viewer: Membership) -> list[SoldItem]:
    moved: dict[object, list[StockMovement]] = {}
    for movement in written.movements:
        moved.setdefault(movement.bill_line_id, []).append(movement)
    short = {shortage.bill_line_id: shortage.quantity for shortage in written.shortages}
    items = []
    for _, of_item in groupby(written.lines, key=lambda line: line.item):
        group = list(of_item)
        parts = [_sold_from(line, movement, viewer) for line in group for movement in moved.get(line.pk, [])]
        parts += [SoldFrom(batch_id=None, quantity=short[one.pk], price=one.price) for one in group if one.pk in short]
        items.append(_sold_item(group, parts, viewer))
    return items


def _sold_item(lines: Sequence[BillLine], batches: list[SoldFrom], viewer: Membership) -> SoldItem:
    quantity = sum((line.quantity for line in lines), Decimal(0))
    subtotal = sum((line.subtotal for line in lines), ZERO)
    item = SoldItem(
        product_id=lines[0].product_id,
        quantity=quantity,
        price=lines[0].price if len(lines) == 1 else to_paisa(subtotal / quantity),
        total=sum((line.total for line in lines), ZERO),
        batches=batches,
    )
    if viewer.sees_cost:
        item.cost = sum((line.cost for line in lines), ZERO)
    return item


def _sold_from(line: BillLine, movement: StockMovement, viewer: Membership) -> SoldFrom:
    part = SoldFrom(batch_id=movement.batch_id, quantity=-movement.quantity, price=line.price)
    if viewer.sees_cost:
        part.cost = movement.batch.cost_price
    return part
