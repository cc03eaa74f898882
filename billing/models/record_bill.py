from django.db import models
from django.db.models import Q
from django.utils import timezone

from advances.models import Appointment, Booking
from billing.models.bill import Bill
from viveka.stores.append_only import append_only
from viveka.stores.constraints import StoreKey
from viveka.stores.fields import StoreForeignKey
from viveka.stores.models import StoreOwned

ONE_RECORD = Q(appointment__isnull=False, booking__isnull=True) | Q(appointment__isnull=True, booking__isnull=False)


class RecordBillQuerySet(models.QuerySet["RecordBill"]):
    def standing(self) -> "RecordBillQuerySet":
        """Whose bill was not voided."""
        return self.filter(released_at__isnull=True)

    def of_record(self, record: Appointment | Booking) -> "RecordBillQuerySet":
        return self.filter(**{record.kind: record})


class RecordBill(StoreOwned):
    """The bill that an appointment or a booking made: the sale itself, or the fee of one that was cancelled. A record
    has at most one that stands; a voided bill lets go of it."""

    bill = models.OneToOneField(Bill, on_delete=models.PROTECT, related_name="of_record", db_constraint=False)
    appointment = StoreForeignKey(Appointment, null=True, related_name="bills")
    booking = StoreForeignKey(Booking, null=True, related_name="bills")
    made_at = models.DateTimeField(default=timezone.now)
    released_at = models.DateTimeField(null=True)  # one writer: billing.services.record_sales

    objects = RecordBillQuerySet.as_manager()

    class Meta:
        constraints = [
            *StoreOwned.Meta.constraints,
            StoreKey("bill"),
            StoreKey("appointment"),
            StoreKey("booking"),
            models.CheckConstraint(name="record_bill_is_of_one_record", condition=ONE_RECORD),
            models.UniqueConstraint(
                name="appointment_billed_once", fields=["appointment"], condition=Q(released_at__isnull=True)
            ),
            models.UniqueConstraint(
                name="booking_billed_once", fields=["booking"], condition=Q(released_at__isnull=True)
            ),
        ]
        triggers = append_only(may_change=["released_at"])

    def __str__(self) -> str:
        return f"{self.bill} of {self.record}"

    @property
    def record(self) -> Appointment | Booking | None:
        return self.appointment or self.booking
