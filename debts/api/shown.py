"""How every call shows a debt, a payment of debts, a credit account."""

from decimal import Decimal
from typing import Any, Literal

from pydantic import Field

from customers.models import Customer
from debts.models import CreditAccount, Debt, DebtPayment
from viveka.stores.api.fields import (
    CountOut,
    DayOut,
    IdOut,
    KeyOut,
    MomentOut,
    MoneyOut,
    Outgoing,
    TextOut80,
    TextOut500,
)
from viveka.stores.middleware import StoreRequest
from viveka.stores.money import ZERO


class DebtOut(Outgoing):
    """An amount that a customer owes."""

    id: KeyOut
    customer_id: IdOut
    bill_id: KeyOut | None = Field(description="Of a bill on credit; null for a debt entered by hand.")
    amount: MoneyOut
    paid_amount: MoneyOut
    balance: MoneyOut = Field(description="What is left: amount less what was paid, returned or given up.")
    date: DayOut
    due_date: DayOut | None
    status: Literal["open", "settled", "written_off"]
    note: TextOut500 | None = Field(examples=["Two sarees"])


class DebtPaymentOut(Outgoing):
    """Money paid against debts."""

    id: KeyOut
    customer_id: IdOut
    amount: MoneyOut
    mode: Literal["cash", "card", "upi", "bank_transfer", "advance", "other"] = Field(
        description="other: what an older program did not say."
    )
    reference: TextOut80 | None = Field(examples=["UPI-4411"])
    note: TextOut500 | None = Field(examples=["Paid by the son"])
    kept_as_advance: MoneyOut = Field(description="What of it was above the debts and kept.")
    advance_payment_id: KeyOut | None = Field(description="The advance that was kept.")
    date: DayOut
    created_at: MomentOut


class AllocationOut(Outgoing):
    """What of a payment settled which debt."""

    debt_id: KeyOut
    amount: MoneyOut


class CustomerAccountOut(Outgoing):
    """A customer's standing permission to owe."""

    id: IdOut
    customer_id: IdOut
    credit_limit: MoneyOut | None = Field(description="null: no limit.")
    limit: MoneyOut | None = Field(description="The same as creditLimit.")
    terms_days: CountOut | None = Field(examples=[30], description="Days until a debt is due; null: at once.")
    terms: CountOut | None = Field(examples=[30], description="The same as termsDays.")
    is_active: bool = Field(description="false: no more credit.")
    debt_balance: MoneyOut
    available: MoneyOut | None = Field(description="What may still be owed; null: any amount.")
    created_at: MomentOut
    updated_at: MomentOut


def shown_debts(request: StoreRequest) -> Any:
    """The store's debts, each with the payment of the bill that it is of."""
    return Debt.objects.of(request.store).select_related("payment")


def debt_out(debt: Debt, request: StoreRequest) -> DebtOut:
    """The debt; it comes from `shown_debts`."""
    payment = getattr(debt, "payment", None)
    return DebtOut.model_validate(
        {
            "id": debt.pk,
            "customer_id": debt.customer_id,
            "bill_id": payment.bill_id if payment else None,
            "amount": debt.amount,
            "paid_amount": debt.paid,
            "balance": debt.balance,
            "date": request.store.day_of(debt.at),
            "due_date": debt.due_on,
            "status": debt.status,
            "note": debt.note or None,
        }
    )


def payment_out(payment: DebtPayment, request: StoreRequest) -> DebtPaymentOut:
    """The payment without its parts."""
    return DebtPaymentOut.model_validate(
        {
            "id": payment.pk,
            "customer_id": payment.customer_id,
            "amount": payment.amount,
            "mode": payment.mode,
            "reference": payment.reference or None,
            "note": payment.note or None,
            "kept_as_advance": payment.kept_amount,
            "advance_payment_id": payment.kept_advance_id,
            "date": request.store.day_of(payment.at),
            "created_at": payment.created_at,
        }
    )


def account_out(account: CreditAccount) -> CustomerAccountOut:
    """The account, whose customer is at hand."""
    return CustomerAccountOut(
        id=account.pk,
        customer_id=account.customer_id,
        credit_limit=account.credit_limit,
        limit=account.credit_limit,
        terms_days=account.terms_days,
        terms=account.terms_days,
        is_active=account.is_active,
        debt_balance=account.customer.debt_balance,
        available=_available(account, account.customer),
        created_at=account.created_at,
        updated_at=account.updated_at,
    )


def _available(account: CreditAccount, customer: Customer) -> Decimal | None:
    if not account.is_active:
        return ZERO
    return None if account.credit_limit is None else max(account.credit_limit - customer.debt_balance, ZERO)
