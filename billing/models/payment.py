from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from advances.models import Deduction
from billing.models import triggers
from billing.models.bill import Bill
from billing.models.old_books import OldDebt
from billing.models.paid_by import called_now
from debts.models import Debt
from viveka.stores.append_only import append_only
from viveka.stores.constraints import StoreKey
from viveka.stores.fields import MoneyField, StaffField, StoreForeignKey
from viveka.stores.models import StoreOwned
from viveka.stores.models.till import TillSessionField, into_an_open_till, of_a_till


class PaymentMethod(models.TextChoices):
    """How a bill is settled. `advance` is the customer's balance, `credit` a debt; neither is money coming in.

    `other` is what an older program did not say.
    """

    CASH = "cash", "Cash"
    CARD = "card", "Card"
    UPI = "upi", "UPI"
    BANK_TRANSFER = "bank_transfer", "Bank transfer"
    ADVANCE = "advance", "Advance balance"
    CREDIT = "credit", "On credit"
    EXCHANGE = "exchange", "Goods brought back"
    OTHER = "other", "Other"


TAKEN = [one for one in PaymentMethod.choices if one[0] not in (PaymentMethod.EXCHANGE, PaymentMethod.OTHER)]
"""What a cashier can choose; an exchange follows from the goods that come back, *other* is of old books."""
METHODS = [value for value, _ in TAKEN]
INSTRUMENTS = (PaymentMethod.ADVANCE, PaymentMethod.CREDIT)


class Payment(StoreOwned):
    """Money that settles a bill; one bill can have several, and together they are its total."""

    bill = StoreForeignKey(Bill, related_name="payments")
    method = models.CharField(max_length=16, choices=PaymentMethod)
    amount = MoneyField()
    tendered = MoneyField(null=True)  # cash handed over, where it is more than the amount change was given
    reference = models.CharField(max_length=80, blank=True)
    deduction = models.OneToOneField(
        Deduction, on_delete=models.PROTECT, null=True, related_name="payment", db_constraint=False
    )
    debt = models.OneToOneField(Debt, on_delete=models.PROTECT, null=True, related_name="payment", db_constraint=False)
    till_session = TillSessionField()
    money_back = models.OneToOneField(  # of the goods that came back for these
        "billing.MoneyBack", on_delete=models.PROTECT, null=True, related_name="payment", db_constraint=False
    )
    # In place of the debt on a bill out of old books; the debt that it becomes points back to it.
    old_debt = models.OneToOneField(
        OldDebt, on_delete=models.PROTECT, null=True, related_name="bill_payment", db_constraint=False
    )
    by = StaffField()
    at = models.DateTimeField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["id"]
        constraints = [
            *StoreOwned.Meta.constraints,
            StoreKey("bill"),
            StoreKey("deduction"),
            StoreKey("debt"),
            StoreKey("till_session"),
            StoreKey("money_back"),
            StoreKey("old_debt"),
            models.CheckConstraint(
                name="payment_instrument_follows_method",
                condition=Q(
                    method=PaymentMethod.ADVANCE, deduction__isnull=False, debt__isnull=True, old_debt__isnull=True
                )
                | Q(method=PaymentMethod.CREDIT, deduction__isnull=True, debt__isnull=False, old_debt__isnull=True)
                | Q(method=PaymentMethod.CREDIT, deduction__isnull=True, debt__isnull=True, old_debt__isnull=False)
                | Q(~Q(method__in=INSTRUMENTS), deduction__isnull=True, debt__isnull=True, old_debt__isnull=True),
            ),
            models.CheckConstraint(
                name="payment_by_exchange_has_what_came_back",
                condition=Q(method=PaymentMethod.EXCHANGE, money_back__isnull=False)
                | (~Q(method=PaymentMethod.EXCHANGE) & Q(money_back__isnull=True)),
            ),
            models.CheckConstraint(name="payment_is_at_least_a_paisa", condition=Q(amount__gte="0.01")),
            models.CheckConstraint(name="payment_method_known", condition=Q(method__in=PaymentMethod.values)),
            models.CheckConstraint(
                name="payment_tender_covers_it",
                condition=Q(tendered__isnull=True) | Q(method=PaymentMethod.CASH, tendered__gte=F("amount")),
            ),
        ]
        indexes = [of_a_till("payment")]
        triggers = [
            *append_only(corrected=["deduction"]),
            triggers.nothing_added_to_a_bill("payments"),
            into_an_open_till(),
        ]

    def __str__(self) -> str:
        return f"{self.get_method_display()} {self.amount}"

    @property
    def change(self) -> Any:
        return (self.tendered or self.amount) - self.amount

    @property
    def is_cash(self) -> bool:
        """Whether it was cash, as far as is known; `method_changes` should be at hand."""
        return self.called == PaymentMethod.CASH.label

    @property
    def called(self) -> str:
        """The way it was paid, as put right; `method_changes` should be at hand."""
        return called_now(self, self.get_method_display())
