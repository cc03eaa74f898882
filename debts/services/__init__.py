"""What changes what a customer owes: each function is one transaction under the customer's lock."""

from debts.services.credit import (
    CreditLimitPassed,
    CreditStopped,
    Permission,
    Standing,
    check_credit,
    set_credit_account,
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
from debts.services.repayment import MoreThanOwed, Repayment, repay_debts, reverse_payment

__all__ = [
    "CreditLimitPassed",
    "CreditStopped",
    "DebtEntry",
    "MoreThanOwed",
    "Permission",
    "Repayment",
    "Standing",
    "check_credit",
    "open_debt",
    "open_for_locked",
    "reduce_debt",
    "repay_debts",
    "reverse_debt",
    "reverse_payment",
    "set_credit_account",
    "standing_of",
    "write_off_debt",
]
