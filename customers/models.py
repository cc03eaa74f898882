from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pgtrigger
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import IntegrityError, models, transaction
from django.db.models import F, Q, Value
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone

from customers.details import Gender, clean_details
from customers.names import PLACEHOLDERS, WALK_IN, clean_name, is_real
from viveka.stores import lookups  # noqa: F401  (registers `search__words`)
from viveka.stores.errors import Missing, Refused
from viveka.stores.fields import MoneyField
from viveka.stores.models import Counter, Store, StoreOwned
from viveka.stores.money import ZERO
from viveka.stores.phone import normalise_phone, phone_fragment
from viveka.stores.text import SearchWords, words_query
from viveka.stores.tracing import traced
from viveka.stores.transactions import own_or_callers_transaction

CUST = "CUST"
DETAILS = ("name", "email", "address", "gst_number", "gender", "note")
_MADE_ELSEWHERE = {"customer_phone_once", "customer_name_without_phone_once"}


@dataclass(frozen=True, slots=True)
class Found:
    """What find-or-create answers."""

    customer: "Customer"
    is_new: bool = False
    came_back: bool = False
    """The record was inactive and is active again."""


def person_query(text: str) -> str:
    """A tsquery text that finds people as they are looked for (see `matching`); "" where there is nothing to find."""
    digits = phone_fragment(text)
    if len(digits) < 4:
        return words_query(text)
    national = digits.lstrip("0")
    if len(national) >= 4 and national != digits:
        return f"'{digits}':* | '{national}':*"
    return f"'{digits}':*"


class CustomerQuerySet(models.QuerySet["Customer"]):
    def of(self, store: Store) -> "CustomerQuerySet":
        return self.filter(store=store)

    def newest_first(self) -> "CustomerQuerySet":
        return self.order_by("-id")

    def named(self, name: str) -> "CustomerQuerySet":
        """Of exactly this name, case ignored; a placeholder is no name and finds nobody."""
        if not is_real(name):
            return self.none()
        return self.annotate(folded=Lower("name")).filter(folded=Lower(Value(name)))

    def matching(self, text: str) -> "CustomerQuerySet":
        """Search as people type: beginnings of words of the name, the number, any four digits of the phone."""
        query = person_query(text)
        return self.filter(search__words=query) if query else self.none()

    def for_no_key_update(self) -> "CustomerQuerySet":
        return self.select_for_update(no_key=True, of=("self",)).order_by("pk")


