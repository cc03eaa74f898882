from django.db import models
from django.db.models import Q
from django.utils import timezone

from advances.models import AdvancePayment
from billing.models.bill import Bill
from billing.models.credit_note import CreditNote
from billing.models.returns import Return
from debts.models import DebtPayment
from viveka.stores.append_only import append_only
from viveka.stores.constraints import StoreKey
from viveka.stores.fields import StaffField, StoreForeignKey
from viveka.stores.models import StoreOwned

PAPERS = ("bill", "goods_return", "credit_note", "advance", "debt_payment")
"""What a receipt can be of: one key each."""


class PrintWay(models.TextChoices):
    PRINT = "print", "Printed"
    PDF = "pdf", "PDF"
    MESSAGE = "message", "Sent as a message"


def _of_one(name: str) -> Q:
    return Q(**{f"{one}__isnull": one != name for one in PAPERS})


class ReceiptPrint(StoreOwned):
    """A receipt that left the counter: on paper, as a file, in a message. The first is the original, others are
    duplicates."""

    bill = StoreForeignKey(Bill, null=True, related_name="prints", db_index=False)
    goods_return = StoreForeignKey(Return, null=True, related_name="prints", db_index=False)
    credit_note = StoreForeignKey(CreditNote, null=True, related_name="prints", db_index=False)
    advance = StoreForeignKey(AdvancePayment, null=True, related_name="prints", db_index=False)
    debt_payment = StoreForeignKey(DebtPayment, null=True, related_name="prints", db_index=False)
    way = models.CharField(max_length=8, choices=PrintWay)
    by = StaffField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["id"]
        constraints = [
            *StoreOwned.Meta.constraints,
            *[StoreKey(name) for name in PAPERS],
            models.CheckConstraint(
                name="receipt_print_of_one_paper",
                condition=_of_one("bill")
                | _of_one("goods_return")
                | _of_one("credit_note")
                | _of_one("advance")
                | _of_one("debt_payment"),
            ),
            models.CheckConstraint(name="receipt_print_way_known", condition=Q(way__in=PrintWay.values)),
        ]
        indexes = [
            models.Index(fields=[name], name=f"receipt_print_of_{name}"[:30], condition=Q(**{f"{name}__isnull": False}))
            for name in PAPERS
        ]
        triggers = append_only()

    def __str__(self) -> str:
        return f"{self.get_way_display()} {self.at}"
