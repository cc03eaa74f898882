from datetime import datetime
from decimal import Decimal

from django.db import models
from django.db.models import F, Q, Sum
from django.urls import reverse
from django.utils import timezone

from advances.models import triggers
from customers.models import Customer
from viveka.stores.append_only import append_only
from viveka.stores.constraints import StoreKey
from viveka.stores.fields import MoneyField, StaffField, StoreForeignKey
from viveka.stores.ids import new_id
from viveka.stores.models import Store, StoreOwned, TillSessionField
from viveka.stores.models.till import into_an_open_till, of_a_till
from viveka.stores.money import ZERO


class PaymentMode(models.TextChoices):
    """How the money came. `wallet` is an outside e-wallet here."""

    CASH = "cash", "Cash"
    CARD = "card", "Card"
    UPI = "upi", "UPI"
    WALLET = "wallet", "E-wallet"
    BANK_TRANSFER = "bank_transfer", "Bank transfer"


class ReferenceType(models.TextChoices):
    """What brought the advance. An enquiry never does; a return and an opening balance bring no money."""

    APPOINTMENT = "appointment", "Appointment"
    BOOKING = "booking", "Booking"
    ENQUIRY = "enquiry", "Enquiry"
    DIRECT = "direct", "Direct"
    OVERPAYMENT = "overpayment", "Overpayment"
    RETURN = "return", "Return"
    OPENING = "opening", "Opening balance"


class AdvanceStatus(models.TextChoices):
    ACTIVE = "active", "Active"
    UTILIZED = "utilized", "Used up"
    REFUNDED = "refunded", "Refunded"
    EXPIRED = "expired", "Expired"


class AdvanceQuerySet(models.QuerySet["AdvancePayment"]):
    def of(self, store: Store) -> "AdvanceQuerySet":
        return self.filter(store=store)

    def open(self) -> "AdvanceQuerySet":
        """With something left."""
        return self.filter(status=AdvanceStatus.ACTIVE)

    def oldest_first(self) -> "AdvanceQuerySet":
        """By the time they are about, not by how they came."""
        return self.order_by("at", "id")

    def for_no_key_update(self) -> "AdvanceQuerySet":
        return self.select_for_update(no_key=True, of=("self",))

    def paid_before(self, moment: datetime) -> "AdvanceQuerySet":
        return self.filter(at__lt=moment)

    def outstanding(self) -> Decimal:
        """The sum of what remains."""
        return self.aggregate(sum=Sum("remaining_amount"))["sum"] or ZERO


RECORDS = (ReferenceType.APPOINTMENT, ReferenceType.BOOKING)
NO_MONEY = (ReferenceType.RETURN, ReferenceType.OPENING)
WITHOUT_RECORD = (ReferenceType.DIRECT, ReferenceType.OVERPAYMENT, *NO_MONEY)
RUNNING = ("utilized_amount", "refunded_amount", "expired_amount", "remaining_amount", "status")


class AdvancePayment(StoreOwned):
    """Money a customer paid ahead, used oldest first."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    customer = StoreForeignKey(Customer, related_name="advances", db_index=False)
    reference_type = models.CharField(max_length=12, choices=ReferenceType, default=ReferenceType.DIRECT)
    reference_id = models.UUIDField(null=True)
    amount = MoneyField()
    mode = models.CharField(max_length=16, choices=PaymentMode, blank=True)  # "" where no money came in
    payment_reference = models.CharField(max_length=80, blank=True)
    notes = models.CharField(max_length=500, blank=True)
    till_session = TillSessionField()
    by = StaffField()
    at = models.DateTimeField()
    created_at = models.DateTimeField(default=timezone.now)

    # One writer: advances.services, under the customer's lock.
    utilized_amount = MoneyField(default=ZERO, editable=False)
    refunded_amount = MoneyField(default=ZERO, editable=False)  # what was reversed counts here too
    expired_amount = MoneyField(default=ZERO, editable=False)
    remaining_amount = MoneyField(editable=False)
    status = models.CharField(max_length=8, choices=AdvanceStatus, default=AdvanceStatus.ACTIVE, editable=False)

    objects = AdvanceQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-id"]
        constraints = [
            *StoreOwned.Meta.constraints,
            StoreKey("customer"),
            StoreKey("till_session"),
            models.CheckConstraint(name="advance_is_at_least_a_paisa", condition=Q(amount__gte="0.01")),
            models.CheckConstraint(
                name="advance_adds_up",
                condition=Q(
                    amount=F("utilized_amount") + F("refunded_amount") + F("expired_amount") + F("remaining_amount")
                ),
            ),
            models.CheckConstraint(
                name="advance_status_follows_amounts",
                condition=Q(remaining_amount__gt=0, status=AdvanceStatus.ACTIVE)
                | Q(remaining_amount=0, status=AdvanceStatus.UTILIZED, utilized_amount__gt=0)
                | Q(remaining_amount=0, status=AdvanceStatus.REFUNDED, refunded_amount__gt=0)
                | Q(remaining_amount=0, status=AdvanceStatus.EXPIRED, expired_amount__gt=0),
            ),
            models.CheckConstraint(
                name="advance_mode_known",
                condition=Q(mode__in=PaymentMode.values) | Q(mode="", reference_type__in=NO_MONEY),
            ),
            models.CheckConstraint(
                name="advance_reference_known",
                condition=Q(reference_type__in=WITHOUT_RECORD)
                | Q(reference_type__in=RECORDS, reference_id__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["customer", "at", "id"], name="advance_oldest_first"),
            models.Index(fields=["store", "-at", "-id"], name="advance_newest_first"),
            models.Index(fields=["store", "at"], name="advance_with_something_left", condition=Q(status="active")),
            models.Index(fields=["reference_id"], name="advance_by_reference", condition=Q(reference_id__isnull=False)),
            of_a_till("advance"),
        ]
        triggers = [
            *append_only(may_change=RUNNING, moved_by_merge=["customer"], blanked_by_erasure=["notes"]),
            triggers.record_is_the_customers,
            into_an_open_till(),
        ]

    def __str__(self) -> str:
        return f"Advance of {self.amount}"

    @property
    def is_left_over(self) -> bool:
        """Whether a payment or a return made it: then it is undone with that."""
        return self.reference_type in (ReferenceType.OVERPAYMENT, ReferenceType.RETURN)

    def get_absolute_url(self) -> str:
        return reverse("advances:advance", args=[self.pk])
