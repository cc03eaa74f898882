"""Two records that may be one person, offered to managers until they are merged or said to be two."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from viveka.stores.constraints import StoreKey
from viveka.stores.fields import StoreForeignKey
from viveka.stores.models import Store, StoreOwned


class LikelyPairQuerySet(models.QuerySet["LikelyPair"]):
    def of(self, store: Store) -> "LikelyPairQuerySet":
        return self.filter(store=store)

    def offered(self) -> "LikelyPairQuerySet":
        """Not dismissed, and both still on record; the likeliest first."""
        gone = Q(first__deleted_at__isnull=False) | Q(second__deleted_at__isnull=False)
        merged = Q(first__merged_into__isnull=False) | Q(second__merged_into__isnull=False)
        return self.filter(dismissed_at__isnull=True).exclude(gone | merged).order_by("-bits", "pk")


class LikelyPair(StoreOwned):
    """Two records that look like one person, the older one first; `bits` is how much speaks for it.

    Dismissed by a manager, it stays to be remembered and is not offered again.
    """

    first = StoreForeignKey("customers.Customer", related_name="+", db_index=False)
    second = StoreForeignKey("customers.Customer", related_name="+")
    bits = models.PositiveSmallIntegerField()
    reasons = models.CharField(max_length=60)  # what agrees: name, phone, email, gst_number, address
    found_at = models.DateTimeField(default=timezone.now)
    dismissed_at = models.DateTimeField(null=True)
    dismissed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )

    objects = LikelyPairQuerySet.as_manager()

    class Meta:
        constraints = [
            *StoreOwned.Meta.constraints,
            StoreKey("first"),
            StoreKey("second"),
            models.UniqueConstraint(name="likely_pair_once", fields=["first", "second"]),
            models.CheckConstraint(name="likely_pair_in_order", condition=Q(first__lt=F("second"))),
            models.CheckConstraint(
                name="likely_pair_dismissed_by_somebody",
                condition=Q(dismissed_at__isnull=True, dismissed_by__isnull=True)
                | Q(dismissed_at__isnull=False, dismissed_by__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["store", "-bits"], name="likely_pair_offered", condition=Q(dismissed_at__isnull=True))
        ]

    def __str__(self) -> str:
        return f"{self.first_id} and {self.second_id}"
