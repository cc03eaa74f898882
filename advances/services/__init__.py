"""What moves a customer's advance balance, each function one transaction under the customer's lock; and the
appointments, bookings and enquiries that bring it."""

from advances.services.advance import (
    InsufficientAdvance,
    add_advance,
    deduct_advance,
    deduct_from_locked,
    restore_advances,
)
from advances.services.earmarks import Earmark, earmarked
from advances.services.giving_back import (
    expire_advances,
    lock_advances,
    refund_advance,
    reverse_advance,
    take_back_untouched,
)
from advances.services.process import Brought, Paid, process_customer_and_advance
from advances.services.record_parts import Content, Line, Slot, Who
from advances.services.recording import Taken, record_appointment, record_booking, record_enquiry

__all__ = [
    "Brought",
    "Content",
    "Earmark",
    "InsufficientAdvance",
    "Line",
    "Paid",
    "Slot",
    "Taken",
    "Who",
    "add_advance",
    "deduct_advance",
    "deduct_from_locked",
    "earmarked",
    "expire_advances",
    "lock_advances",
    "process_customer_and_advance",
    "record_appointment",
    "record_booking",
    "record_enquiry",
    "refund_advance",
    "restore_advances",
    "reverse_advance",
    "take_back_untouched",
]
