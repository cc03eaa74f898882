"""What the directory can be narrowed to, and the orders it can stand in."""

from datetime import date, datetime, time
from typing import Any

import django_filters
from django import forms
from django.db.models import Q

from customers.models import Customer, CustomerQuerySet
from viveka.stores.filters import AmountFilter, DayFilter, SearchFilterSet, TickFilter, WholeFilter
from viveka.stores.models import Store
from viveka.stores.sorting import Order

SHOWN = [("deleted", "Deleted records"), ("merged", "Merged records")]
ACTIVE = [("yes", "Active"), ("no", "Not active")]
# The rows come by id where they are sorted by number: numbers are given in that order, and CUST10000 follows CUST9999.
_COLUMNS = {
    "number": ("id", "Number", False),
    "name": ("name", "Name", False),
    "phone": ("phone", "Phone", False),
    "debt_balance": ("debt_balance", "Owes", True),
    "advance_balance": ("advance_balance", "Advance", True),
    "total_purchases": ("total_purchases", "Purchases", True),
    "last_purchase_at": ("last_purchase_at", "Last purchase", True),
}
ORDERS = {
    f"{'-' * is_descending}{name}": Order(
        column,
        is_descending,
        is_text=column == "name",
        empty_is_least=column != "phone",
        zero_apart=column.endswith("_balance"),
    )
    for name, (column, _, _) in _COLUMNS.items()
    for is_descending in (False, True)
}


def _named_orders() -> list[tuple[str, str]]:
    """The likelier direction of each column first."""
    named = []
    for name, (_, label, large_first) in _COLUMNS.items():
        ways = [(f"-{name}", "largest first"), (name, "smallest first")]
        if name in {"number", "name", "phone"}:
            ways = [(f"-{name}", "descending"), (name, "ascending")]
        elif name == "last_purchase_at":
            ways = [(f"-{name}", "latest first"), (name, "longest ago first")]
        named += [(way, f"{label}, {said}") for way, said in (ways if large_first else ways[::-1])]
    return named


class CustomerFilter(SearchFilterSet):
    """One box over name, number and phone; and what the records are like. Deleted and merged ones only when asked."""

    placeholder = "Name, number or phone"
    owes = TickFilter(method="with_debt", label="Owes something")
    advance = TickFilter(method="with_advance", label="Has an advance")
    incomplete = TickFilter(method="lacking", label="Incomplete record")
    active = django_filters.ChoiceFilter(choices=ACTIVE, method="being_active", empty_label="All", label="Active")
    not_since = DayFilter(method="without_purchase", label="No purchase since")
    bought = AmountFilter(field_name="total_purchases", lookup_expr="gte", label="Purchases at least")
    visits = WholeFilter(
        field_name="purchase_count",
        lookup_expr="gte",
        min_value=0,
        max_value=10**9,
        label="Visits at least",
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    show = django_filters.ChoiceFilter(choices=SHOWN, method="unchanged", empty_label="Records in use", label="Show")
    sort = django_filters.ChoiceFilter(
        choices=_named_orders(), method="unchanged", empty_label="Newest first", label="Sort by"
    )

    class Meta:
        fields: list[str] = []

    def __init__(self, data: Any, *, store: Store) -> None:
        super().__init__(data, store=store, queryset=Customer.objects.of(store))

    def all_shown(self) -> CustomerQuerySet:
        """The records in use, or the deleted or merged ones where those are asked for."""
        customers: CustomerQuerySet = Customer.objects.of(self.store)
        show = self.cleaned.get("show")
        if show == "deleted":
            return customers.deleted()
        return customers.merged() if show == "merged" else customers.on_record()

    def filter_queryset(self, queryset: CustomerQuerySet) -> CustomerQuerySet:
        return super().filter_queryset(self.all_shown())

    def with_debt(self, customers: CustomerQuerySet, name: str, ticked: bool) -> CustomerQuerySet:
        return customers.filter(debt_balance__gt=0) if ticked else customers

    def with_advance(self, customers: CustomerQuerySet, name: str, ticked: bool) -> CustomerQuerySet:
        return customers.filter(advance_balance__gt=0) if ticked else customers

    def lacking(self, customers: CustomerQuerySet, name: str, ticked: bool) -> CustomerQuerySet:
        return customers.incomplete(self.store) if ticked else customers

    def being_active(self, customers: CustomerQuerySet, name: str, said: str) -> CustomerQuerySet:
        return customers.filter(is_active=said == "yes") if said else customers

    def without_purchase(self, customers: CustomerQuerySet, name: str, day: date | None) -> CustomerQuerySet:
        """Who bought nothing on this day of the store or later, those who never bought included."""
        if day is None:
            return customers
        midnight = datetime.combine(day, time.min, self.store.zone)
        return customers.filter(Q(last_purchase_at__isnull=True) | Q(last_purchase_at__lt=midnight))

    def unchanged(self, customers: CustomerQuerySet, name: str, said: str) -> CustomerQuerySet:
        """Looked at elsewhere: `all_shown`, `order`."""
        return customers

    @property
    def order(self) -> Order | None:
        """The order asked for; None for the newest first."""
        return ORDERS.get(self.cleaned.get("sort") or "")

    @property
    def narrowed(self) -> bool:
        """Whether anything but words was asked for: then the screen shows what."""
        return bool(self.form.errors) or any(value for name, value in self.cleaned.items() if name not in {"q", "sort"})
