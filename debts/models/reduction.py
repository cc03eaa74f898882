from django.db import models
from django.db.models import Q
from django.utils import timezone

from debts.models.debt import Debt
from viveka.stores.append_only import append_only
from viveka.stores.constraints import StoreKey
from viveka.stores.fields import MoneyField, StaffField, StoreForeignKey
from viveka.stores.models import StoreOwned


class ReductionCause(models.TextChoices):
    RETURN = "return", "Goods returned"
    WRITE_OFF = "write_off", "Written off"
    REVERSAL = "reversal", "Entered by mistake"


class DebtReduction(StoreOwned):
    """What lowers a debt without money coming in."""

    debt = StoreForeignKey(Debt, related_name="reductions")
    cause = models.CharField(max_length=12, choices=ReductionCause)
    amount = MoneyField()
    reason = models.CharField(max_length=500)
    by = StaffField()
    at = models.DateTimeField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["id"]
        constraints = [
            *StoreOwned.Meta.constraints,
            StoreKey("debt"),
            models.CheckConstraint(name="debt_reduction_is_at_least_a_paisa", condition=Q(amount__gte="0.01")),
            models.CheckConstraint(name="debt_reduction_cause_known", condition=Q(cause__in=ReductionCause.values)),
            models.CheckConstraint(name="debt_reduction_has_a_reason", condition=~Q(reason="")),
        ]
        triggers = append_only(blanked_by_erasure=["reason"])

    def __str__(self) -> str:
        return f"{self.get_cause_display()} {self.amount}"
