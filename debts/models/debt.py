from datetime import date, timedelta
from decimal import Decimal

from django.db import models
from django.db.models import F, Q, Sum
from django.urls import reverse
from django.utils import timezone

from customers.models import Customer
from viveka.stores.append_only import append_only
from viveka.stores.constraints import StoreKey
from viveka.stores.fields import MoneyField, StaffField, StoreForeignKey
from viveka.stores.ids import new_id
from viveka.stores.models import Store, StoreOwned
from viveka.stores.money import ZERO


class DebtStatus(models.TextChoices):
    OPEN = "open", "Open"
    SETTLED = "settled", "Settled"
    WRITTEN_OFF = "written_off", "Written off"


class DebtQuerySet(models.QuerySet["Debt"]):
    def of(self, store: Store) -> "DebtQuerySet":
        return self.filter(store=store)

    def open(self) -> "DebtQuerySet":
        """With something left to pay."""
        return self.filter(status=DebtStatus.OPEN)

    def due(self, store: Store, today: date) -> "DebtQuerySet":
        """Open, and to be paid today or before."""
        return self.of(store).open().due_until(store, today)

    def overdue(self, store: Store, today: date) -> "DebtQuerySet":
        """Open, and to be paid before today."""
        return self.due(store, today - timedelta(days=1))

    def due_until(self, store: Store, day: date) -> "DebtQuerySet":
        """To be paid by this day; without a due date, on the day it was made."""
        never_said = Q(due_on__isnull=True, at__lt=store.start_of(day + timedelta(days=1)))
        return self.filter(Q(due_on__lte=day) | never_said)

    def oldest_first(self) -> "DebtQuerySet":
        return self.order_by("at", "id")

    def for_no_key_update(self) -> "DebtQuerySet":
        return self.select_for_update(no_key=True, of=("self",))

    def owed(self) -> Decimal:
        """The sum of the balances."""
        return self.aggregate(sum=Sum("balance"))["sum"] or ZERO


class Debt(StoreOwned):
    """An amount that a customer owes the store, from a bill on credit or entered by hand."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    customer = StoreForeignKey(Customer, related_name="debts", db_index=False)
    amount = MoneyField()
    due_on = models.DateField(null=True)
    for_name = models.CharField("for or by whom", max_length=200, blank=True)
    note = models.CharField(max_length=500, blank=True)
    allowed_by = StaffField(null=True)  # the manager who let it pass the limit
    allowed_why = models.CharField(max_length=500, blank=True)
    by = StaffField()
    at = models.DateTimeField()
    created_at = models.DateTimeField(default=timezone.now)

    # One writer: debts.services, under the customer's lock.
    paid = MoneyField(default=ZERO, editable=False)
    returned = MoneyField(default=ZERO, editable=False)
    written_off = MoneyField(default=ZERO, editable=False)  # entered by mistake counts here too
    balance = MoneyField(editable=False)
    status = models.CharField(max_length=12, choices=DebtStatus, default=DebtStatus.OPEN, editable=False)

    objects = DebtQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-id"]
        constraints = [
            *StoreOwned.Meta.constraints,
            StoreKey("customer"),
            models.CheckConstraint(name="debt_is_at_least_a_paisa", condition=Q(amount__gte="0.01")),
            models.CheckConstraint(
                name="debt_adds_up",
                condition=Q(amount=F("paid") + F("returned") + F("written_off") + F("balance")),
            ),
            models.CheckConstraint(
                name="debt_status_follows_amounts",
                condition=Q(balance__gt=0, status=DebtStatus.OPEN)
                | Q(balance=0, status=DebtStatus.SETTLED)
                | Q(balance=0, status=DebtStatus.WRITTEN_OFF, written_off__gt=0),
            ),
            models.CheckConstraint(
                name="debt_exception_has_a_reason",
                condition=Q(allowed_by__isnull=True, allowed_why="")
                | (Q(allowed_by__isnull=False) & ~Q(allowed_why="")),
            ),
        ]
        indexes = [
            models.Index(fields=["customer", "at", "id"], name="debt_oldest_first"),
            models.Index(fields=["store", "due_on"], name="debt_by_due_date", condition=Q(status="open")),
            models.Index(fields=["store", "-at", "-id"], name="debt_newest_first"),
        ]
        triggers = append_only(
            may_change=["paid", "returned", "written_off", "balance", "status"],
            moved_by_merge=["customer"],
            blanked_by_erasure=["for_name", "note", "allowed_why"],
        )

    def __str__(self) -> str:
        return f"Debt of {self.amount}"

    @property
    def bill_number(self) -> str:
        """The number of the bill that it is of, "" for none; `payment__bill` should be at hand."""
        payment = getattr(self, "payment", None)
        return str(payment.bill.number) if payment else ""

    @property
    def due_day(self) -> date:
        """When it is to be paid; `store` should be at hand."""
        return self.due_on or self.store.day_of(self.at)

    def get_absolute_url(self) -> str:
        return reverse("debts:debt", args=[self.pk])
