"""Money paid ahead, and the appointments, bookings and enquiries that bring it."""

from advances.models.advance import AdvancePayment, AdvanceStatus, PaymentMode, ReferenceType
from advances.models.deduction import Deduction, Utilization
from advances.models.wallet import WalletCause, WalletEntry

__all__ = [
    "AdvancePayment",
    "AdvanceStatus",
    "Deduction",
    "PaymentMode",
    "ReferenceType",
    "Utilization",
    "WalletCause",
    "WalletEntry",
]
