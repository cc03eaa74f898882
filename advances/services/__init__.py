"""What moves a customer's advance balance: each function is one transaction under the customer's lock."""

from advances.services.advance import (
    InsufficientAdvance,
    add_advance,
    deduct_advance,
    deduct_from_locked,
    restore_advances,
)
from advances.services.giving_back import (
    expire_advances,
    lock_advances,
    refund_advance,
    reverse_advance,
    take_back_untouched,
)
from advances.services.process import Brought, Paid, process_customer_and_advance

__all__ = [
    "Brought",
    "InsufficientAdvance",
    "Paid",
    "add_advance",
    "deduct_advance",
    "deduct_from_locked",
    "expire_advances",
    "lock_advances",
    "process_customer_and_advance",
    "refund_advance",
    "restore_advances",
    "reverse_advance",
    "take_back_untouched",
]
