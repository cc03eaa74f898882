"""What was done to a record as a whole: deleted, restored, erased, a phone of it freed."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from viveka.stores.append_only import append_only
from viveka.stores.constraints import StoreKey
from viveka.stores.fields import StoreForeignKey
from viveka.stores.models import StoreOwned


class What(models.TextChoices):
    DELETED = "deleted", "Deleted"
    RESTORED = "restored", "Restored"
    CAME_BACK = "came_back", "Came back by phone or name"
    ERASED = "erased", "Erased"
    PHONE_FREED = "phone_freed", "Former phone freed"


class RecordEvent(StoreOwned):
    """Who did what to a record, when and why. Nobody did it where a customer came back by being found again."""

    customer = StoreForeignKey("customers.Customer", related_name="events")
    what = models.CharField(max_length=12, choices=What)
    phone = models.CharField(max_length=16, blank=True)  # the one that was freed
    reason = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            *StoreOwned.Meta.constraints,
            StoreKey("customer"),
            models.CheckConstraint(
                name="record_event_names_who", condition=Q(by__isnull=False) | Q(what=What.CAME_BACK)
            ),
        ]
        triggers = append_only(blanked_by_erasure=["phone", "reason"])

    def __str__(self) -> str:
        return self.get_what_display()
