"""Money paid ahead, and the appointments, bookings and enquiries that bring it."""

from advances.models.advance import AdvancePayment, AdvanceStatus, PaymentMode, ReferenceType
from advances.models.appointment import Appointment, AppointmentLine
from advances.models.booking import Booking, BookingLine
from advances.models.deduction import Deduction, Utilization
from advances.models.enquiry import Enquiry
from advances.models.record import Record, RecordLine, RecordStatus
from advances.models.wallet import WalletCause, WalletEntry

__all__ = [
    "AdvancePayment",
    "AdvanceStatus",
    "Appointment",
    "AppointmentLine",
    "Booking",
    "BookingLine",
    "Deduction",
    "Enquiry",
    "PaymentMode",
    "Record",
    "RecordLine",
    "RecordStatus",
    "ReferenceType",
    "Utilization",
    "WalletCause",
    "WalletEntry",
]
