"""What was entered of the wrong person, or as paid in the wrong way, and was put right: entries that say so."""

from functools import reduce
from operator import or_

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from advances.models import AdvancePayment, Deduction, PaymentMode
from billing.models.bill import Bill
from billing.models.credit_note import CreditNoteMoney
from billing.models.payment import Payment
from billing.models.returns import MoneyBack
from customers.models import Customer
from debts.models import DebtPayment
from viveka.stores.append_only import append_only
from viveka.stores.constraints import StoreKey
from viveka.stores.fields import MoneyField, StaffField, StoreForeignKey
from viveka.stores.models import StoreOwned
from viveka.stores.models.till import TillSessionField, into_an_open_till, of_a_till


class Correction(StoreOwned):
    """Why, who and when, for each kind of correction."""

    reason = models.CharField(max_length=500)
    by = StaffField()
    at = models.DateTimeField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        abstract = True


class BillMove(Correction):
    """A bill that was another customer's, or nobody's. Number, goods and total stay.

    What was paid from the balance goes back to the one (`freed`) and is paid from the other's (`used`).
    """

    bill = StoreForeignKey(Bill, related_name="moves")
    from_customer = StoreForeignKey(Customer, null=True, related_name="+", db_index=False)
    to_customer = StoreForeignKey(Customer, null=True, related_name="+", db_index=False)
    from_number = models.CharField(max_length=20, blank=True)
    to_number = models.CharField(max_length=20, blank=True)
    freed = models.OneToOneField(
        Deduction, on_delete=models.PROTECT, null=True, related_name="freed_by", db_constraint=False
    )
    used = models.OneToOneField(
        Deduction, on_delete=models.PROTECT, null=True, related_name="used_by_move", db_constraint=False
    )

    class Meta:
        ordering = ["id"]
        constraints = [
            *StoreOwned.Meta.constraints,
            StoreKey("bill"),
            StoreKey("from_customer"),
            StoreKey("to_customer"),
            StoreKey("freed"),
            StoreKey("used"),
            models.CheckConstraint(name="bill_move_has_a_reason", condition=~Q(reason="")),
            models.CheckConstraint(
                name="bill_move_goes_somewhere",
                condition=~Q(from_number=F("to_number")),
            ),
            models.CheckConstraint(
                name="bill_move_names_both",
                condition=(Q(from_customer__isnull=True, from_number="") | Q(from_customer__isnull=False))
                & (Q(to_customer__isnull=True, to_number="") | Q(to_customer__isnull=False)),
            ),
            models.CheckConstraint(
                name="bill_move_frees_what_it_uses",
                condition=Q(freed__isnull=True, used__isnull=True) | Q(freed__isnull=False, used__isnull=False),
            ),
        ]
        triggers = append_only(blanked_by_erasure=["reason"])

    def __str__(self) -> str:
        return f"{self.from_number or 'nobody'} → {self.to_number or 'nobody'}"


METHODS = (PaymentMode.CASH, PaymentMode.CARD, PaymentMode.UPI, PaymentMode.BANK_TRANSFER)
CHANGED = ("payment", "debt_payment", "advance", "money_back", "note_money")
"""What can have been paid in another way: each a key of its own."""


class MethodChange(Correction):
    """Money that was paid in another way than entered: for a bill, for debts, ahead, or back for goods.

    The last one of a payment holds. Money received has it as two entries of its own moment: out of the one, in by the
    other; for money that went back the other way round.
    """

    payment = StoreForeignKey(Payment, null=True, related_name="method_changes", db_index=False)
    debt_payment = StoreForeignKey(DebtPayment, null=True, related_name="method_changes", db_index=False)
    advance = StoreForeignKey(AdvancePayment, null=True, related_name="method_changes", db_index=False)
    money_back = StoreForeignKey(MoneyBack, null=True, related_name="method_changes", db_index=False)
    note_money = StoreForeignKey(CreditNoteMoney, null=True, related_name="method_changes", db_index=False)
    amount = MoneyField()
    from_method = models.CharField(max_length=16)
    to_method = models.CharField(max_length=16, choices=[(one.value, one.label) for one in METHODS])
    reference = models.CharField(max_length=80, blank=True)
    till_session = TillSessionField()  # that of the payment, while it is open: a count that was made stays

    class Meta:
        ordering = ["id"]
        constraints = [
            *StoreOwned.Meta.constraints,
            StoreKey("till_session"),
            StoreKey("payment"),
            StoreKey("debt_payment"),
            StoreKey("advance"),
            StoreKey("money_back"),
            StoreKey("note_money"),
            models.CheckConstraint(name="method_change_has_a_reason", condition=~Q(reason="")),
            models.CheckConstraint(
                name="method_change_of_one_payment",
                condition=reduce(or_, (Q(**{f"{one}__isnull": one != given for one in CHANGED}) for given in CHANGED)),
            ),
            models.CheckConstraint(name="method_change_is_of_something", condition=Q(amount__gte="0.01")),
            models.CheckConstraint(
                name="method_change_between_money",
                condition=Q(from_method__in=[*METHODS, PaymentMode.WALLET], to_method__in=METHODS)
                & ~Q(from_method=F("to_method")),
            ),
        ]
        indexes = [
            models.Index(fields=[name], name=f"method_change_of_{name}", condition=Q(**{f"{name}__isnull": False}))
            for name in CHANGED
        ] + [models.Index(fields=["store", "at"], name="method_change_by_time"), of_a_till("method_change")]
        triggers = [*append_only(blanked_by_erasure=["reason"]), into_an_open_till()]

    def __str__(self) -> str:
        return f"{self.from_method} → {self.to_method}"

    @property
    def from_called(self) -> str:
        """The way it was entered, as people say it."""
        return str(PaymentMode(self.from_method).label)


class Reassignment(Correction):
    """A debt payment, or an advance, that was another person's: the one is reversed, the other taken in its place."""

    debt_payment = models.OneToOneField(
        DebtPayment, on_delete=models.PROTECT, null=True, related_name="reassigned", db_constraint=False
    )
    instead_payment = models.OneToOneField(
        DebtPayment, on_delete=models.PROTECT, null=True, related_name="in_place_of", db_constraint=False
    )
    advance = models.OneToOneField(
        AdvancePayment, on_delete=models.PROTECT, null=True, related_name="reassigned", db_constraint=False
    )
    instead_advance = models.OneToOneField(
        AdvancePayment, on_delete=models.PROTECT, null=True, related_name="in_place_of", db_constraint=False
    )

    class Meta:
        ordering = ["id"]
        constraints = [
            *StoreOwned.Meta.constraints,
            StoreKey("debt_payment"),
            StoreKey("instead_payment"),
            StoreKey("advance"),
            StoreKey("instead_advance"),
            models.CheckConstraint(name="reassignment_has_a_reason", condition=~Q(reason="")),
            models.CheckConstraint(
                name="reassignment_of_one_thing",
                condition=Q(
                    debt_payment__isnull=False, instead_payment__isnull=False, advance__isnull=True,
                    instead_advance__isnull=True,
                )
                | Q(
                    debt_payment__isnull=True, instead_payment__isnull=True, advance__isnull=False,
                    instead_advance__isnull=False,
                ),
            ),
        ]  # fmt: skip
        triggers = append_only(blanked_by_erasure=["reason"])

    def __str__(self) -> str:
        return self.reason
