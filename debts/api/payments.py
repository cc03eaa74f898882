"""Payments of debts for programs."""

from datetime import date, datetime, timedelta
from typing import Annotated, Literal

from django.http import HttpResponse
from django.utils import timezone
from pydantic import BeforeValidator, Field

from customers.api.known import customer_named
from debts.api.router import router
from debts.api.shown import AllocationOut, DebtPaymentOut, payment_out
from debts.models import TAKEN_BY, DebtPayment, RepaymentMode
from debts.services import Repayment, repay_debts
from viveka.stores.api.answers import answer, once, says, traced
from viveka.stores.api.auth import SELLERS
from viveka.stores.api.days import moment_of
from viveka.stores.api.fields import (
    Flag,
    Id,
    Incoming,
    Key,
    Method,
    MoneyOut,
    OptionalDay,
    Outgoing,
    Paid,
    Text80,
    Text500,
)
from viveka.stores.middleware import StoreRequest

MOST_DEBTS = 500
MODES = ", ".join(TAKEN_BY)


class PaymentMade(Outgoing):
    success: Literal[True] = True
    payment: DebtPaymentOut
    allocations: list[AllocationOut] = Field(description="Which debts it settled, and how much of each.")
    debt_balance: MoneyOut = Field(description="What the customer owes now.")


def _null_is_none(value: object) -> object:
    return [] if value is None else value


class DebtPaymentIn(Incoming):
    customer_id: Id
    amount: Paid
    mode: Method = Field(
        examples=["cash"], description=f"In any case: {MODES}; wallet is advance, the customer's own balance."
    )
    reference: Text80 = Field("", examples=["UPI-4411"], description="The payment's own reference.")
    note: Text500 = Field("", examples=["Paid by the son"])
    date: OptionalDay = Field(None, description="Today where none is given; an earlier day is a manager's to say.")
    debt_ids: Annotated[list[Key], BeforeValidator(_null_is_none)] = Field(
        [], max_length=MOST_DEBTS, description="These debts, the oldest of them first; all debts where none is named."
    )
    keep_rest_as_advance: Flag = Field(False, description="Keep what is above the debts; otherwise that is 409.")


@router.post("/debt-payments", auth=SELLERS, summary="Take a payment of debts", **says((201, PaymentMade), writes=True))
@traced
def pay_debts(request: StoreRequest, body: DebtPaymentIn) -> HttpResponse:
    """The oldest debts first, unless debts are picked. 409 for more than is owed, or more than the balance holds."""
    payments = DebtPayment.objects.filter(store=request.store).select_related("customer")
    payment, status = once(request, lambda: (_pay(request, body), 201), payments)
    payment = payments.get(pk=payment.pk)
    parts = payment.allocations.values_list("debt_id", "amount")
    made = PaymentMade(
        payment=payment_out(payment, request),
        allocations=[AllocationOut(debt_id=debt_id, amount=amount) for debt_id, amount in parts],
        debt_balance=payment.customer.debt_balance,
    )
    return answer(made, status)


def _pay(request: StoreRequest, body: DebtPaymentIn) -> DebtPayment:
    now = timezone.now()
    mode = RepaymentMode.ADVANCE if body.mode == "wallet" else body.mode
    return repay_debts(
        customer=customer_named(request, body.customer_id),
        repayment=Repayment(body.amount, mode, body.reference, body.note, body.debt_ids, body.keep_rest_as_advance),
        by=request.user,
        now=now,
        at=moment_of(request, body.date, now, lambda day: _end_of(request, day)),
    )


def _end_of(request: StoreRequest, day: date) -> datetime:
    """The last moment of a day, so that the payment settles what stood open that day."""
    return request.store.start_of(day + timedelta(days=1)) - timedelta(microseconds=1)
