from decimal import Decimal

from django.db import models
from django.db.models import F, Q, Value
from django.urls import reverse
from django.utils import timezone

from advances.models import AdvancePayment, Deduction
from advances.models.triggers import nothing_added_to
from billing.models import triggers
from billing.models.bill import Bill, BillLine
from billing.models.old_books import OldBooks
from billing.models.paid_by import called_now
from debts.models import DebtReduction
from viveka.stores.append_only import append_only
from viveka.stores.constraints import StoreKey
from viveka.stores.fields import MoneyField, QuantityField, StaffField, StoreForeignKey
from viveka.stores.ids import new_id
from viveka.stores.models import Store, StoreOwned, TillSessionField
from viveka.stores.models.till import into_an_open_till, of_a_till


class ReturnQuerySet(models.QuerySet["Return"]):
    def of(self, store: Store) -> "ReturnQuerySet":
        return self.filter(store=store)

    def newest_first(self) -> "ReturnQuerySet":
        return self.order_by("-at", "-id")


class Return(StoreOwned):
    """Goods of one bill that came back, or with `is_void` the whole of a bill of the same day.

    Lines and money back are written first, the return closes them; the bill itself keeps standing.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    bill = StoreForeignKey(Bill, related_name="returns")
    is_void = models.BooleanField(default=False)
    number = models.CharField(max_length=44)  # the store's own: at most 16 characters
    year = models.CharField("financial year", max_length=4)
    sequence = models.PositiveIntegerField(null=True)  # None: out of old books, in no series of the store
    imported_from = StoreForeignKey(OldBooks, null=True, related_name="returns", db_index=False)
    total = MoneyField()
    total_cost = MoneyField()
    reason = models.CharField(max_length=500)
    by = StaffField()
    allowed_by = StaffField(null=True)  # the manager whose PIN it took, where a cashier did it
    at = models.DateTimeField()
    day = models.DateField()  # the store's own calendar day of `at`
    created_at = models.DateTimeField(default=timezone.now)

    objects = ReturnQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-id"]
        constraints = [
            *StoreOwned.Meta.constraints,
            StoreKey("bill"),
            StoreKey("imported_from"),
            models.UniqueConstraint(
                name="return_number_once", fields=["store", "number", "imported_from"], nulls_distinct=False
            ),
            models.CheckConstraint(
                name="return_is_in_one_series",
                condition=Q(imported_from__isnull=True, sequence__isnull=False)
                | Q(imported_from__isnull=False, sequence__isnull=True, is_void=False, total_cost=0),
            ),
            models.UniqueConstraint(name="return_sequence_once", fields=["store", "year", "sequence"]),
            models.UniqueConstraint(name="bill_void_once", fields=["bill"], condition=Q(is_void=True)),
            models.CheckConstraint(name="return_has_a_reason", condition=~Q(reason="")),
        ]
        indexes = [
            models.Index(fields=["store", "-at", "-id"], name="return_newest_first"),
            models.Index(fields=["store", "day"], name="return_by_day"),
        ]
        triggers = [*append_only(blanked_by_erasure=["reason"]), triggers.return_adds_up]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("billing:return", args=[self.pk])


class ReturnLine(StoreOwned):
    """How much of which bill line came back. `total` is what was really paid for it, `cost` what it had cost.

    The batches it went to are in its stock movements; what is written off goes in and out again.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    goods_return = StoreForeignKey(Return, related_name="lines", db_index=False)
    bill_line = StoreForeignKey(BillLine, related_name="return_lines")
    quantity = QuantityField()
    total = MoneyField()
    cost = MoneyField()
    is_restocked = models.BooleanField(default=True)
    # How much of it was sold before it came in, and came back before a batch settled it: it is owed to no batch now.
    short = QuantityField(default=Decimal(0), db_default=Decimal(0))

    class Meta:
        ordering = ["bill_line__position"]
        constraints = [
            *StoreOwned.Meta.constraints,
            StoreKey("goods_return"),
            StoreKey("bill_line"),
            models.UniqueConstraint(name="return_line_once", fields=["goods_return", "bill_line"]),
            models.CheckConstraint(name="return_line_has_a_quantity", condition=Q(quantity__gt=0)),
            models.CheckConstraint(
                name="return_line_short_within_it",
                condition=Q(short=Value(0)) | Q(short__lte=F("quantity"), is_restocked=True),
            ),
        ]
        triggers = [*append_only(), nothing_added_to("billing_return", "goods_return_id")]

    def __str__(self) -> str:
        return f"{self.quantity} of {self.bill_line}"


