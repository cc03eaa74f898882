"""Advances for programs: a customer's list, taking one, giving one back."""

from typing import Annotated, Any, Literal

from django.http import HttpResponse
from django.utils import timezone
from ninja import Query, Router
from pydantic import Field

from advances.api.shown import AdvancePaymentOut, advance_out
from advances.models import AdvancePayment, PaymentMode
from advances.reading import with_uses
from advances.services import add_advance, refund_advance
from advances.services.advance import NO_PHONE
from customers.api.known import customer_at, customer_named
from customers.api.shown import ClientCustomer, client_customer
from customers.models import Customer
from viveka.stores.api.answers import answer, once, says, traced
from viveka.stores.api.auth import ANYONE, MANAGERS, SELLERS
from viveka.stores.api.fields import (
    Cursor,
    Incoming,
    Key,
    Limit,
    Method,
    MoneyOut,
    OptionalId,
    OptionalPaid,
    Outgoing,
    Paid,
    PathId,
    QueryFlag,
    Text40,
    Text80,
    Text500,
)
from viveka.stores.api.paging import A_PAGE, NEXT, page_of
from viveka.stores.errors import Refused
from viveka.stores.middleware import StoreRequest

router = Router(tags=["Advances"])
MODES = ", ".join(PaymentMode.values)


class AdvanceList(Outgoing):
    success: Literal[True] = True
    advances: list[AdvancePaymentOut]
    advance_balance: MoneyOut = Field(description="What remains of all of them.")
    next_cursor: str | None = NEXT


class AdvanceTaken(Outgoing):
    success: Literal[True] = True
    advance_payment: AdvancePaymentOut
    customer: ClientCustomer


class AdvanceRefunded(Outgoing):
    success: Literal[True] = True
    advance_payment: AdvancePaymentOut


class AdvanceIn(Incoming):
    """Money paid ahead by a customer on record, or by whoever has the phone."""

    customer_id: OptionalId = Field(None, description="Wins over a phone.")
    phone: Text40 = Field("", examples=["98765 43210"], description="A customer is made where none has it.")
    amount: Paid
    payment_mode: Method = Field(examples=["upi"], description=f"In any case: {MODES}.")
    payment_reference: Text80 = Field("", examples=["UPI-4411"], description="The payment's own reference.")
    notes: Text500 = Field("", examples=["For the wedding"])


class RefundIn(Incoming):
    amount: OptionalPaid = Field(None, description="All that remains where none is given.")
    mode: Method = Field(examples=["cash"], description=f"In any case: {MODES}.")
    reason: Text500 = Field(examples=["The appointment was called off"], description="Never empty.")


def shown_advances(request: StoreRequest) -> Any:
    """The store's advances with their uses."""
    return with_uses(AdvancePayment.objects.of(request.store))


@router.get(
    "/customers/{customer_id}/advances", auth=ANYONE, summary="A customer's advances, newest first",
    **says((200, AdvanceList)),
)  # fmt: skip
def list_advances(
    request: StoreRequest,
    customer_id: PathId,
    include_utilized: Annotated[QueryFlag, Query(False, alias="includeUtilized", description="Also the used up.")],
    limit: Annotated[Limit, Query(A_PAGE)],
    cursor: Annotated[Cursor, Query("")],
) -> HttpResponse:
    customer = customer_at(request, customer_id)
    advances = shown_advances(request).filter(customer=customer)
    if not include_utilized:
        advances = advances.open()
    rows, onward = page_of(advances, cursor, limit=limit, by="at")
    shown = [advance_out(row) for row in rows]
    return answer(AdvanceList(advances=shown, advance_balance=customer.advance_balance, next_cursor=onward))


@router.post("/advances", auth=SELLERS, summary="Take an advance", **says((201, AdvanceTaken), writes=True))
@traced
def take_advance(request: StoreRequest, body: AdvanceIn) -> HttpResponse:
    """Raises the customer's balance, which is used oldest first."""
    if body.customer_id is None and not body.phone.strip():
        raise Refused(NO_PHONE, "phone")
    advance, status = once(request, lambda: (_take(request, body), 201), AdvancePayment.objects.of(request.store))
    advance = shown_advances(request).select_related("customer").get(pk=advance.pk)
    shown = AdvanceTaken(advance_payment=advance_out(advance), customer=client_customer(advance.customer))
    return answer(shown, status)


def _take(request: StoreRequest, body: AdvanceIn) -> AdvancePayment:
    customer = _payer(request, body)
    return add_advance(
        customer=customer, amount=body.amount, mode=body.payment_mode, by=request.user, now=timezone.now(),
        payment_reference=body.payment_reference, notes=body.notes,
    )  # fmt: skip


def _payer(request: StoreRequest, body: AdvanceIn) -> Customer:
    if body.customer_id is not None:
        return customer_named(request, body.customer_id)
    customer = Customer.objects.find_or_create(store=request.store, phone=body.phone).customer
    customer.store = request.store
    return customer


@router.post(
    "/advances/{advance_id}/refund", auth=MANAGERS, summary="Give an advance back (managers)",
    **says((200, AdvanceRefunded), writes=True),
)  # fmt: skip
def give_back_advance(request: StoreRequest, advance_id: Key, body: RefundIn) -> HttpResponse:
    """What remains of one advance, or a part of that. 409 for more than remains."""

    def refund() -> tuple[AdvancePayment, int]:
        refunded = refund_advance(
            store=request.store, advance_id=advance_id, amount=body.amount, mode=body.mode, reason=body.reason,
            by=request.user, now=timezone.now(),
        )  # fmt: skip
        return refunded, 200

    advance, status = once(request, refund, AdvancePayment.objects.of(request.store))
    return answer(AdvanceRefunded(advance_payment=advance_out(shown_advances(request).get(pk=advance.pk))), status)
