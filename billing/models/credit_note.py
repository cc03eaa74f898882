from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Round
from django.urls import reverse
from django.utils import timezone

from advances.models import AdvancePayment
from advances.models.triggers import nothing_added_to
from billing.models import triggers
from billing.models.old_books import OldBooks
from billing.models.paid_by import called_now
from billing.models.product import Product, Unit
from billing.models.stock import Batch
from customers.models import Customer
from debts.models import DebtReduction
from viveka.stores.append_only import append_only
from viveka.stores.constraints import StoreKey
from viveka.stores.fields import MoneyField, QuantityField, StaffField, StoreForeignKey
from viveka.stores.ids import new_id
from viveka.stores.models import Store, StoreOwned
from viveka.stores.models.till import TillSessionField, into_an_open_till, of_a_till


class CreditNoteQuerySet(models.QuerySet["CreditNote"]):
    def of(self, store: Store) -> "CreditNoteQuerySet":
        return self.filter(store=store)


class CreditNote(StoreOwned):
    """Goods brought back without their bill, at a price that a manager typed.

    Lines and money are written first, the note closes them.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    number = models.CharField(max_length=44)  # the store's own: at most 16 characters
    year = models.CharField("financial year", max_length=4)
    sequence = models.PositiveIntegerField(null=True)  # None: out of old books, in no series of the store
    imported_from = StoreForeignKey(OldBooks, null=True, related_name="credit_notes", db_index=False)
    customer = StoreForeignKey(Customer, null=True, related_name="credit_notes", db_index=False)
    customer_number = models.CharField(max_length=20, blank=True)
    customer_name = models.CharField(max_length=200, blank=True)
    customer_phone = models.CharField(max_length=16, blank=True)
    total = MoneyField()
    total_cost = MoneyField()
    reason = models.CharField(max_length=500)
    reference_number = models.CharField(max_length=80, blank=True)  # of an older system
    by = StaffField()
    allowed_by = StaffField(null=True)  # the manager whose PIN it took, where a cashier did it
    at = models.DateTimeField()
    day = models.DateField()  # the store's own calendar day of `at`
    created_at = models.DateTimeField(default=timezone.now)

    objects = CreditNoteQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-id"]
        constraints = [
            *StoreOwned.Meta.constraints,
            StoreKey("customer"),
            StoreKey("imported_from"),
            models.UniqueConstraint(
                name="credit_note_number_once", fields=["store", "number", "imported_from"], nulls_distinct=False
            ),
            models.CheckConstraint(
                name="credit_note_is_in_one_series",
                condition=Q(imported_from__isnull=True, sequence__isnull=False)
                | Q(imported_from__isnull=False, sequence__isnull=True, total_cost=0),
            ),
            models.UniqueConstraint(name="credit_note_sequence_once", fields=["store", "year", "sequence"]),
            models.CheckConstraint(name="credit_note_has_a_reason", condition=~Q(reason="")),
            models.CheckConstraint(
                name="credit_note_names_its_customer",
                condition=Q(customer__isnull=False) & ~Q(customer_number="")
                | Q(customer__isnull=True, customer_number="", customer_name="", customer_phone="")
                | Q(imported_from__isnull=False, customer__isnull=True, customer_number=""),
            ),
        ]
        indexes = [
            models.Index(fields=["store", "-at", "-id"], name="credit_note_newest_first"),
            models.Index(fields=["store", "day"], name="credit_note_by_day"),
            models.Index(
                fields=["store", "customer", "-at"], name="credit_note_of_customer", condition=Q(customer__isnull=False)
            ),
            models.Index(
                fields=["store", "reference_number"], name="credit_note_by_ref", condition=~Q(reference_number="")
            ),
        ]
        triggers = [
            *append_only(
                moved_by_merge=["customer"],
                blanked_by_erasure=["customer_name", "customer_phone", "reason"],
                corrected=["customer_number"],
            ),
            triggers.credit_note_adds_up,
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("billing:credit-note", args=[self.pk])


class CreditNoteLine(StoreOwned):
    """What came back, at the price it was taken for. Goods come in as a batch of their own at `cost` in all; what is
    not for the shelf leaves it at once. Without a batch nothing moved."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    note = StoreForeignKey(CreditNote, related_name="lines", db_index=False)
    product = StoreForeignKey(Product, related_name="credit_note_lines")
    position = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=200)
    unit = models.CharField(max_length=8, choices=Unit)
    quantity = QuantityField()
    price = MoneyField()
    total = MoneyField()
    cost = MoneyField()
    batch = models.OneToOneField(
        Batch, on_delete=models.PROTECT, null=True, related_name="credit_note_line", db_constraint=False
    )
    is_restocked = models.BooleanField(default=True)

    class Meta:
        ordering = ["position"]
        constraints = [
            *StoreOwned.Meta.constraints,
            StoreKey("note"),
            StoreKey("product"),
            StoreKey("batch"),
            models.UniqueConstraint(name="credit_note_line_position_once", fields=["note", "position"]),
            models.CheckConstraint(name="credit_note_line_has_a_quantity", condition=Q(quantity__gt=0)),
            models.CheckConstraint(
                name="credit_note_line_is_quantity_times_price",
                condition=Q(total=Round(F("quantity") * F("price"), precision=2)),
            ),
            models.CheckConstraint(
                name="credit_note_line_costs_what_came_in",
                condition=Q(batch__isnull=False) | Q(cost=0, is_restocked=False),
            ),
        ]
        triggers = [*append_only(), nothing_added_to("billing_creditnote", "note_id")]

    def __str__(self) -> str:
        return f"{self.quantity} {self.name}"


