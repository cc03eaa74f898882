"""One of everything that the debt ledger keeps, for the sweeps over every URL."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils import timezone

from customers.models import Customer
from customers.tests.factories import CustomerFactory
from debts.models import (
    Debt,
    DebtPayment,
    DebtReduction,
    OpeningBalance,
    OpeningUndo,
    PaymentPromise,
    PaymentReversal,
    Reminder,
)
from debts.openings.undoing import undo_opening
from debts.services import note_reminder, promise_payment, reverse_payment, set_credit_account, write_off_debt
from debts.tests.factories import brought, owes, pays
from viveka.stores.models import Store, User


@dataclass(frozen=True)
class Debts:
    """A customer who owes, with an account, a payment, one that was reversed, a reminder and a promise."""

    customer: Customer
    debt: Debt
    payment: DebtPayment


def make_debts(store: Store, by: User, manager: User) -> Debts:
    """Half of the debt is paid, a part of it given up."""
    customer, now = CustomerFactory(store=store), timezone.now()
    set_credit_account(customer=customer, by=manager, credit_limit=Decimal(5000), terms_days=15)
    debt = owes(customer, 500, by=by, note="Two bags of rice")
    payment, wrong = pays(customer, 200, by=by), pays(customer, 50, by=by)
    reverse_payment(store=store, payment_id=wrong.pk, reason="Not hers", by=manager, now=timezone.now())
    told: dict[str, Any] = {"store": store, "debt_id": debt.pk, "amount": Decimal(10), "reason": "Old"}
    write_off_debt(**told, by=manager, now=timezone.now())
    note_reminder(customer=customer, way="call", by=by, now=now)
    promise_payment(customer=customer, promised_on=store.day_of(now), by=by, now=now)
    brought(store, f"Old khata,{customer.phone},40,,5", "Misread,,7,,", by=manager)
    wrongly = OpeningBalance.objects.of(store).get(customer__name="Misread")
    undo_opening(store=store, pk=wrongly.pk, reason="Misread", by=manager, now=timezone.now())
    return Debts(customer, debt, payment)


def _of(model: Any, **wanted: Any) -> Any:
    return lambda shop: model.objects.filter(store=shop.store, **wanted).first().pk


ROW_OF_DEBTS: dict[str, Any] = {
    "debts.debt": lambda shop: shop.debts.debt.pk,
    "debts.debtpayment": lambda shop: shop.debts.payment.pk,
    "debts.allocation": lambda shop: shop.debts.payment.allocations.get().pk,
    "debts.debtreduction": _of(DebtReduction),
    "debts.paymentreversal": _of(PaymentReversal),
    "debts.reminder": _of(Reminder),
    "debts.paymentpromise": _of(PaymentPromise),
    "debts.openingbalance": _of(OpeningBalance, is_undone=False),
    "debts.openingundo": _of(OpeningUndo),
    "debts.creditaccount": lambda shop: shop.debts.customer.credit_accounts.get().pk,
    "debts.creditaccountchange": lambda shop: _account_change(shop),
}


def _account_change(shop: Any) -> int:
    account = shop.debts.customer.credit_accounts.get()
    return int(type(account).pgh_event_model.objects.filter(pgh_obj=account.pk).first().pk)
