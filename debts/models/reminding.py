"""That somebody was reminded of what they owe, and what they promised."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from customers.models import Customer
from viveka.stores.append_only import append_only
from viveka.stores.constraints import StoreKey
from viveka.stores.fields import MoneyField, StaffField, StoreForeignKey
from viveka.stores.form_fields import FIRST_DAY, LAST_DAY
from viveka.stores.models import StoreOwned


class ReminderWay(models.TextChoices):
    CALL = "call", "Called"
    WHATSAPP = "whatsapp", "WhatsApp"
    IN_PERSON = "in_person", "Told in person"


class Reminder(StoreOwned):
    """A customer was reminded: who did it, when, how, and what was owed then."""

    customer = StoreForeignKey(Customer, related_name="reminders", db_index=False)
    way = models.CharField(max_length=12, choices=ReminderWay)
    owed = MoneyField()
    by = StaffField()
    at = models.DateTimeField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-id"]
        constraints = [
            *StoreOwned.Meta.constraints,
            StoreKey("customer"),
            models.CheckConstraint(name="reminder_way_known", condition=Q(way__in=ReminderWay.values)),
            models.CheckConstraint(name="reminder_is_of_something_owed", condition=Q(owed__gte="0.01")),
        ]
        indexes = [models.Index(fields=["customer", "-id"], name="reminder_last_first")]
        triggers = append_only(moved_by_merge=["customer"])

    def __str__(self) -> str:
        return f"{self.get_way_display()}: {self.owed}"


class PaymentPromise(StoreOwned):
    """A customer said when they will pay. The last one said holds; until its day they are not reminded."""

    customer = StoreForeignKey(Customer, related_name="promises", db_index=False)
    promised_on = models.DateField()
    note = models.CharField(max_length=200, blank=True)
    by = StaffField()
    at = models.DateTimeField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-id"]
        constraints = [
            *StoreOwned.Meta.constraints,
            StoreKey("customer"),
            models.CheckConstraint(
                name="promise_is_for_a_real_day", condition=Q(promised_on__gte=FIRST_DAY, promised_on__lte=LAST_DAY)
            ),
        ]
        indexes = [models.Index(fields=["customer", "-id"], name="promise_last_first")]
        triggers = append_only(moved_by_merge=["customer"], blanked_by_erasure=["note"])

    def __str__(self) -> str:
        return f"Promised for {self.promised_on}"
