"""Balances that customers bring along: what each owed, or had paid ahead, when the store began to keep these books."""

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from advances.models import AdvancePayment
from customers.models import Customer
from debts.models.debt import Debt
from viveka.stores.append_only import append_only
from viveka.stores.constraints import StoreKey
from viveka.stores.fields import StaffField, StoreForeignKey
from viveka.stores.models import Store, StoreOwned

NOTE = "Opening balance"
MOST_LINE = 10_000_000


class OpeningQuerySet(models.QuerySet["OpeningBalance"]):
    def of(self, store: Store) -> "OpeningQuerySet":
        return self.filter(store=store)

    def standing(self) -> "OpeningQuerySet":
        """Not undone."""
        return self.filter(is_undone=False)


class OpeningBalance(StoreOwned):
    """A row of an old book, and the debt and the advance that it became.

    It tells of the record that it was entered for, and stays there when that is merged; debt and advance move on.
    """

    customer = StoreForeignKey(Customer, related_name="openings", db_index=False)
    debt = models.OneToOneField(Debt, on_delete=models.PROTECT, null=True, related_name="opening", db_constraint=False)
    advance = models.OneToOneField(
        AdvancePayment, on_delete=models.PROTECT, null=True, related_name="opening", db_constraint=False
    )
    row_key = models.CharField("key of the row that it came from", max_length=64, blank=True, editable=False)
    file = models.CharField(max_length=200, blank=True)  # "" where it was typed by hand
    line = models.PositiveIntegerField(null=True)
    by = StaffField()
    at = models.DateTimeField("since")
    created_at = models.DateTimeField(default=timezone.now)
    is_undone = models.BooleanField(default=False, editable=False)  # one writer: debts.openings.undoing

    objects = OpeningQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            *StoreOwned.Meta.constraints,
            StoreKey("customer"),
            StoreKey("debt"),
            StoreKey("advance"),
            models.CheckConstraint(
                name="opening_is_of_something", condition=Q(debt__isnull=False) | Q(advance__isnull=False)
            ),
            models.CheckConstraint(
                name="opening_line_is_a_line", condition=Q(line__isnull=True) | Q(line__gte=1, line__lte=MOST_LINE)
            ),
            models.UniqueConstraint(
                name="opening_debt_once_per_customer",
                fields=["store", "customer"],
                condition=Q(debt__isnull=False, is_undone=False),
            ),
            models.UniqueConstraint(
                name="opening_advance_once_per_customer",
                fields=["store", "customer"],
                condition=Q(advance__isnull=False, is_undone=False),
            ),
            models.UniqueConstraint(
                name="opening_row_once", fields=["store", "row_key"], condition=Q(is_undone=False) & ~Q(row_key="")
            ),
        ]
        indexes = [
            models.Index(fields=["customer"], name="opening_of_customer"),
            models.Index(fields=["store", "-id"], name="opening_newest_first"),
        ]
        triggers = append_only(may_change=["is_undone"], blanked_by_erasure=["row_key", "file"])

    def __str__(self) -> str:
        return f"{NOTE} of {self.customer_id}"

    @property
    def source(self) -> str:
        """Where it came from, in words."""
        line = f", line {self.line}" if self.line else ""
        return f"{self.file or 'Typed by hand'}{line}"

    def get_absolute_url(self) -> str:
        return reverse("debts:opening", args=[self.pk])


class OpeningUndo(StoreOwned):
    """An opening balance was entered by mistake, and is taken out again; the right one may follow."""

    opening = models.OneToOneField(OpeningBalance, on_delete=models.PROTECT, related_name="undo", db_constraint=False)
    reason = models.CharField(max_length=500)
    by = StaffField()
    at = models.DateTimeField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-id"]
        constraints = [
            *StoreOwned.Meta.constraints,
            StoreKey("opening"),
            models.CheckConstraint(name="opening_undo_has_a_reason", condition=~Q(reason="")),
        ]
        triggers = append_only(blanked_by_erasure=["reason"])

    def __str__(self) -> str:
        return f"Undone: {self.reason}"
