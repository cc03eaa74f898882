"""What appointments, bookings and enquiries share: whose they are, how they stand, who wrote them down."""

from decimal import Decimal
from typing import Self

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils import timezone

from customers.models import Customer, person_query
from viveka.stores.append_only import only_by_merge
from viveka.stores.constraints import StoreKey
from viveka.stores.fields import MoneyField, QuantityField, StaffField
from viveka.stores.ids import new_id
from viveka.stores.models import Store, StoreOwned

TRACED = ("store", "customer", "status", "notes", "closed_why")


class RecordStatus(models.TextChoices):
    OPEN = "open", "Open"
    DONE = "done", "Done"
    CANCELLED = "cancelled", "Cancelled"
    NO_SHOW = "no_show", "No-show"


class RecordQuerySet(models.QuerySet):
    """Named in the words of the shop; of whichever of the three."""

    def of(self, store: Store) -> Self:
        return self.filter(store=store)

    def open(self) -> Self:
        """Neither done nor cancelled."""
        return self.filter(status=RecordStatus.OPEN)

    def newest_first(self) -> Self:
        return self.order_by("-created_at", "-id")

    def matching(self, text: str) -> Self:
        """Of customers who are found by this text, as in the directory."""
        query = person_query(text)
        return self.filter(customer__in=Customer.objects.filter(search__words=query)) if query else self.none()

    def for_no_key_update(self) -> Self:
        return self.select_for_update(no_key=True, of=("self",)).order_by("pk")


class Record(StoreOwned):
    """Something a customer arranged or asked for. It is edited while it is open; its changes leave a trace."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    status = models.CharField(max_length=9, choices=RecordStatus, default=RecordStatus.OPEN)
    notes = models.CharField("staff notes", max_length=1000, blank=True)
    by = StaffField()
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(auto_now=True)
    closed_by = StaffField(null=True)
    closed_at = models.DateTimeField(null=True)
    closed_why = models.CharField("reason", max_length=200, blank=True)
    left: Decimal
    """What is left of its advances, where `tell_left` or a list noted it."""

    objects = RecordQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["-created_at", "-id"]
        constraints = [
            *StoreOwned.Meta.constraints,
            StoreKey("customer"),
            models.CheckConstraint(name="%(class)s_status_known", condition=Q(status__in=RecordStatus.values)),
            models.CheckConstraint(
                name="%(class)s_closed_by_somebody",
                condition=Q(status="open", closed_at__isnull=True, closed_by__isnull=True, closed_why="")
                | (~Q(status="open") & Q(closed_at__isnull=False, closed_by__isnull=False)),
            ),
        ]
        indexes = [
            models.Index(fields=["store", "-created_at", "-id"], name="%(class)s_newest_first"),
            models.Index(fields=["store", "status", "-created_at", "-id"], name="%(class)s_by_status"),
            models.Index(fields=["customer", "-created_at"], name="%(class)s_of_customer"),
        ]
        triggers = [
            only_by_merge("customer"),
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="written_once", fields=["store", "by", "created_at"]),
        ]

    @property
    def is_open(self) -> bool:
        return self.status == RecordStatus.OPEN

    @property
    def kind(self) -> str:
        """appointment, booking or enquiry: also the reference type of its advances."""
        return str(self._meta.model_name)


class WithLines(Record):
    """A record of services or items. `summary` says its lines in words, so that lists need no more and the trace of a
    change reads well; one writer: advances.services."""

    summary = models.CharField("lines", max_length=600, blank=True, editable=False)

    class Meta(Record.Meta):
        abstract = True


class RecordLine(StoreOwned):
    """A service or an item as it was arranged. `product_id` is the product it stands for, where it is one: the name and
    the price stay what was said, and the product is asked when the record becomes a cart."""

    position = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=200)
    quantity = QuantityField(default=1)
    price = MoneyField(null=True)  # agreed; None: the shop's price of the day
    product_id = models.BigIntegerField(null=True)

    class Meta:
        abstract = True
        ordering = ["position"]
        constraints = [
            *StoreOwned.Meta.constraints,
            models.CheckConstraint(name="%(class)s_has_a_quantity", condition=Q(quantity__gt=0)),
            models.CheckConstraint(name="%(class)s_has_a_name", condition=~Q(name="")),
        ]

    def __str__(self) -> str:
        return self.name
