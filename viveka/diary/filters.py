"""What the lists of the diary can be narrowed to."""

from datetime import date, timedelta
from operator import attrgetter
from typing import Any

import django_filters

from advances.models import Booking, RecordStatus
from advances.models.record import RecordQuerySet
from viveka.diary.kinds import Kind
from viveka.stores.filters import DayFilter, SearchFilterSet
from viveka.stores.models import Store, User


class DiaryFilter(SearchFilterSet):
    """By customer, by how they stand, and by day: the day of an appointment, of the others when they were noted."""

    status = django_filters.ChoiceFilter(choices=RecordStatus.choices, empty_label="All", label="Status")
    first = DayFilter(label="From", method="since")
    last = DayFilter(label="To", method="until")
    served_by = django_filters.ModelChoiceFilter(
        queryset=User.objects.none(), empty_label="Everybody", label="Served by"
    )

    class Meta:
        model = Booking
        fields: list[str] = []

    def __init__(self, data: Any, *, kind: Kind, store: Store) -> None:
        self.kind = kind
        without = () if kind.name == "appointment" else ("served_by",)
        super().__init__(data, store=store, queryset=kind.rows().of(store), without=without)
        if not without:
            staff = User.objects.filter(memberships__store=store).order_by("first_name", "username").distinct()
            self.form.fields["served_by"].queryset = staff
            self.form.fields["served_by"].label_from_instance = attrgetter("called")
        if kind.name == "enquiry":
            self.form.fields["status"].choices = [
                ("", "All"), *(one for one in RecordStatus.choices if one[0] != RecordStatus.NO_SHOW),
            ]  # fmt: skip

    @property
    def dated(self) -> str:
        """The time by which the list is ordered, latest first."""
        return "scheduled_at" if self.kind.name == "appointment" else "created_at"

    def since(self, rows: RecordQuerySet, name: str, day: date | None) -> RecordQuerySet:
        return rows.filter(**{f"{self.dated}__gte": self.store.start_of(day)}) if day else rows

    def until(self, rows: RecordQuerySet, name: str, day: date | None) -> RecordQuerySet:
        end = day and self.store.start_of(day + timedelta(days=1))
        return rows.filter(**{f"{self.dated}__lt": end}) if end else rows
