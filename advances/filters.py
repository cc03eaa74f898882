"""What the list of advances can be narrowed to."""

from datetime import date, timedelta
from typing import Any

import django_filters

from advances.models import AdvancePayment, AdvanceStatus, PaymentMode, ReferenceType
from advances.models.advance import AdvanceQuerySet
from viveka.stores.filters import DayFilter, StoreFilterSet
from viveka.stores.models import Store, User


class AdvanceFilter(StoreFilterSet):
    """By how they stand, what brought them, how and when they were paid, and who took them."""

    status = django_filters.ChoiceFilter(choices=AdvanceStatus.choices, empty_label="All", label="Status")
    kind = django_filters.ChoiceFilter(
        choices=[one for one in ReferenceType.choices if one[0] != ReferenceType.ENQUIRY],
        field_name="reference_type",
        empty_label="Anything",
        label="Brought by",
    )
    mode = django_filters.ChoiceFilter(choices=PaymentMode.choices, empty_label="Any way", label="Paid by")
    first = DayFilter(label="From", method="since")
    last = DayFilter(label="To", method="until")
    staff = django_filters.ModelChoiceFilter(
        queryset=User.objects.none(), field_name="by", empty_label="Everybody", label="Taken by"
    )

    class Meta:
        model = AdvancePayment
        fields: list[str] = []

    def __init__(self, data: Any, *, store: Store) -> None:
        super().__init__(data, store=store, queryset=AdvancePayment.objects.of(store))
        staff = User.objects.filter(memberships__store=store).order_by("username").distinct()
        self.form.fields["staff"].queryset = staff

    def since(self, advances: AdvanceQuerySet, name: str, day: date | None) -> AdvanceQuerySet:
        return advances.filter(at__gte=self.store.start_of(day)) if day else advances

    def until(self, advances: AdvanceQuerySet, name: str, day: date | None) -> AdvanceQuerySet:
        return advances.filter(at__lt=self.store.start_of(day + timedelta(days=1))) if day else advances

    @property
    def narrowed(self) -> bool:
        """Whether anything was asked for."""
        return bool(self.form.errors) or any(self.cleaned.values())