class CustomerManager(models.Manager.from_queryset(CustomerQuerySet)):  # type: ignore[misc]
    def lock(self, store: Store, pk: int) -> "Customer":
        """The customer's row as it is now, locked until commit: the lock for all money of this customer.

        Raises Missing where the store has no such customer.
        """
        customer = self.of(store).filter(pk=pk).for_no_key_update().first()
        if customer is None:
            raise Missing("No such customer.", "customer_id")
        customer.store = store
        return customer

    def with_phone(self, store: Store, phone: str) -> "Customer | None":
        """The one customer of a phone as typed, or None. Raises Refused for a bad phone."""
        return self.of(store).filter(phone=normalise_phone(phone, store.region)).first()

    def find_or_create(
        self,
        *,
        store: Store,
        phone: str = "",
        country_code: str = "",
        details: Mapping[str, str | None] | None = None,
        overwrite: bool = False,
    ) -> Found:
        """The customer of a phone, or of a name where there is no phone; made where there is none.

        The row comes back locked. Details fill what is empty; with `overwrite` (a customer form, an import) they
        replace what is there, never with blanks. An inactive customer becomes active again. Raises Refused for a bad
        phone or detail, or where neither a phone nor a real name is given.
        """
        cleaned = clean_details(details or {})
        e164 = normalise_phone(phone, store.region, country_code=country_code) if phone.strip() else None
        name = cleaned.get("name", "")
        if e164 is None and not is_real(name):
            raise Refused("Give a phone number or a name.", "phone")
        with own_or_callers_transaction():
            return self._find_or_create(store, e164, cleaned, overwrite)

    def _find_or_create(self, store: Store, e164: str | None, cleaned: Mapping[str, str], overwrite: bool) -> Found:
        name = cleaned.get("name", "")
        customer = self._find(store, e164, name)
        if customer is None:
            customer = self._create(store, e164, cleaned)
            if customer is not None:
                return Found(customer, is_new=True)
            customer = self._find(store, e164, name)
            if customer is None:
                raise Refused("This customer is being changed by somebody else. Try again.", "phone")
        came_back = not customer.is_active
        customer.take_details(cleaned, overwrite=overwrite)
        return Found(customer, came_back=came_back)

    def _find(self, store: Store, e164: str | None, name: str) -> "Customer | None":
        if e164 is not None:
            return self.of(store).filter(phone=e164).for_no_key_update().first()
        pk = self.the_one_named(store, name)
        return self.of(store).filter(pk=pk).for_no_key_update().first() if pk else None

    def the_one_named(self, store: Store, name: str) -> int | None:
        """The key of whom a name alone stands for: the only one of that name, else the one without a phone."""
        named = list(self.of(store).named(name).values_list("pk", flat=True).order_by("phone", "pk")[:2])
        if len(named) == 1:
            return named[0]
        return self.of(store).named(name).filter(phone__isnull=True).values_list("pk", flat=True).first()

    def _create(self, store: Store, e164: str | None, cleaned: Mapping[str, str]) -> "Customer | None":
        """A new record with the next number; None where another till made the same one a moment before.

        The number is taken inside the savepoint, so it goes back when the insert meets the other's row.
        """
        values = {**cleaned, "name": cleaned.get("name") or WALK_IN}
        try:
            with transaction.atomic():
                number = f"{CUST}{Counter.objects.next(store, CUST):04d}"
                return self.create(store=store, number=number, phone=e164, **values)
        except IntegrityError as error:
            if error.__cause__.diag.constraint_name in _MADE_ELSEWHERE:  # type: ignore[union-attr]
                return None
            raise


def _no_less_than_zero(**defaults: Any) -> MoneyField:
    return MoneyField(default=ZERO, editable=False, **defaults)


@traced("store", "number", "phone", *DETAILS, "is_active")
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
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

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
                condition=Q(phone__isnull=True) & ~Q(name__in=sorted(PLACEHOLDERS)),
                violation_error_message="A customer without a phone has this name already.",
            ),
            models.CheckConstraint(name="customer_phone_is_e164", condition=Q(phone__regex=r"^\+[1-9][0-9]{4,14}$")),
            models.CheckConstraint(name="customer_has_a_name", condition=~Q(name="")),
            models.CheckConstraint(
                name="placeholder_without_phone_owes_nothing",
                condition=Q(phone__isnull=False)
                | ~Q(name__in=sorted(PLACEHOLDERS))
                | Q(debt_balance=0, advance_balance=0),
            ),
        ]
        indexes = [
            models.Index("store", Lower("name"), name="customer_by_name"),
            GinIndex(fields=["search"], name="customer_search"),
        ]
        triggers = [pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete)]

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

    def take_details(self, cleaned: Mapping[str, str], *, overwrite: bool) -> None:
        """Fill what is empty, or with `overwrite` replace what is there, never with blanks; saved where changed.

        A placeholder counts as no name: it never replaces a real one, and any real one replaces it.
        """
        changed = []
        for field, value in cleaned.items():
            current = getattr(self, field)
            if field == "name":
                wanted = is_real(value) and (overwrite or not is_real(current))
            else:
                wanted = bool(value) and (overwrite or not current)
            if wanted and value != current:
                setattr(self, field, value)
                changed.append(field)
        if not self.is_active:
            self.is_active = True
            changed.append("is_active")
        if changed:
            with transaction.atomic():  # a savepoint: a sale may go on where the record can't be written
                self.save(update_fields=[*changed, "updated_at"])

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
            if error.__cause__.diag.constraint_name in _MADE_ELSEWHERE:  # type: ignore[union-attr]
                raise Refused("A customer without a phone has this name already.", "name") from None
            raise
