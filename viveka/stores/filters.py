"""What the filters of lists share: how days and amounts are read, how their forms look, a box of words."""

from collections.abc import Collection
from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet

from viveka.stores.form_fields import AmountField, DayField
from viveka.stores.models import Store


class DayFilter(django_filters.Filter):
    field_class = DayField


class AmountFilter(django_filters.Filter):
    field_class = AmountField


class TickFilter(django_filters.Filter):
    field_class = forms.BooleanField


class WholeFilter(django_filters.Filter):
    field_class = forms.IntegerField


class StoreFilterSet(django_filters.FilterSet):
    """What a list of a store can be narrowed to; without the filters named in `without`."""

    def __init__(self, data: Any, *, store: Store, queryset: QuerySet[Any], without: Collection[str] = ()) -> None:
        self.store = store
        super().__init__(data, queryset=queryset)
        for name in without:  # before the form is made of them
            del self.filters[name]
        for field in self.form.fields.values():
            field.widget.attrs.setdefault("class", _look(field.widget))

    @property
    def cleaned(self) -> dict[str, Any]:
        """What was asked for, as far as it can be understood."""
        self.form.is_valid()
        return getattr(self.form, "cleaned_data", {})


class SearchFilterSet(StoreFilterSet):
    """A list with a box of words, `q`."""

    placeholder = "Customer: name, number or phone"
    q = django_filters.CharFilter(
        label="Search",
        method="of_words",
        max_length=200,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off", "data-search": ""}),
    )

    def __init__(self, data: Any, **told: Any) -> None:
        super().__init__(data, **told)
        self.form.fields["q"].widget.attrs["placeholder"] = self.placeholder

    def of_words(self, rows: Any, name: str, text: str) -> Any:
        """Those that the words are found in."""
        return rows.matching(text)

    @property
    def is_search(self) -> bool:
        """Whether words are looked for."""
        return bool(self.cleaned.get("q"))


def _look(widget: forms.Widget) -> str:
    if isinstance(widget, forms.CheckboxInput):
        return "form-check-input"
    return "form-select" if isinstance(widget, forms.Select) else "form-control"
