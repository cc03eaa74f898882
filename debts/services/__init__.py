"""What changes what a customer owes: each function is one transaction under the customer's lock."""

from debts.services.credit import (
    CreditLimitPassed,
    CreditStopped,
    Permission,
    Standing,
    check_credit,
    set_credit_account,
    standing_by,
    standing_of,
)
from debts.services.debt import (
    DebtEntry,
    open_debt,
    open_for_locked,
    reduce_debt,
    reverse_debt,
    write_off_debt,
)
from debts.services.reminding import note_reminder, promise_payment
from debts.services.repayment import MoreThanOwed, Repayment, repay_debts, reverse_payment, share_out

__all__ = [
    "CreditLimitPassed",
    "CreditStopped",
    "DebtEntry",
    "MoreThanOwed",
    "Permission",
    "Repayment",
    "Standing",
    "check_credit",
    "note_reminder",
    "open_debt",
    "open_for_locked",
    "promise_payment",
    "reduce_debt",
    "repay_debts",
    "reverse_debt",
    "reverse_payment",
    "set_credit_account",
    "share_out",
    "standing_by",
    "standing_of",
    "write_off_debt",
]
