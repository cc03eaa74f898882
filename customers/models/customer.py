from collections.abc import Collection, Mapping
from typing import Any

import pgtrigger
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import IntegrityError, models, transaction
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone

from customers.details import Gender
from customers.models import phone as phones
from customers.models.finding import _MADE_ELSEWHERE, CUST, CustomerManager
from customers.models.record_event import RecordEvent, What
from customers.names import ERASED, PLACEHOLDERS, clean_name, is_real
from viveka.stores import lookups  # noqa: F401  (registers `search__words`)
from viveka.stores.constraints import StoreKey
from viveka.stores.errors import Refused, broken_rule
from viveka.stores.fields import MoneyField, StoreForeignKey
from viveka.stores.models import StoreOwned
from viveka.stores.money import ZERO
from viveka.stores.text import SearchWords
from viveka.stores.tracing import traced

__all__ = ["CUST", "DETAILS", "SWITCHES", "Customer"]

DETAILS = ("name", "email", "address", "gst_number", "gender", "note")
SWITCHES = ("is_active", "do_not_message")


def _no_less_than_zero(**defaults: Any) -> MoneyField:
    return MoneyField(default=ZERO, editable=False, **defaults)


@traced("store", "number", "phone", *DETAILS, "is_active", "do_not_message", "deleted_at", "erased_at", "merged_into")
class Customer(StoreOwned):
    """A buyer on record. A phone is one customer; the number is for people."""

    number = models.CharField(max_length=20, editable=False)
    phone = models.CharField(max_length=16, null=True, blank=True)  # noqa: DJ001  E.164; unique where there is one
    name = models.CharField(max_length=200)
    email = models.CharField(max_length=254, blank=True)
    address = models.CharField(max_length=500, blank=True)
    gst_number = models.CharField("GST number", max_length=15, blank=True)
    gender = models.CharField(max_length=6, blank=True, choices=Gender)
    note = models.CharField(max_length=1000, blank=True)
    is_active = models.BooleanField("active", default=True)
    do_not_message = models.BooleanField(
        default=False, db_default=False, help_text="Gets no WhatsApp or SMS from the store."
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    # What was done to the record, by whom and why: RecordEvent and Merge. These are for lists to filter by.
    deleted_at = models.DateTimeField(null=True, editable=False)
    erased_at = models.DateTimeField(null=True, editable=False)
    merged_into = StoreForeignKey("self", null=True, editable=False, related_name="merged", db_index=False)

    # Exact in the transaction that changes them; proved by check_books.
    advance_balance = _no_less_than_zero()
    debt_balance = _no_less_than_zero()
    total_purchases = _no_less_than_zero()
    purchase_count = models.PositiveIntegerField(default=0, editable=False)
    last_purchase_at = models.DateTimeField(null=True, editable=False)

    search = models.GeneratedField(
        expression=SearchWords(F("name"), F("number"), F("phone")), output_field=SearchVectorField(), db_persist=True
    )

    objects = CustomerManager()

    class Meta:
        constraints = [
            *StoreOwned.Meta.constraints,
            models.UniqueConstraint(
                name="customer_phone_once",
                fields=["store", "phone"],
                violation_error_message="Another customer has this phone.",
            ),
            models.UniqueConstraint(name="customer_number_once", fields=["store", "number"]),
            models.UniqueConstraint(
                "store",
                Lower("name"),
                name="customer_name_without_phone_once",
                condition=Q(phone__isnull=True, erased_at__isnull=True, merged_into__isnull=True)
                & ~Q(name__in=sorted(PLACEHOLDERS)),
                violation_error_message="A customer without a phone has this name already.",
            ),
            models.CheckConstraint(name="customer_phone_is_e164", condition=Q(phone__regex=r"^\+[1-9][0-9]{4,14}$")),
            models.CheckConstraint(name="customer_has_a_name", condition=~Q(name="")),
            StoreKey("merged_into"),
            models.CheckConstraint(
                name="deleted_customer_owes_nothing",
                condition=Q(deleted_at__isnull=True) | Q(debt_balance=0, advance_balance=0),
            ),
            models.CheckConstraint(
                name="merged_customer_has_nothing_left",
                condition=Q(merged_into__isnull=True)
                | ~Q(merged_into=F("id")) & Q(debt_balance=0, advance_balance=0, total_purchases=0, purchase_count=0),
            ),
            models.CheckConstraint(
                name="erased_customer_is_blank",
                condition=Q(erased_at__isnull=True)
                | Q(deleted_at__isnull=False, phone__isnull=True, name=ERASED)
                & Q(email="", address="", gst_number="", gender="", note=""),
            ),
            models.CheckConstraint(
                name="placeholder_without_phone_owes_nothing",
                condition=Q(phone__isnull=False)
                | ~Q(name__in=sorted(PLACEHOLDERS))
                | Q(debt_balance=0, advance_balance=0),
            ),
        ]
        indexes = [
            models.Index("store", Lower("name"), name="customer_by_name"),
            # Kept current at once: a list of what is still to be put in would be worked off within somebody's sale.
            GinIndex(fields=["search"], name="customer_search", fastupdate=False),
            models.Index(
                fields=["store", "-debt_balance", "-id"], name="customer_owes", condition=Q(debt_balance__gt=0)
            ),
            models.Index(
                fields=["store", "-advance_balance", "-id"], name="customer_ahead", condition=Q(advance_balance__gt=0)
            ),
            models.Index(fields=["store", "total_purchases", "id"], name="customer_by_total"),
            models.Index("store", F("last_purchase_at").asc(nulls_first=True), "id", name="customer_by_last"),
            models.Index(fields=["store", "-id"], name="customer_inactive", condition=Q(is_active=False)),
            models.Index(fields=["store", "created_at"], name="customer_by_first_day"),
            models.Index(fields=["merged_into"], name="customer_merged", condition=Q(merged_into__isnull=False)),
            models.Index(fields=["store", "-id"], name="customer_deleted", condition=Q(deleted_at__isnull=False)),
        ]
        triggers = [
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            phones.noted_on_insert,
            phones.noted_on_change,
        ]

    def __str__(self) -> str:
        return f"{self.number} - {self.name}"

    def get_absolute_url(self) -> str:
        return reverse("customer", args=[self.pk])

    @property
    def has_real_name(self) -> bool:
        return is_real(self.name)

    @property
    def average_purchase(self) -> Any:
        """The average bill, to the paisa; None before the first."""
        return round(self.total_purchases / self.purchase_count, 2) if self.purchase_count else None

    @property
    def may_be_messaged(self) -> bool:
        return bool(self.phone) and not self.do_not_message

    @property
    def is_on_record(self) -> bool:
        """Neither deleted nor merged into another one."""
        return self.deleted_at is None and self.merged_into_id is None

    def lacks(self, required: Collection[str]) -> list[str]:
        """Those of the required fields that are empty."""
        return [field for field in required if not getattr(self, field)]

    def take_details(self, cleaned: Mapping[str, str], *, overwrite: bool) -> None:
        """Fill what is empty, or with `overwrite` replace what is there, never with blanks; saved where changed.

        A placeholder counts as no name: it never replaces a real one, and any real one replaces it. The record comes
        back where it was inactive or deleted.
        """
        was_deleted = self.deleted_at is not None
        changed = changes_of(self, cleaned, overwrite=overwrite)
        for field, value in changed.items():
            setattr(self, field, value)
        if changed:
            with transaction.atomic():  # a savepoint: a sale may go on where the record can't be written
                self.save(update_fields=[*changed, "updated_at"])
                if was_deleted:
                    RecordEvent.objects.create(store_id=self.store_id, customer=self, what=What.CAME_BACK)

    def correct_name(self, text: str) -> None:
        """Give the record another name. Raises Refused for no name, and for a name taken among those without phone."""
        name = clean_name(text)
        if not is_real(name):
            raise Refused("Type the customer's name.", "name")
        before, self.name = self.name, name
        try:
            with transaction.atomic():
                self.save(update_fields=["name", "updated_at"])
        except IntegrityError as error:
            self.name = before
            if broken_rule(error) in _MADE_ELSEWHERE:
                raise Refused("A customer without a phone has this name already.", "name") from None
            raise


def changes_of(customer: Customer, cleaned: Mapping[str, str], *, overwrite: bool) -> dict[str, Any]:
    """What taking these details would change on the record (see `Customer.take_details`); changes nothing itself."""
    changes: dict[str, Any] = {}
    for field, value in cleaned.items():
        current = getattr(customer, field)
        if field == "name":
            wanted = is_real(value) and (overwrite or not is_real(current))
        else:
            wanted = bool(value) and (overwrite or not current)
        if wanted and value != current:
            changes[field] = value
    if not customer.is_active:
        changes["is_active"] = True
    if customer.deleted_at is not None:
        changes["deleted_at"] = None
    return changes
