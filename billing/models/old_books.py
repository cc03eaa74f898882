"""Old books: what a store kept in another program. Bills, returns and debts out of it point here."""

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from billing.models import triggers
from debts.models import Debt, DebtPayment, RepaymentMode
from viveka.stores.append_only import append_only
from viveka.stores.constraints import StoreKey
from viveka.stores.fields import MoneyField, StaffField, StoreForeignKey
from viveka.stores.ids import new_id
from viveka.stores.models import Store, StoreOwned


class OldBooks(StoreOwned):
    """The books of one older program; its own numbers are unique within them."""

    name = models.CharField(max_length=40)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name_plural = "old books"
        ordering = ["name"]
        constraints = [
            *StoreOwned.Meta.constraints,
            models.UniqueConstraint(name="old_books_once", fields=["store", "name"]),
            models.CheckConstraint(name="old_books_have_a_name", condition=~Q(name="")),
        ]
        triggers = append_only()

    def __str__(self) -> str:
        return self.name


class RunKind(models.TextChoices):
    IMPORT = "import", "Import"
    LINK = "link", "Linking to customers"


class BooksRun(StoreOwned):
    """One import of old books, or one linking of them to customers, with its report.

    `counts` says of each kind of row how many were read, created, matched, left over and refused. It grows in the
    transaction that writes the rows, so that a run that was killed goes on where it stopped.
    """

    books = StoreForeignKey(OldBooks, null=True, related_name="runs")
    kind = models.CharField(max_length=8, choices=RunKind)
    source = models.CharField(max_length=200, blank=True)
    fingerprint = models.CharField(max_length=64, blank=True)
    counts = models.JSONField(default=dict)
    by = StaffField()
    began_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            *StoreOwned.Meta.constraints,
            StoreKey("books"),
            models.CheckConstraint(name="books_run_kind_known", condition=Q(kind__in=RunKind.values)),
            models.CheckConstraint(
                name="import_is_of_books",
                condition=Q(kind=RunKind.IMPORT, books__isnull=False) | Q(kind=RunKind.LINK, books__isnull=True),
            ),
            models.CheckConstraint(
                name="books_run_ends_after_it_began",
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("began_at")),
            ),
            models.UniqueConstraint(
                name="one_import_under_way",
                fields=["books"],
                condition=Q(ended_at__isnull=True, kind=RunKind.IMPORT),
            ),
        ]
        triggers = append_only(may_change=["counts", "ended_at"])

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.source}".strip()

    def get_absolute_url(self) -> str:
        return reverse("old-books-run", args=[self.pk])


class Outcome(models.TextChoices):
    REFUSED = "refused", "Refused"
    LEFT_OVER = "left_over", "Left over"
    NOTED = "noted", "Noted"


class BooksRunLine(StoreOwned):
    """What a run says of one row that was not simply taken: where it stands, and why. No word of who it is about."""

    run = StoreForeignKey(BooksRun, related_name="lines", db_index=False)
    outcome = models.CharField(max_length=10, choices=Outcome)
    place = models.CharField(max_length=80)
    about = models.CharField(max_length=120, blank=True)
    reason = models.CharField(max_length=200)

    class Meta:
        ordering = ["id"]
        constraints = [
            *StoreOwned.Meta.constraints,
            StoreKey("run"),
            models.CheckConstraint(name="books_run_line_outcome_known", condition=Q(outcome__in=Outcome.values)),
            models.CheckConstraint(name="books_run_line_has_a_reason", condition=~Q(reason="")),
        ]
        indexes = [models.Index(fields=["run", "id"], name="lines_of_a_books_run")]
        triggers = append_only()

    def __str__(self) -> str:
        return f"{self.place}: {self.reason}"


class OldDebtQuerySet(models.QuerySet["OldDebt"]):
    def of(self, store: Store) -> "OldDebtQuerySet":
        return self.filter(store=store)

    def without_owner(self) -> "OldDebtQuerySet":
        """Which no customer owes yet."""
        return self.filter(debt__isnull=True)


class OldDebt(StoreOwned):
    """A debt out of old books. It is nobody's, and in no balance, until it is assigned: then `debt` is the real one.

    Who owed it is what the older program said, `typed_phone` where that is no phone number.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    books = StoreForeignKey(OldBooks, related_name="debts", db_index=False)
    key = models.CharField("number", max_length=80)
    name = models.CharField(max_length=200, blank=True)
    phone = models.CharField(max_length=16, blank=True)
    typed_phone = models.CharField(max_length=40, blank=True)
    amount = MoneyField()
    at = models.DateTimeField()
    due_on = models.DateField(null=True)
    note = models.CharField(max_length=500, blank=True)
    why = models.CharField("why nobody owes it", max_length=200, blank=True)
    debt = models.OneToOneField(Debt, on_delete=models.PROTECT, null=True, related_name="old_debt", db_constraint=False)
    created_at = models.DateTimeField(default=timezone.now)

    objects = OldDebtQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-id"]
        constraints = [
            *StoreOwned.Meta.constraints,
            StoreKey("books"),
            StoreKey("debt"),
            models.UniqueConstraint(name="old_debt_once", fields=["books", "key"]),
            models.CheckConstraint(name="old_debt_is_at_least_a_paisa", condition=Q(amount__gte="0.01")),
            models.CheckConstraint(name="old_debt_has_a_number", condition=~Q(key="")),
            models.CheckConstraint(
                name="old_debt_phone_is_e164", condition=Q(phone="") | Q(phone__regex=r"^\+[1-9][0-9]{4,14}$")
            ),
        ]
        indexes = [
            models.Index(fields=["store", "-at", "-id"], name="old_debt_without_owner", condition=Q(debt__isnull=True)),
        ]
        triggers = [
            *append_only(may_change=["debt", "why"], blanked_by_erasure=["name", "phone", "typed_phone", "note"]),
            triggers.assigned_once("debt_id"),
        ]

    def __str__(self) -> str:
        return f"Old debt {self.key}"


class OldDebtPayment(StoreOwned):
    """Money that an old debt got in the older program; with the debt it becomes a real payment of its owner."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    books = StoreForeignKey(OldBooks, related_name="+", db_index=False)
    old_debt = StoreForeignKey(OldDebt, related_name="payments")
    key = models.CharField("number", max_length=80)
    amount = MoneyField()
    mode = models.CharField(max_length=16, choices=RepaymentMode, default=RepaymentMode.OTHER)
    at = models.DateTimeField()
    reference = models.CharField(max_length=80, blank=True)
    payment = models.OneToOneField(
        DebtPayment, on_delete=models.PROTECT, null=True, related_name="old_payment", db_constraint=False
    )
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            *StoreOwned.Meta.constraints,
            StoreKey("books"),
            StoreKey("old_debt"),
            StoreKey("payment"),
            models.UniqueConstraint(name="old_payment_once", fields=["books", "key"]),
            models.CheckConstraint(name="old_payment_is_at_least_a_paisa", condition=Q(amount__gte="0.01")),
            models.CheckConstraint(
                name="old_payment_mode_known",
                condition=Q(mode__in=[mode for mode in RepaymentMode.values if mode != RepaymentMode.ADVANCE]),
            ),
        ]
        triggers = [*append_only(may_change=["payment"]), triggers.assigned_once("payment_id")]

    def __str__(self) -> str:
        return f"Old payment of {self.amount}"
