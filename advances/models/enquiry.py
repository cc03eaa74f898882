from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from advances.models.record import TRACED, Record
from customers.models import Customer
from viveka.stores.fields import StoreForeignKey
from viveka.stores.tracing import traced


@traced(*TRACED, "asked")
class Enquiry(Record):
    """What somebody asked for. It brings no advance; it can turn into a booking or an appointment."""

    customer = StoreForeignKey(Customer, related_name="enquiries", db_index=False)
    asked = models.CharField("what was asked", max_length=2000)

    class Meta(Record.Meta):
        abstract = False
        verbose_name_plural = "enquiries"
        constraints = [
            *Record.Meta.constraints,
            models.CheckConstraint(name="enquiry_asks_something", condition=~Q(asked="")),
            models.CheckConstraint(name="enquiry_has_no_no_show", condition=~Q(status="no_show")),
        ]

    def __str__(self) -> str:
        return f"Enquiry of {timezone.localtime(self.created_at):%d %b %Y}"

    def get_absolute_url(self) -> str:
        return reverse("diary:enquiry", args=[self.pk])
