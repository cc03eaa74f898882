import pgtrigger
from django.core.validators import MaxValueValidator
from django.db import models
from django.utils import timezone

from customers.models import Customer
from viveka.stores.constraints import StoreKey
from viveka.stores.fields import MoneyField, StaffField, StoreForeignKey
from viveka.stores.models import StoreOwned
from viveka.stores.models.store import TEN_YEARS
from viveka.stores.tracing import traced


@traced("store", "credit_limit", "terms_days", "is_active")
class CreditAccount(StoreOwned):
    """A customer's standing permission to owe. Its limit and terms hold in place of the store's."""

    customer = StoreForeignKey(Customer, related_name="credit_accounts", db_index=False)
    credit_limit = MoneyField(null=True, blank=True, help_text="Empty: no limit.")
    terms_days = models.PositiveSmallIntegerField(
        "days until a debt is due",
        null=True,
        blank=True,
        validators=[MaxValueValidator(TEN_YEARS)],
        help_text="Empty: due from the day it is made.",
    )
    is_active = models.BooleanField("active", default=True, help_text="Off: no more credit.")
    by = StaffField(editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            *StoreOwned.Meta.constraints,
            StoreKey("customer"),
            models.UniqueConstraint(name="credit_account_once_per_customer", fields=["customer"]),
            models.CheckConstraint(name="credit_terms_within_ten_years", condition=models.Q(terms_days__lte=TEN_YEARS)),
        ]
        triggers = [pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"Credit of {self.customer}"
