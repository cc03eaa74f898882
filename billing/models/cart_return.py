from collections.abc import Mapping
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone

from billing.models.bill import Bill
from billing.models.cart import Cart
from billing.models.returns import MONEY_OUT, Way
from viveka.stores.constraints import StoreKey
from viveka.stores.fields import StaffField, StoreForeignKey
from viveka.stores.models import StoreOwned

LEFT_OVER = (*MONEY_OUT, Way.ADVANCE)
"""How what the goods are worth above the new bill can go back."""


class CartReturn(StoreOwned):
    """Goods of one bill that come back in exchange for what is in the cart.

    `lines` are keys of bill lines with quantity and whether it goes to the shelf: `{"…": ["1.000", true]}`. Nothing has
    come back before the cart is billed.
    """

    cart = models.OneToOneField(Cart, on_delete=models.CASCADE, related_name="comes_back", db_constraint=False)
    bill = StoreForeignKey(Bill, related_name="+", db_index=False)
    lines: "models.JSONField[Mapping[str, Any], Mapping[str, Any]]" = models.JSONField(default=dict)
    reason = models.CharField(max_length=500)
    method = models.CharField(max_length=16, choices=[(one.value, one.label) for one in LEFT_OVER], default=Way.CASH)
    reference = models.CharField(max_length=80, blank=True)
    by = StaffField()
    allowed_by = StaffField(null=True)  # the manager whose PIN it took
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            *StoreOwned.Meta.constraints,
            StoreKey("cart"),
            StoreKey("bill"),
            models.CheckConstraint(name="cart_return_method_known", condition=Q(method__in=LEFT_OVER)),
        ]

    def __str__(self) -> str:
        return f"Of {self.bill}"
