"""The forms of merging two records and of erasing one."""

from collections.abc import Mapping
from typing import Any

from django import forms

from customers.forms import ReasonForm
from customers.models import Customer
from viveka.merge.choice import FieldChoice

SIDES = [("survivor", "This one"), ("loser", "The other one")]


class MergeForm(forms.Form):
    """Which value of each field stays, where the two records differ; said nothing, the one that is offered."""

    def __init__(self, data: Mapping[str, Any] | None = None, *, choices: list[FieldChoice]) -> None:
        super().__init__(data)
        self.differing = [choice for choice in choices if choice.differs]
        for choice in self.differing:
            self.fields[choice.field] = forms.ChoiceField(
                choices=SIDES, required=False, initial=choice.stays, widget=forms.RadioSelect
            )
        self.fields["reason"] = ReasonForm.base_fields["reason"]

    clean_reason = ReasonForm.clean_reason

    @property
    def keep(self) -> dict[str, str]:
        """The choices made."""
        chosen = {choice.field: self.cleaned_data[choice.field] for choice in self.differing}
        return {field: side for field, side in chosen.items() if side}

    def stays(self, choice: FieldChoice) -> str:
        """Whose value is ticked: as sent, else as offered."""
        sent = self.data.get(choice.field, "") if self.is_bound else ""
        return sent if sent in dict(SIDES) else choice.stays


class EraseForm(ReasonForm):
    """Erasing can't be taken back, so the number is typed."""

    number = forms.CharField(max_length=20, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    field_order = ["number", "reason"]

    def __init__(self, data: Mapping[str, Any] | None = None, *, customer: Customer) -> None:
        self.customer = customer
        super().__init__(data, submit="Erase for ever", cancel=customer.get_absolute_url())
        self.fields["number"].label = f"Type {customer.number} to go on"

    def clean_number(self) -> str:
        number = str(self.cleaned_data["number"])
        if number.upper() != self.customer.number:
            raise forms.ValidationError(f"Type {self.customer.number}, the number of this record.")
        return number
