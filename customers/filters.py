"""Finding customers in the list."""

import django_filters
from django import forms
from django.db.models import QuerySet

from customers.models import Customer

SEARCH = forms.TextInput(
    attrs={"type": "search", "placeholder": "Name, number or phone", "autocomplete": "off", "data-search": ""}
)


class CustomerFilter(django_filters.FilterSet):
    """One box over name, number and phone."""

    q = django_filters.CharFilter(method="found", label="Search", max_length=200, widget=SEARCH)

    class Meta:
        model = Customer
        fields: list[str] = []

    def found(self, customers: QuerySet[Customer], name: str, text: str) -> QuerySet[Customer]:
        return customers.matching(text)  # type: ignore[attr-defined]

    @property
    def is_search(self) -> bool:
        """Whether words are looked for."""
        return bool(self.form.is_valid() and self.form.cleaned_data["q"])
