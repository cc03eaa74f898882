"""What was sold before it came in, and how later batches settle it.

The bill stays as it is: it knows the cost of what came from batches. What its goods cost beyond that is the cost of its
settlements, on the day of each.
"""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from billing.models.bill import BillLine
from billing.models.product import Product
from billing.models.stock import StockMovement
from viveka.stores.append_only import append_only
from viveka.stores.constraints import StoreKey
from viveka.stores.fields import MoneyField, QuantityField, StaffField, StoreForeignKey
from viveka.stores.models import StoreOwned


class ShortageQuerySet(models.QuerySet["StockShortage"]):
    def open(self) -> "ShortageQuerySet":
        """With something that no batch has settled, and that did not come back either."""
        return self.filter(open__gt=0)

    def oldest_first(self) -> "ShortageQuerySet":
        return self.order_by("id")


class StockShortage(StoreOwned):
    """How much of a bill line was not there when it was sold."""

    bill_line = models.OneToOneField(BillLine, on_delete=models.PROTECT, related_name="shortage", db_constraint=False)
    product = StoreForeignKey(Product, related_name="shortages", db_index=False)
    quantity = QuantityField()
    open = QuantityField(editable=False)  # one writer: billing.services.shortages
    by = StaffField()
    at = models.DateTimeField()
    created_at = models.DateTimeField(default=timezone.now)

    objects = ShortageQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            *StoreOwned.Meta.constraints,
            StoreKey("bill_line"),
            StoreKey("product"),
            models.CheckConstraint(name="shortage_has_a_quantity", condition=Q(quantity__gt=0)),
            models.CheckConstraint(name="shortage_open_within_it", condition=Q(open__lte=F("quantity"))),
        ]
        indexes = [
            models.Index(fields=["product", "id"], name="shortage_open_oldest_first", condition=Q(open__gt=0)),
        ]
        triggers = append_only(may_change=["open"])

    def __str__(self) -> str:
        return f"{self.quantity} short"


class ShortageSettlement(StoreOwned):
    """What a batch gave to a shortage: the movement, and what it adds to the cost of the bill line."""

    shortage = StoreForeignKey(StockShortage, related_name="settlements")
    movement = models.OneToOneField(
        StockMovement, on_delete=models.PROTECT, related_name="settlement", db_constraint=False
    )
    cost = MoneyField()
    by = StaffField()
    at = models.DateTimeField()
    day = models.DateField()  # the store's own calendar day of `at`
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-id"]
        constraints = [
            *StoreOwned.Meta.constraints,
            StoreKey("shortage"),
            StoreKey("movement"),
        ]
        indexes = [models.Index(fields=["store", "day"], name="settlement_by_day")]
        triggers = append_only()

    def __str__(self) -> str:
        return f"{self.shortage} settled"
