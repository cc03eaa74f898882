from django.db import models
from django.db.models import Q
from django.utils import timezone

from advances.models.advance import AdvancePayment, PaymentMode
from advances.models.deduction import Deduction
from customers.models import Customer
from viveka.stores.append_only import append_only
from viveka.stores.constraints import StoreKey
from viveka.stores.fields import SignedMoneyField, StaffField, StoreForeignKey
from viveka.stores.models import StoreOwned, TillSessionField
from viveka.stores.models.till import into_an_open_till, of_a_till


class WalletCause(models.TextChoices):
    """What changed the balance."""

    ADVANCE = "advance", "Advance taken"
    DEDUCTION = "deduction", "Used"
    RESTORATION = "restoration", "Given back"
    REFUND = "refund", "Refunded"
    EXPIRY = "expiry", "Expired"
    REVERSAL = "reversal", "Entered by mistake"


IN = {WalletCause.ADVANCE, WalletCause.RESTORATION}


class WalletEntry(StoreOwned):
    """One change of a customer's advance balance, and the advance whose money it was.

    Ids are in order of entry: they are given while the customer's row is locked.
    """

    customer = StoreForeignKey(Customer, related_name="wallet", db_index=False)
    advance = StoreForeignKey(AdvancePayment, related_name="entries")
    deduction = StoreForeignKey(Deduction, null=True, related_name="entries")
    cause = models.CharField(max_length=12, choices=WalletCause)
    change = SignedMoneyField()
    mode = models.CharField(max_length=16, choices=PaymentMode, blank=True)  # of a refund
    reason = models.CharField(max_length=500, blank=True)
    till_session = TillSessionField()
    by = StaffField(null=True)  # nobody: the calendar let it expire
    allowed_by = StaffField(null=True)  # the manager whose PIN the cashier took
    at = models.DateTimeField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name_plural = "wallet history"
        ordering = ["at", "id"]
        constraints = [
            *StoreOwned.Meta.constraints,
            StoreKey("customer"),
            StoreKey("advance"),
            StoreKey("deduction"),
            StoreKey("till_session"),
            models.CheckConstraint(
                name="wallet_sign_follows_cause",
                condition=Q(cause__in=sorted(IN), change__gt=0)
                | (~Q(cause__in=sorted(IN)) & Q(cause__in=WalletCause.values, change__lt=0)),
            ),
            models.CheckConstraint(
                name="wallet_use_has_a_deduction",
                condition=Q(cause__in=["deduction", "restoration"], deduction__isnull=False)
                | (~Q(cause__in=["deduction", "restoration"]) & Q(deduction__isnull=True)),
            ),
            models.CheckConstraint(
                name="wallet_refund_has_a_mode",
                condition=Q(cause=WalletCause.REFUND, mode__in=PaymentMode.values)
                | (~Q(cause=WalletCause.REFUND) & Q(mode="")),
            ),
            models.CheckConstraint(
                name="wallet_undoing_has_a_reason",
                condition=Q(cause__in=[WalletCause.ADVANCE, WalletCause.DEDUCTION]) | ~Q(reason=""),
            ),
            models.CheckConstraint(
                name="wallet_names_who", condition=Q(by__isnull=False) | Q(cause=WalletCause.EXPIRY)
            ),
            models.CheckConstraint(
                name="wallet_allowed_where_money_goes",
                condition=Q(allowed_by__isnull=True) | Q(cause__in=[WalletCause.REFUND, WalletCause.REVERSAL]),
            ),
            models.UniqueConstraint(
                name="wallet_advance_taken_once", fields=["advance"], condition=Q(cause=WalletCause.ADVANCE)
            ),
        ]
        indexes = [
            models.Index(fields=["customer", "at", "id"], name="wallet_in_order"),
            models.Index(fields=["store", "at"], name="wallet_of_a_day"),
            of_a_till("wallet"),
        ]
        triggers = [*append_only(moved_by_merge=["customer"], blanked_by_erasure=["reason"]), into_an_open_till()]

    def __str__(self) -> str:
        return f"{self.get_cause_display()} {self.change}"
