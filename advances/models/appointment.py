from datetime import datetime, timedelta

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from advances.models import triggers
from advances.models.enquiry import Enquiry
from advances.models.record import TRACED, Record, RecordLine, RecordQuerySet, WithLines
from customers.models import Customer
from viveka.stores.constraints import StoreKey
from viveka.stores.fields import StaffField, StoreForeignKey
from viveka.stores.models import User
from viveka.stores.tracing import traced

LONGEST = timedelta(days=1)


class AppointmentQuerySet(RecordQuerySet):
    def within(self, begins: datetime, ends: datetime) -> "AppointmentQuerySet":
        """That begin in this time, in order."""
        return self.filter(scheduled_at__gte=begins, scheduled_at__lt=ends).order_by("scheduled_at", "id")

    def clashing(self, served_by: User, begins: datetime, ends: datetime) -> "AppointmentQuerySet":
        """Open ones of the same person that overlap this time."""
        near = self.filter(served_by=served_by, scheduled_at__gt=begins - LONGEST, scheduled_at__lt=ends)
        return near.open().filter(ends_at__gt=begins).order_by("scheduled_at", "id")


@traced(*TRACED, "summary", "scheduled_at", "ends_at", "served_by")
class Appointment(WithLines):
    """A time at which a customer comes, for services, with somebody who serves."""

    customer = StoreForeignKey(Customer, related_name="appointments", db_index=False)
    scheduled_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    served_by = StaffField(null=True)
    enquiry = StoreForeignKey(Enquiry, null=True, related_name="appointments")

    objects = AppointmentQuerySet.as_manager()  # type: ignore[misc]  # in place of that of all records, with words of its own

    class Meta(Record.Meta):
        abstract = False
        constraints = [
            *Record.Meta.constraints,
            StoreKey("enquiry"),
            models.CheckConstraint(
                name="appointment_lasts_up_to_a_day",
                condition=Q(ends_at__gt=F("scheduled_at"), ends_at__lte=F("scheduled_at") + LONGEST),
            ),
        ]
        indexes = [
            *Record.Meta.indexes,
            models.Index(fields=["store", "scheduled_at"], name="appointment_in_order"),
            models.Index(
                fields=["store", "served_by", "scheduled_at"],
                name="appointment_of_a_person",
                condition=Q(status="open"),
            ),
        ]

    def __str__(self) -> str:
        return f"Appointment of {timezone.localtime(self.scheduled_at):%d %b %Y %H:%M}"

    def get_absolute_url(self) -> str:
        return reverse("diary:appointment", args=[self.pk])

    @property
    def minutes(self) -> int:
        return int((self.ends_at - self.scheduled_at).total_seconds() // 60)


class AppointmentLine(RecordLine):
    """A service of an appointment."""

    appointment = StoreForeignKey(Appointment, related_name="lines", db_index=False)

    class Meta(RecordLine.Meta):
        abstract = False
        constraints = [
            *RecordLine.Meta.constraints,
            StoreKey("appointment"),
            models.UniqueConstraint(name="appointment_line_position_once", fields=["appointment", "position"]),
        ]
        triggers = [triggers.only_while_open("advances_appointment", "appointment_id")]
