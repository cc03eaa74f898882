"""Forms of old books."""

from typing import Any

from django import forms

from billing.models import OldDebt
from viveka.stores.form_fields import offer_rows
from viveka.stores.models import Store

MOST_AT_ONCE = 2_000


class AssignForm(forms.Form):
    """Which debts, and to whom: a customer on record, or a new one by phone or name."""

    debt = forms.ModelMultipleChoiceField(
        OldDebt.objects.none(),
        error_messages={"invalid_choice": "One of these debts has its owner already.", "required": "Pick a debt."},
    )
    customer = forms.IntegerField(required=False, min_value=1, max_value=2**62)
    phone = forms.CharField(required=False, max_length=40)
    name = forms.CharField(required=False, max_length=200)

    def __init__(self, data: Any, *, store: Store) -> None:
        super().__init__(data)
        offer_rows(self, "debt", OldDebt.objects.of(store).without_owner())

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("customer") and not cleaned.get("phone") and not cleaned.get("name"):
            self.add_error("phone", "Choose who owes it: type a phone or a name.")
        return cleaned
