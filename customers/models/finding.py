"""Finding and making customers: by phone (current, former, or of a merged record), or by name."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import IntegrityError, models, transaction
from django.db.models import F, Q, Subquery, Value
from django.db.models.functions import Coalesce, Lower

from customers.details import clean_details
from customers.models.phone import CustomerPhone
from customers.names import WALK_IN, is_real
from viveka.stores.errors import Conflict, Missing, Refused, broken_rule
from viveka.stores.locking import lock_rows
from viveka.stores.models import Counter, Store
from viveka.stores.phone import normalise_phone, phone_fragment
from viveka.stores.text import words_query
from viveka.stores.transactions import StartAgain, own_or_callers_transaction, retry_when_entangled

if TYPE_CHECKING:
    from customers.models.customer import Customer

CUST = "CUST"
_MADE_ELSEWHERE = {"phone_leads_to_one_customer", "customer_phone_once", "customer_name_without_phone_once"}
SURVIVOR = Coalesce("merged_into", "pk")
# Whom a phone leads to: by the current or a former phone, of a merged record to its survivor.
_BY_PHONE = """id = (
    SELECT COALESCE(leads.merged_into_id, leads.id)
      FROM customers_customerphone AS known JOIN customers_customer AS leads ON leads.id = known.customer_id
     WHERE known.store_id = %s AND known.phone = %s)"""


class IsDeleted(Conflict):
    """The record was deleted; it can be restored."""

    def __init__(self, customer: "Customer") -> None:
        super().__init__(f"{customer} was deleted. Restore the record, or pick another one.", "customer_id")
        self.customer = customer


@dataclass(frozen=True, slots=True)
class Found:
    """What find-or-create answers."""

    customer: "Customer"
    is_new: bool = False
    came_back: bool = False
    """The record was inactive or deleted and is back."""


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

    def on_record(self) -> "CustomerQuerySet":
        """Neither deleted nor merged into another one: whom lists, searches and choices show."""
        return self.filter(deleted_at__isnull=True, merged_into__isnull=True)

    def deleted(self) -> "CustomerQuerySet":
        return self.filter(deleted_at__isnull=False)

    def merged(self) -> "CustomerQuerySet":
        """Merged into another record."""
        return self.filter(merged_into__isnull=False)

    def incomplete(self, store: Store) -> "CustomerQuerySet":
        """Without something that the store wants of every customer."""
        lacking = Q(pk__in=[])
        for field in store.required_customer_fields:
            lacking |= Q(**{field: ""})
        return self.filter(lacking)

    def by_phone(self, store: Store, e164: str) -> "CustomerQuerySet":
        """Whom a phone leads to: by the current or a former phone, of a merged record to its survivor."""
        leads = CustomerPhone.objects.filter(store=store, phone=e164)
        return self.filter(pk=Subquery(leads.values(lead=Coalesce("customer__merged_into", "customer"))[:1]))

    def led_to(self, store: Store, pk: int) -> "CustomerQuerySet":
        """The record of this key, or the one that it was merged into."""
        return self.filter(pk=Subquery(self.model.objects.filter(store=store, pk=pk).values(lead=SURVIVOR)[:1]))

    def newest_first(self) -> "CustomerQuerySet":
        return self.order_by("-id")

    def named(self, name: str) -> "CustomerQuerySet":
        """Of exactly this name, case ignored; a placeholder is no name and finds nobody, nor is an erased one found."""
        if not is_real(name):
            return self.none()
        return self.filter(erased_at__isnull=True).annotate(folded=Lower("name")).filter(folded=Lower(Value(name)))

    def matching(self, text: str) -> "CustomerQuerySet":
        """Search as people type: beginnings of words of the name, the number, any four digits of the phone."""
        query = person_query(text)
        return self.filter(search__words=query) if query else self.none()

    def for_no_key_update(self) -> "CustomerQuerySet":
        return self.select_for_update(no_key=True, of=("self",)).order_by("pk")


class CustomerManager(models.Manager.from_queryset(CustomerQuerySet)):  # type: ignore[misc]  # a class made here
    def lock(self, store: Store, pk: int) -> "Customer":
        """The customer's row as it is now, locked until commit: the lock for all money of this customer.

        A merged record leads to its survivor. Raises Missing where the store has no such customer, IsDeleted for a
        deleted one.
        """
        customer = self.lock_any(store, pk)
        if customer.deleted_at:
            raise IsDeleted(customer)
        return customer

    def lock_any(self, store: Store, pk: int) -> "Customer":
        """As `lock`, a deleted record too."""
        customer = _not_merged_meanwhile(self.led_to(store, pk).for_no_key_update().first())
        if customer is None:
            raise Missing("No such customer.", "customer_id")
        customer.store = store
        return customer

    def with_phone(self, store: Store, phone: str) -> "Customer | None":
        """The one customer of a phone as typed, or None, as for one who was deleted. Raises Refused for a bad phone."""
        e164 = normalise_phone(phone, store.region)
        return self.by_phone(store, e164).filter(deleted_at__isnull=True).first()

    @retry_when_entangled
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
        replace what is there, never with blanks, save where a former phone or that of a merged record led here. An
        inactive or deleted customer comes back. Raises Refused for a bad phone or detail, or where neither a phone nor
        a real name is given.
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
        came_back = not customer.is_active or customer.deleted_at is not None
        is_direct = e164 is None or customer.phone == e164
        customer.take_details(cleaned, overwrite=overwrite and is_direct)
        return Found(customer, came_back=came_back)

    def _find(self, store: Store, e164: str | None, name: str) -> "Customer | None":
        if e164 is not None:
            found = lock_rows(self.model, _BY_PHONE, [store.pk, e164])
        else:
            pk = self.the_one_named(store, name)
            found = lock_rows(self.model, "id = %s", [pk]) if pk else []
        return _not_merged_meanwhile(found[0] if found else None)

    def the_one_named(self, store: Store, name: str) -> int | None:
        """The key of whom a name alone stands for: the only one of that name, else the one without a phone.

        A merged record stands for its survivor; a deleted one is meant only where it has no phone.
        """
        named = self.of(store).named(name).filter(Q(deleted_at__isnull=True) | Q(phone__isnull=True))
        leads = named.annotate(lead=SURVIVOR)
        found = list(leads.values_list("lead", flat=True).distinct()[:2])
        if len(found) == 1:
            return int(found[0])
        without = leads.filter(phone__isnull=True).order_by(F("merged_into").asc(nulls_first=True), "pk")
        return without.values_list("lead", flat=True).first()

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
            if broken_rule(error) in _MADE_ELSEWHERE:
                return None
            raise


def _not_merged_meanwhile(customer: "Customer | None") -> "Customer | None":
    """A record that was merged while we waited for its lock: let it go and begin anew with the survivor."""
    if customer is not None and customer.merged_into_id:
        raise StartAgain(f"{customer} was merged into another record just now. Try again.", "customer_id")
    return customer
