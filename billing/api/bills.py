"""Bills for programs: how one is shown, the list, one."""

from collections.abc import Iterable
from typing import Annotated, Any, Literal

from django.http import HttpResponse
from ninja import Query, Router
from pydantic import Field

from billing.models import Bill, BillLine, BillStatus, Payment
from viveka.stores.api.answers import answer, says
from viveka.stores.api.auth import ANYONE
from viveka.stores.api.fields import (
    HIDDEN,
    Cursor,
    Day,
    HiddenMoney,
    IdOut,
    Key,
    KeyOut,
    Limit,
    MomentOut,
    MoneyOut,
    NumberOut,
    Outgoing,
    QuantityOut,
    TextOut48,
    TextOut80,
    TextOut200,
    TextOut500,
    Words,
)
from viveka.stores.api.paging import A_PAGE, NEXT, page_of
from viveka.stores.errors import Missing
from viveka.stores.middleware import StoreRequest
from viveka.stores.models import Membership
from viveka.stores.money import ZERO

router = Router(tags=["Sales"])


class BillItem(Outgoing):
    """A product at one price. What was sold at two prices is two items."""

    id: KeyOut
    product_id: IdOut
    name: TextOut200 = Field(examples=["Sugar 1 kg"])
    quantity: QuantityOut
    price: MoneyOut
    subtotal: MoneyOut = Field(description="Quantity times price.")
    discount: MoneyOut = Field(description="Its own, and its share of the bill's.")
    rounding: MoneyOut = Field(description="Its share of the bill's.")
    total: MoneyOut = Field(description="What was really paid for it: subtotal less discount, and rounding.")
    returned_quantity: QuantityOut
    note: TextOut200 | None = Field(examples=["Gift"])


class PaymentOut(Outgoing):
    method: Literal["cash", "card", "upi", "bank_transfer", "advance", "credit", "exchange", "other"] = Field(
        description="exchange: goods that came back for it; other: what an older program did not say."
    )
    amount: MoneyOut
    reference: TextOut80 | None = Field(examples=["UPI-4411"])
    cash_received: MoneyOut | None = Field(description="What was handed over, where it was noted.")


class BillOut(Outgoing):
    """A finished sale. `totalCost` and `profit` are there for managers and auditors alone."""

    id: KeyOut
    bill_number: TextOut48 = Field(examples=["BILL-2627-000123"])
    items: list[BillItem]
    subtotal: MoneyOut
    discount: MoneyOut
    rounding: MoneyOut = Field(description="To the whole rupee, where the store rounds; it may be below zero.")
    total: MoneyOut = Field(description="subtotal less discount, and rounding.")
    total_cost: HiddenMoney = Field(
        default=None,
        description=f"As far as it is known, later batches in it; not of imported bills. {HIDDEN}",
    )
    profit: HiddenMoney = Field(default=None, description=f"At most so much where a cost is not known yet. {HIDDEN}")
    payments: list[PaymentOut]
    change: MoneyOut
    status: Literal["standing", "returned_in_part", "returned", "void"] = Field(description="What became of it.")
    customer: IdOut | None = Field(description="The customer's id; null where the sale has no customer.")
    customer_number: NumberOut | None = Field(examples=["CUST0001"])
    customer_name: TextOut200 | None = Field(examples=["John Doe"])
    customer_phone: NumberOut | None = Field(examples=["+919876543210"], description="E.164")
    for_name: TextOut200 | None = Field(
        examples=["Ravi"], description="For or by whom, where another name than the customer's was given."
    )
    cashier: IdOut = Field(description="The id of who sold it.")
    cashier_name: TextOut500 = Field(examples=["meera"])
    reference_number: TextOut80 | None = Field(examples=["POS2-0042"])
    created_at: MomentOut


class BillList(Outgoing):
    success: Literal[True] = True
    bills: list[BillOut]
    next_cursor: str | None = NEXT


class BillFound(Outgoing):
    success: Literal[True] = True
    bill: BillOut


def bill_out(bill: Bill, lines: Iterable[BillLine], payments: Iterable[Payment], viewer: Membership) -> BillOut:
    """The bill as this person may see it."""
    status: Any = str(getattr(bill, "status", BillStatus.STANDING))  # one made just now was not read with it
    shown = BillOut(
        id=bill.pk,
        bill_number=bill.number,
        items=[_item(line) for line in lines],
        subtotal=bill.subtotal,
        discount=bill.discount,
        rounding=bill.rounding,
        total=bill.total,
        payments=[_payment(payment) for payment in payments],
        change=bill.change,
        status=status,
        customer=bill.customer_id,
        customer_number=bill.customer_number or None,
        customer_name=bill.customer_name or None,
        customer_phone=bill.customer_phone or None,
        for_name=bill.for_name or None,
        cashier=bill.cashier_id,
        cashier_name=bill.cashier.called,
        reference_number=bill.reference_number or None,
        created_at=bill.at,
    )
    if viewer.sees_cost and not bill.is_imported:  # what it cost is not known
        shown.total_cost = bill.total_cost + getattr(bill, "settled_cost", ZERO)
        shown.profit = bill.total - shown.total_cost
    return shown


def _item(line: BillLine) -> BillItem:
    return BillItem(
        id=line.pk,
        product_id=line.product_id,
        name=line.name,
        quantity=line.quantity,
        price=line.price,
        subtotal=line.subtotal,
        discount=line.discount,
        rounding=line.rounding,
        total=line.total,
        returned_quantity=line.returned,
        note=line.note or None,
    )


def _payment(payment: Payment) -> PaymentOut:
    method: Any = str(payment.method)
    return PaymentOut(
        method=method,
        amount=payment.amount,
        reference=payment.reference or None,
        cash_received=payment.tendered,
    )


def bills_for_show(request: StoreRequest) -> Any:
    return Bill.objects.of(request.store).with_status().select_related("cashier").prefetch_related("lines", "payments")


def shown_bill(bill: Bill, viewer: Membership) -> BillOut:
    return bill_out(bill, bill.lines.all(), bill.payments.all(), viewer)


@router.get("/bills", auth=ANYONE, summary="Bills, newest first", **says((200, BillList)))
def list_bills(
    request: StoreRequest,
    number: Annotated[Words, Query("", description="Exactly this bill number.")],
    first: Annotated[Day | None, Query(None, alias="from", description="From this day of the store on.")],
    last: Annotated[Day | None, Query(None, alias="to", description="Up to and with this day.")],
    q: Annotated[Words, Query("", description="A bill number or its end, or the customer's number, phone or name.")],
    limit: Annotated[Limit, Query(A_PAGE)],
    cursor: Annotated[Cursor, Query("")],
) -> HttpResponse:
    bills = bills_for_show(request).of_days(first, last)
    if number.strip():
        bills = bills.filter(number=number.strip().upper().replace("\0", ""))
    if q.strip():
        bills = bills.matching(q)
    rows, onward = page_of(bills, cursor, limit=limit, by="at", is_search=bool(q.strip()))
    return answer(BillList(bills=[shown_bill(row, request.membership) for row in rows], next_cursor=onward))


@router.get("/bills/{bill_id}", auth=ANYONE, summary="One bill", **says((200, BillFound)))
def get_bill(request: StoreRequest, bill_id: Key) -> HttpResponse:
    bill = bills_for_show(request).filter(pk=bill_id).first()
    if bill is None:
        raise Missing("No such bill.")
    return answer(BillFound(bill=shown_bill(bill, request.membership)))