class NoteWay(models.TextChoices):
    """Where the worth of a credit note goes. Cash, card, UPI and transfer are money going out."""

    DEBT = "debt", "Debt lowered"
    CASH = "cash", "Cash"
    CARD = "card", "Card"
    UPI = "upi", "UPI"
    BANK_TRANSFER = "bank_transfer", "Bank transfer"
    ADVANCE = "advance", "Kept as advance"
    OTHER = "other", "Other"  # what an older program did not say


class CreditNoteMoney(StoreOwned):
    """A part of what a credit note gives; together they are its total."""

    note = StoreForeignKey(CreditNote, related_name="money")
    way = models.CharField(max_length=16, choices=NoteWay)
    amount = MoneyField()
    reference = models.CharField(max_length=80, blank=True)
    reduction = models.OneToOneField(
        DebtReduction, on_delete=models.PROTECT, null=True, related_name="credit_note_money", db_constraint=False
    )
    advance = models.OneToOneField(
        AdvancePayment, on_delete=models.PROTECT, null=True, related_name="credit_note_money", db_constraint=False
    )
    till_session = TillSessionField()

    class Meta:
        verbose_name_plural = "credit note money"
        ordering = ["id"]
        constraints = [
            *StoreOwned.Meta.constraints,
            StoreKey("note"),
            StoreKey("reduction"),
            StoreKey("advance"),
            StoreKey("till_session"),
            models.CheckConstraint(name="credit_note_money_is_at_least_a_paisa", condition=Q(amount__gte="0.01")),
            models.CheckConstraint(name="credit_note_way_known", condition=Q(way__in=NoteWay.values)),
            models.CheckConstraint(
                name="credit_note_instrument_follows_way",
                condition=Q(way=NoteWay.DEBT, reduction__isnull=False, advance__isnull=True)
                | Q(way=NoteWay.ADVANCE, reduction__isnull=True, advance__isnull=False)
                | Q(~Q(way__in=[NoteWay.DEBT, NoteWay.ADVANCE]), reduction__isnull=True, advance__isnull=True),
            ),
        ]
        indexes = [of_a_till("credit_note_money")]
        triggers = [*append_only(), nothing_added_to("billing_creditnote", "note_id"), into_an_open_till()]

    def __str__(self) -> str:
        return f"{self.get_way_display()} {self.amount}"

    @property
    def called(self) -> str:
        """The way it went, as put right; `method_changes` should be at hand."""
        return called_now(self, self.get_way_display())
