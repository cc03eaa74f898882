from datetime import date
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from billing.models.product import Product
from viveka.stores.append_only import append_only
from viveka.stores.constraints import StoreKey
from viveka.stores.fields import MoneyField, QuantityField, SignedQuantityField, StaffField, StoreForeignKey
from viveka.stores.models import StoreOwned
from viveka.stores.tracing import traced


class BatchQuerySet(models.QuerySet["Batch"]):
    def in_stock(self) -> "BatchQuerySet":
        return self.filter(remaining__gt=0)

    def sellable(self, day: date) -> "BatchQuerySet":
        """With stock, and not past the expiry date on that day."""
        return self.in_stock().filter(Q(expiry_date__isnull=True) | Q(expiry_date__gte=day))

    def expired(self, day: date) -> "BatchQuerySet":
        return self.in_stock().filter(expiry_date__lt=day)

    def oldest_first(self) -> "BatchQuerySet":
        return self.order_by("received_at", "id")


PRICES = ("selling_price", "mrp", "expiry_date", "supplier", "supplier_bill", "note")


@traced("store", *PRICES)
class Batch(StoreOwned):
    """One received lot of a product, with its own cost and selling price."""

    product = StoreForeignKey(Product, related_name="batches")
    received_at = models.DateTimeField()
    quantity = QuantityField("quantity received")
    remaining = QuantityField(editable=False)  # one writer: billing.services
    cost_price = MoneyField()
    selling_price = MoneyField(null=True, blank=True)
    mrp = MoneyField("MRP", null=True, blank=True)
    expiry_date = models.DateField(null=True, blank=True)
    supplier = models.CharField(max_length=200, blank=True)
    supplier_bill = models.CharField("supplier's bill", max_length=80, blank=True)
    note = models.CharField(max_length=500, blank=True)
    by = StaffField(editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = BatchQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "batches"
        ordering = ["-received_at", "-id"]
        constraints = [
            *StoreOwned.Meta.constraints,
            StoreKey("product"),
            models.CheckConstraint(name="batch_remaining_within_received", condition=Q(remaining__lte=F("quantity"))),
            models.CheckConstraint(name="batch_has_a_quantity", condition=Q(quantity__gt=0)),
            models.CheckConstraint(name="batch_price_within_mrp", condition=Q(selling_price__lte=F("mrp"))),
        ]
        indexes = [
            models.Index(
                fields=["product", "received_at", "id"], name="batch_oldest_first", condition=Q(remaining__gt=0)
            ),
            models.Index(
                fields=["store", "expiry_date", "id"],
                name="batch_first_to_expire",
                condition=Q(remaining__gt=0, expiry_date__isnull=False),
            ),
        ]
        triggers = append_only(may_change=["remaining", *PRICES])

    def __str__(self) -> str:
        return f"{self.product} of {timezone.localtime(self.received_at):%d %b %Y}"


class MovementReason(models.TextChoices):
    RECEIVED = "received", "Received"
    SOLD = "sold", "Sold"
    RETURNED = "returned", "Returned"
    ADJUSTED = "adjusted", "Adjusted"
    SETTLED = "settled", "Sold before it came in"


class AdjustmentKind(models.TextChoices):
    """Why the shelf has more or less than was kept."""

    COUNTED = "counted", "Counted"
    DAMAGED = "damaged", "Damaged"
    LOST = "lost", "Lost or stolen"
    EXPIRED = "expired", "Expired"
    OWN_USE = "own_use", "Own use"
    FOUND = "found", "Found"
    OTHER = "other", "Gone for another reason"


DOWN = (
    AdjustmentKind.DAMAGED,
    AdjustmentKind.LOST,
    AdjustmentKind.EXPIRED,
    AdjustmentKind.OWN_USE,
    AdjustmentKind.OTHER,
)


class StockAdjustment(StoreOwned):
    """Stock put right by hand: why, by how much, by whom; the batches are in its movements."""

    product = StoreForeignKey(Product, related_name="adjustments")
    kind = models.CharField("reason", max_length=8, choices=AdjustmentKind)
    quantity = SignedQuantityField()
    counted = QuantityField(null=True)  # what was on the shelf, where all of the product was counted
    note = models.CharField(max_length=500, blank=True)
    by = StaffField()
    at = models.DateTimeField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-id"]
        constraints = [
            *StoreOwned.Meta.constraints,
            StoreKey("product"),
            models.CheckConstraint(name="adjustment_kind_known", condition=Q(kind__in=AdjustmentKind.values)),
            models.CheckConstraint(
                name="adjustment_sign_follows_kind",
                condition=Q(kind__in=DOWN, quantity__lt=0)
                | Q(kind=AdjustmentKind.FOUND, quantity__gt=0)
                | Q(kind=AdjustmentKind.COUNTED),
            ),
            models.CheckConstraint(
                name="other_adjustment_has_a_note", condition=~Q(kind=AdjustmentKind.OTHER) | ~Q(note="")
            ),
            models.CheckConstraint(
                name="only_a_count_was_counted", condition=Q(counted__isnull=True) | Q(kind=AdjustmentKind.COUNTED)
            ),
        ]
        triggers = append_only()

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.quantity}"


