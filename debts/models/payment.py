from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from advances.models import AdvancePayment, Deduction
from advances.models.triggers import nothing_added_to, parts_add_up
from customers.models import Customer
from debts.models.debt import Debt
from viveka.stores.append_only import append_only
from viveka.stores.constraints import StoreKey
from viveka.stores.fields import MoneyField, StaffField, StoreForeignKey
from viveka.stores.ids import new_id
from viveka.stores.models import StoreOwned, TillSessionField
from viveka.stores.models.till import into_an_open_till, of_a_till
from viveka.stores.money import ZERO


class RepaymentMode(models.TextChoices):
    """How a debt is paid. `advance` is the customer's own balance, `other` what an older program did not say."""

    CASH = "cash", "Cash"
    CARD = "card", "Card"
    UPI = "upi", "UPI"
    BANK_TRANSFER = "bank_transfer", "Bank transfer"
    ADVANCE = "advance", "Advance balance"
    OTHER = "other", "Other"


TAKEN_BY = tuple(mode for mode in RepaymentMode if mode != RepaymentMode.OTHER)
"""How staff can take a payment."""


class DebtPayment(StoreOwned):
    """Money a customer pays against debts; what is above them was kept as an advance.

    Written after its allocations: with what was kept they are its amount.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    customer = StoreForeignKey(Customer, related_name="debt_payments", db_index=False)
    amount = MoneyField()
    kept_amount = MoneyField(default=ZERO)
    kept_advance = models.OneToOneField(
        AdvancePayment, on_delete=models.PROTECT, null=True, related_name="debt_payment", db_constraint=False
    )
    mode = models.CharField(max_length=16, choices=RepaymentMode)
    deduction = models.OneToOneField(
        Deduction, on_delete=models.PROTECT, null=True, related_name="debt_payment", db_constraint=False
    )
    reference = models.CharField(max_length=80, blank=True)
    note = models.CharField(max_length=500, blank=True)
    till_session = TillSessionField()
    by = StaffField()
    at = models.DateTimeField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-at", "-id"]
        constraints = [
            *StoreOwned.Meta.constraints,
            StoreKey("customer"),
            StoreKey("kept_advance"),
            StoreKey("deduction"),
            StoreKey("till_session"),
            models.CheckConstraint(name="debt_payment_is_at_least_a_paisa", condition=Q(amount__gte="0.01")),
            models.CheckConstraint(name="debt_payment_mode_known", condition=Q(mode__in=RepaymentMode.values)),
            models.CheckConstraint(
                name="debt_payment_keeps_part_of_itself",
                condition=Q(kept_amount=0, kept_advance__isnull=True)
                | Q(
                    kept_advance__isnull=False, kept_amount__gt=0, kept_amount__lte=F("amount"), deduction__isnull=True
                ),
            ),
            models.CheckConstraint(
                name="debt_payment_instrument_follows_mode",
                condition=Q(mode=RepaymentMode.ADVANCE, deduction__isnull=False)
                | (~Q(mode=RepaymentMode.ADVANCE) & Q(deduction__isnull=True)),
            ),
        ]
        indexes = [
            models.Index(fields=["customer", "at", "id"], name="debt_payment_of_customer"),
            models.Index(fields=["store", "-at", "-id"], name="debt_payment_newest_first"),
            of_a_till("debt_payment"),
        ]
        triggers = [
            *append_only(moved_by_merge=["customer"], blanked_by_erasure=["note"]),
            parts_add_up("debts_allocation", "payment_id", kept="NEW.kept_amount"),
            into_an_open_till(),
        ]

    def __str__(self) -> str:
        return f"Payment of {self.amount}"

    def get_absolute_url(self) -> str:
        return reverse("debts:payment", args=[self.pk])


class Allocation(StoreOwned):
    """How much of which debt a payment settled."""

    payment = StoreForeignKey(DebtPayment, related_name="allocations", db_index=False)
    debt = StoreForeignKey(Debt, related_name="allocations")
    amount = MoneyField()
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [
            *StoreOwned.Meta.constraints,
            StoreKey("payment"),
            StoreKey("debt"),
            models.CheckConstraint(name="allocation_is_at_least_a_paisa", condition=Q(amount__gte="0.01")),
            models.UniqueConstraint(name="allocation_once_per_debt", fields=["payment", "debt"]),
        ]
        triggers = [*append_only(), nothing_added_to("debts_debtpayment", "payment_id")]

    def __str__(self) -> str:
        return f"{self.amount} of {self.debt}"


class PaymentReversal(StoreOwned):
    """A debt payment that was a mistake: its debts are open again from this moment on."""

    payment = models.OneToOneField(DebtPayment, on_delete=models.PROTECT, related_name="reversal", db_constraint=False)
    reason = models.CharField(max_length=500)
    till_session = TillSessionField()
    by = StaffField()
    at = models.DateTimeField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            *StoreOwned.Meta.constraints,
            StoreKey("payment"),
            StoreKey("till_session"),
            models.CheckConstraint(name="payment_reversal_has_a_reason", condition=~Q(reason="")),
        ]
        indexes = [of_a_till("payment_reversal")]
        triggers = [*append_only(blanked_by_erasure=["reason"]), into_an_open_till()]

    def __str__(self) -> str:
        return f"Reversal of {self.payment}"
