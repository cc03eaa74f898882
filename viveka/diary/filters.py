"""What the lists of the diary can be narrowed to."""

from datetime import date, timedelta
from typing import Any

import django_filters
from django import forms

from advances.models import Booking, RecordStatus
from advances.models.record import RecordQuerySet
from viveka.diary.forms import called
from viveka.diary.kinds import Kind
from viveka.stores.form_fields import DayField
from viveka.stores.models import Store, User


class _Day(django_filters.Filter):
    field_class = DayField


class DiaryFilter(django_filters.FilterSet):
    """By customer, by how they stand, and by day: the day of an appointment, of the others when they were noted."""

    q = django_filters.CharFilter(
        method="found",
        label="Search",
        max_length=200,
        widget=forms.TextInput(
            attrs={
                "type": "search", "placeholder": "Customer: name, number or phone", "autocomplete": "off",
                "data-search": "",
            }
        ),
    )  # fmt: skip
    status = django_filters.ChoiceFilter(choices=RecordStatus.choices, empty_label="All", label="Status")
    first = _Day(label="From", method="since")
    last = _Day(label="To", method="until")
    served_by = django_filters.ModelChoiceFilter(
        queryset=User.objects.none(), empty_label="Everybody", label="Served by"
    )

    class Meta:
        model = Booking
        fields: list[str] = []

    def __init__(self, data: Any, *, kind: Kind, store: Store) -> None:
        self.kind, self.store = kind, store
        super().__init__(data, queryset=kind.rows().of(store))
        if self.dated == "created_at":
            del self.filters["served_by"]  # before the form is made of them
        else:
            staff = User.objects.filter(memberships__store=store).order_by("first_name", "username").distinct()
            self.form.fields["served_by"].queryset = staff
            self.form.fields["served_by"].label_from_instance = called
        if kind.name == "enquiry":
            self.form.fields["status"].choices = [
                ("", "All"), *(one for one in RecordStatus.choices if one[0] != RecordStatus.NO_SHOW),
            ]  # fmt: skip
        for field in self.form.fields.values():
            field.widget.attrs["class"] = "form-select" if isinstance(field.widget, forms.Select) else "form-control"

    @property
    def dated(self) -> str:
        """The time by which the list is ordered, latest first."""
        return "scheduled_at" if self.kind.name == "appointment" else "created_at"

    def found(self, rows: RecordQuerySet, name: str, text: str) -> RecordQuerySet:
        return rows.matching(text)

    def since(self, rows: RecordQuerySet, name: str, day: date | None) -> RecordQuerySet:
        return rows.filter(**{f"{self.dated}__gte": self.store.start_of(day)}) if day else rows

    def until(self, rows: RecordQuerySet, name: str, day: date | None) -> RecordQuerySet:
        end = day and self.store.start_of(day + timedelta(days=1))
        return rows.filter(**{f"{self.dated}__lt": end}) if end else rows

    @property
    def is_search(self) -> bool:
        """Whether words are looked for."""
        self.form.is_valid()
        return bool(getattr(self.form, "cleaned_data", {}).get("q"))
