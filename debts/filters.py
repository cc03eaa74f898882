"""What the lists of debts and of credit accounts can be narrowed to."""

from datetime import date, timedelta
from typing import Any

import django_filters
from django import forms

from customers.models import Customer
from debts.models import CreditAccount, Debt, DebtStatus, OpeningBalance
from debts.models.debt import DebtQuerySet
from viveka.stores.filters import DayFilter, SearchFilterSet, WholeFilter
from viveka.stores.models import Store

SHOWN = [
    ("overdue", "Overdue"),
    (DebtStatus.SETTLED.value, "Settled"),
    (DebtStatus.WRITTEN_OFF.value, "Written off"),
    ("all", "All"),
]
LARGEST_KEY = 2**63 - 1


class _OfCustomers(SearchFilterSet):
    """A list with a box that searches the customer."""

    def of_words(self, rows: Any, name: str, text: str) -> Any:
        return rows.filter(customer__in=Customer.objects.of(self.store).matching(text))

    @property
    def is_search(self) -> bool:
        """Whether words are looked for, or one customer."""
        return super().is_search or bool(self.cleaned.get("customer"))


class DebtFilter(_OfCustomers):
    """Open debts, unless something else is asked for; of a customer, of some days, due by a day."""

    show = django_filters.ChoiceFilter(choices=SHOWN, method="unchanged", empty_label="Open", label="Show")
    from_day = DayFilter(method="since", label="From")
    to_day = DayFilter(method="until", label="To")
    due_by = DayFilter(method="due_until", label="Due by")
    customer = WholeFilter(min_value=1, max_value=LARGEST_KEY, widget=forms.HiddenInput)

    class Meta:
        model = Debt
        fields: list[str] = []

    def __init__(self, data: Any, *, store: Store, today: date) -> None:
        self.today = today
        super().__init__(data, store=store, queryset=Debt.objects.of(store))

    def all_shown(self) -> DebtQuerySet:
        """The debts of the state that was asked for, without the words looked for."""
        debts, show = Debt.objects.of(self.store), self.cleaned.get("show")
        if show == "overdue":
            return Debt.objects.overdue(self.store, self.today)
        if show == "all":
            return debts
        return debts.filter(status=show) if show else debts.open()

    def filter_queryset(self, queryset: Any) -> Any:
        return super().filter_queryset(self.all_shown())

    def since(self, debts: DebtQuerySet, name: str, day: date | None) -> DebtQuerySet:
        return debts.filter(at__gte=self.store.start_of(day)) if day else debts

    def until(self, debts: DebtQuerySet, name: str, day: date | None) -> DebtQuerySet:
        return debts.filter(at__lt=self.store.start_of(day + timedelta(days=1))) if day else debts

    def due_until(self, debts: DebtQuerySet, name: str, day: date | None) -> DebtQuerySet:
        return debts.due_until(self.store, day) if day else debts

    def unchanged(self, debts: DebtQuerySet, name: str, said: str) -> DebtQuerySet:
        """Looked at in `all_shown`."""
        return debts

    @property
    def chosen_customer(self) -> Customer | None:
        """The one customer whose debts were asked for."""
        pk = self.cleaned.get("customer")
        return Customer.objects.of(self.store).filter(pk=pk).first() if pk else None


class AccountFilter(_OfCustomers):
    """Credit accounts by customer, and whether they may owe more."""

    active = django_filters.ChoiceFilter(
        choices=[("yes", "May owe more"), ("no", "Stopped")], method="being_active", empty_label="All", label="Show"
    )

    class Meta:
        model = CreditAccount
        fields: list[str] = []

    def __init__(self, data: Any, *, store: Store) -> None:
        accounts = CreditAccount.objects.filter(store=store, customer__merged_into__isnull=True)
        super().__init__(data, store=store, queryset=accounts)

    def being_active(self, accounts: Any, name: str, said: str) -> Any:
        return accounts.filter(is_active=said == "yes") if said else accounts


class OpeningFilter(_OfCustomers):
    """Opening balances by customer, and whether they stand."""

    show = django_filters.ChoiceFilter(
        choices=[("standing", "Standing"), ("undone", "Undone")], method="being", empty_label="All", label="Show"
    )

    class Meta:
        model = OpeningBalance
        fields: list[str] = []

    def __init__(self, data: Any, *, store: Store) -> None:
        super().__init__(data, store=store, queryset=OpeningBalance.objects.of(store))

    def being(self, openings: Any, name: str, said: str) -> Any:
        return openings.filter(is_undone=said == "undone") if said else openings