class Way(models.TextChoices):
    """Where the value of returned goods goes. Cash, card, UPI and transfer are money going out."""

    DEBT = "debt", "Debt of this bill lowered"
    RESTORED = "restored", "Given back to the advance"
    OTHER_DEBT = "other_debt", "Other debt lowered"
    CASH = "cash", "Cash"
    CARD = "card", "Card"
    UPI = "upi", "UPI"
    BANK_TRANSFER = "bank_transfer", "Bank transfer"
    ADVANCE = "advance", "Kept as advance"
    EXCHANGE = "exchange", "Put towards new goods"
    OTHER = "other", "Other"  # what an older program did not say
    GIVEN_UP = "given_up", "Was given up before"


MONEY_OUT = (Way.CASH, Way.CARD, Way.UPI, Way.BANK_TRANSFER)
LOWERED = (Way.DEBT, Way.OTHER_DEBT)


class MoneyBack(StoreOwned):
    """A part of what a return gives back; together they are its total."""

    goods_return = StoreForeignKey(Return, related_name="money")
    way = models.CharField(max_length=16, choices=Way)
    amount = MoneyField()
    reference = models.CharField(max_length=80, blank=True)
    reduction = models.OneToOneField(
        DebtReduction, on_delete=models.PROTECT, null=True, related_name="money_back", db_constraint=False
    )
    deduction = StoreForeignKey(Deduction, null=True, related_name="money_back")  # whose advances were given back
    advance = models.OneToOneField(
        AdvancePayment, on_delete=models.PROTECT, null=True, related_name="money_back", db_constraint=False
    )
    till_session = TillSessionField()

    class Meta:
        verbose_name_plural = "money back"
        ordering = ["id"]
        constraints = [
            *StoreOwned.Meta.constraints,
            StoreKey("goods_return"),
            StoreKey("reduction"),
            StoreKey("deduction"),
            StoreKey("advance"),
            StoreKey("till_session"),
            models.CheckConstraint(name="money_back_is_at_least_a_paisa", condition=Q(amount__gte="0.01")),
            models.CheckConstraint(name="money_back_way_known", condition=Q(way__in=Way.values)),
            models.CheckConstraint(
                name="money_back_instrument_follows_way",
                condition=Q(way__in=LOWERED, reduction__isnull=False, deduction__isnull=True, advance__isnull=True)
                | Q(way=Way.RESTORED, reduction__isnull=True, deduction__isnull=False, advance__isnull=True)
                | Q(way=Way.ADVANCE, reduction__isnull=True, deduction__isnull=True, advance__isnull=False)
                | Q(
                    ~Q(way__in=[*LOWERED, Way.RESTORED, Way.ADVANCE]),
                    reduction__isnull=True,
                    deduction__isnull=True,
                    advance__isnull=True,
                ),
            ),
        ]
        indexes = [of_a_till("money_back")]
        triggers = [*append_only(), nothing_added_to("billing_return", "goods_return_id"), into_an_open_till()]

    def __str__(self) -> str:
        return f"{self.get_way_display()} {self.amount}"

    @property
    def called(self) -> str:
        """The way it went, as put right; `method_changes` should be at hand."""
        return called_now(self, self.get_way_display())
