from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from advances.models.advance import AdvancePayment
from advances.models.triggers import nothing_added_to, parts_add_up
from customers.models import Customer
from viveka.stores.append_only import append_only
from viveka.stores.constraints import StoreKey
from viveka.stores.fields import MoneyField, StaffField, StoreForeignKey
from viveka.stores.ids import new_id
from viveka.stores.models import StoreOwned
from viveka.stores.money import ZERO


class Deduction(StoreOwned):
    """One use of a customer's balance, for one bill or one debt payment, which point here.

    Written after its utilizations, whose sum it is.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    customer = StoreForeignKey(Customer, related_name="deductions")
    amount = MoneyField()
    by = StaffField()
    at = models.DateTimeField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-at", "-id"]
        constraints = [
            *StoreOwned.Meta.constraints,
            StoreKey("customer"),
            models.CheckConstraint(name="deduction_is_at_least_a_paisa", condition=Q(amount__gte="0.01")),
        ]
        triggers = [*append_only(moved_by_merge=["customer"]), parts_add_up("advances_utilization", "deduction_id")]

    def __str__(self) -> str:
        return f"Deduction of {self.amount}"


class Utilization(StoreOwned):
    """The part of one advance payment that one deduction used."""

    deduction = StoreForeignKey(Deduction, related_name="utilizations")
    advance = StoreForeignKey(AdvancePayment, related_name="utilizations")
    amount = MoneyField()
    restored_amount = MoneyField(default=ZERO, editable=False)  # given back by returns and voids
    at = models.DateTimeField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["id"]
        constraints = [
            *StoreOwned.Meta.constraints,
            StoreKey("deduction"),
            StoreKey("advance"),
            models.CheckConstraint(name="utilization_is_at_least_a_paisa", condition=Q(amount__gte="0.01")),
            models.CheckConstraint(
                name="utilization_restored_at_most_once", condition=Q(restored_amount__lte=F("amount"))
            ),
            models.UniqueConstraint(name="utilization_once_per_advance", fields=["deduction", "advance"]),
        ]
        triggers = [
            *append_only(may_change=["restored_amount"]),
            nothing_added_to("advances_deduction", "deduction_id"),
        ]

    def __str__(self) -> str:
        return f"{self.amount} of {self.advance}"
