"""What customers owe: permission to owe, debts, and what lowers them."""

from debts.models.account import CreditAccount
from debts.models.debt import Debt, DebtStatus
from debts.models.opening import OpeningBalance, OpeningUndo
from debts.models.payment import TAKEN_BY, Allocation, DebtPayment, PaymentReversal, RepaymentMode
from debts.models.reduction import DebtReduction, ReductionCause
from debts.models.reminding import PaymentPromise, Reminder, ReminderWay

__all__ = [
    "TAKEN_BY",
    "Allocation",
    "CreditAccount",
    "Debt",
    "DebtPayment",
    "DebtReduction",
    "DebtStatus",
    "OpeningBalance",
    "OpeningUndo",
    "PaymentPromise",
    "PaymentReversal",
    "ReductionCause",
    "Reminder",
    "ReminderWay",
    "RepaymentMode",
]
