"""How every call shows an advance payment."""

from typing import Literal

from pydantic import Field

from advances.models import AdvancePayment, Utilization
from viveka.stores.api.fields import (
    IdOut,
    KeyOut,
    MomentOut,
    MoneyOut,
    Outgoing,
    TextOut48,
    TextOut80,
    TextOut500,
)
from viveka.stores.money import ZERO


class UtilizationOut(Outgoing):
    """What one bill or one debt payment used of it. What was given back later is taken off."""

    bill_id: KeyOut | None
    bill_number: TextOut48 | None = Field(examples=["BILL-2627-000123"])
    debt_payment_id: KeyOut | None
    amount: MoneyOut
    created_at: MomentOut


class AdvancePaymentOut(Outgoing):
    """Money paid ahead, and what became of it."""

    id: KeyOut
    customer_id: IdOut
    reference_type: Literal["appointment", "booking", "enquiry", "direct", "overpayment", "return", "opening"]
    reference_id: KeyOut | None = Field(description="The appointment, booking or payment that brought it.")
    amount: MoneyOut
    payment_mode: Literal["cash", "card", "upi", "wallet", "bank_transfer"] | None = Field(
        examples=["upi"], description="`wallet` is an outside e-wallet. null where no money came in."
    )
    payment_reference: TextOut80 | None = Field(examples=["UPI-4411"])
    status: Literal["active", "utilized", "refunded", "expired"]
    utilized_amount: MoneyOut
    refunded_amount: MoneyOut
    remaining_amount: MoneyOut
    notes: TextOut500 | None = Field(examples=["For the wedding"])
    created_at: MomentOut
    utilizations: list[UtilizationOut]


def advance_out(advance: AdvancePayment) -> AdvancePaymentOut:
    """The advance, which comes with its uses (`advances.reading.with_uses`)."""
    return AdvancePaymentOut.model_validate(
        {
            "id": advance.pk,
            "customer_id": advance.customer_id,
            "reference_type": advance.reference_type,
            "reference_id": advance.reference_id,
            "amount": advance.amount,
            "payment_mode": advance.mode or None,
            "payment_reference": advance.payment_reference or None,
            "status": advance.status,
            "utilized_amount": advance.utilized_amount,
            "refunded_amount": advance.refunded_amount,
            "remaining_amount": advance.remaining_amount,
            "notes": advance.notes or None,
            "created_at": advance.created_at,
            "utilizations": [_use(one) for one in advance.utilizations.all() if one.amount > one.restored_amount],
        }
    )


def _use(one: Utilization) -> UtilizationOut:
    """What the deduction settled is found at run time, without knowing the apps that wrote it."""
    payment = getattr(one.deduction, "payment", None)
    debt_payment = getattr(one.deduction, "debt_payment", None)
    return UtilizationOut(
        bill_id=payment.bill_id if payment else None,
        bill_number=payment.bill.number if payment else None,
        debt_payment_id=debt_payment.pk if debt_payment else None,
        amount=max(one.amount - one.restored_amount, ZERO),
        created_at=one.created_at,
    )