class StockMovement(StoreOwned):
    """One change of one batch: what remains of a batch is the sum of these."""

    batch = StoreForeignKey(Batch, related_name="movements")
    product = StoreForeignKey(Product, related_name="movements", db_index=False)
    quantity = SignedQuantityField()
    reason = models.CharField(max_length=8, choices=MovementReason)
    bill_line = StoreForeignKey("billing.BillLine", related_name="movements", null=True)
    return_line = StoreForeignKey("billing.ReturnLine", related_name="movements", null=True, db_index=False)
    adjustment = StoreForeignKey(StockAdjustment, related_name="movements", null=True, db_index=False)
    note = models.CharField(max_length=500, blank=True)
    by = StaffField()
    at = models.DateTimeField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-id"]
        constraints = [
            *StoreOwned.Meta.constraints,
            StoreKey("batch"),
            StoreKey("product"),
            StoreKey("bill_line"),
            StoreKey("return_line"),
            StoreKey("adjustment"),
            models.CheckConstraint(name="movement_moves_something", condition=~Q(quantity=0)),
            models.CheckConstraint(
                name="movement_sign_follows_reason",
                condition=Q(
                    reason__in=[MovementReason.SOLD, MovementReason.SETTLED], quantity__lt=0, bill_line__isnull=False
                )
                | Q(reason=MovementReason.RETURNED, quantity__gt=0)
                | Q(reason=MovementReason.RECEIVED, quantity__gt=0, bill_line__isnull=True)
                | Q(reason=MovementReason.ADJUSTED, bill_line__isnull=True),
            ),
            models.CheckConstraint(
                name="movement_of_a_return_is_in_or_written_off",
                condition=Q(return_line__isnull=True)
                | Q(reason=MovementReason.RETURNED, bill_line__isnull=False)
                | Q(reason=MovementReason.ADJUSTED, quantity__lt=0),
            ),
            models.CheckConstraint(
                name="movement_fits_its_adjustment",
                condition=Q(adjustment__isnull=True)
                | Q(reason=MovementReason.ADJUSTED, return_line__isnull=True)
                | Q(reason=MovementReason.RECEIVED),
            ),
        ]
        indexes = [
            models.Index(fields=["product", "-id"], name="movement_of_product"),
            models.Index(
                fields=["adjustment"], name="movement_of_an_adjustment", condition=Q(adjustment__isnull=False)
            ),
            models.Index(fields=["return_line"], name="movement_of_a_return", condition=Q(return_line__isnull=False)),
        ]
        triggers = append_only()

    def __str__(self) -> str:
        return f"{self.get_reason_display()} {self.quantity}"

    @property
    def taken(self) -> Any:
        """What left the batch."""
        return -self.quantity
