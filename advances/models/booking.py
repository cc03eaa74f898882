from django.db import models
from django.urls import reverse
from django.utils import timezone

from advances.models import triggers
from advances.models.enquiry import Enquiry
from advances.models.record import TRACED, Record, RecordLine, WithLines
from customers.models import Customer
from viveka.stores.constraints import StoreKey
from viveka.stores.fields import StoreForeignKey
from viveka.stores.tracing import traced


@traced(*TRACED, "summary", "wanted_on")
class Booking(WithLines):
    """Items that a customer wants kept, made or ordered, maybe for a day."""

    customer = StoreForeignKey(Customer, related_name="bookings", db_index=False)
    wanted_on = models.DateField(null=True)
    enquiry = StoreForeignKey(Enquiry, null=True, related_name="bookings")

    class Meta(Record.Meta):
        abstract = False
        constraints = [*Record.Meta.constraints, StoreKey("enquiry")]

    def __str__(self) -> str:
        return f"Booking of {timezone.localtime(self.created_at):%d %b %Y}"

    def get_absolute_url(self) -> str:
        return reverse("diary:booking", args=[self.pk])


class BookingLine(RecordLine):
    """An item of a booking."""

    booking = StoreForeignKey(Booking, related_name="lines", db_index=False)

    class Meta(RecordLine.Meta):
        abstract = False
        constraints = [
            *RecordLine.Meta.constraints,
            StoreKey("booking"),
            models.UniqueConstraint(name="booking_line_position_once", fields=["booking", "position"]),
        ]
        triggers = [triggers.only_while_open("advances_booking", "booking_id")]
