"""Forms of returns: what came back of each line, why, and how money goes back."""

import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from django import forms

from billing.forms.fields import LevelField
from billing.models import BillLine, Way
from billing.services.return_money import CHOICES, GiveBack
from billing.services.return_plan import ReturnItem
from viveka.stores.form_fields import TextField
from viveka.stores.money import show_quantity


class VoidForm(forms.Form):
    """Why, and how money goes back. `key` makes a form sent twice one deed."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    reason = TextField(most=500, error_messages={"required": "Say why."})
    method = forms.ChoiceField(label="What was paid goes back as", choices=[(one, Way(one).label) for one in CHOICES])
    reference = TextField(most=80, required=False, help_text="Of the card or UPI payment.")
    over_debts = forms.BooleanField(label="Pay it out although other debts are open", required=False)

    def __init__(self, *args: Any, may_be_silent: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = not may_be_silent  # a manager says why, with the PIN

    @classmethod
    def start(cls, method: str) -> dict[str, Any]:
        """What the form begins with."""
        return {"key": uuid.uuid4(), "method": method}

    def give_back(self) -> GiveBack:
        told = self.cleaned_data
        return GiveBack(told.get("method") or Way.CASH, told.get("reference", ""), told.get("over_debts", False))


class ReturnForm(VoidForm):
    """The same with a quantity for each line that something is left of, and whether it is written off."""

    def __init__(self, *args: Any, lines: Iterable[BillLine], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lines = [line for line in lines if line.left]
        for line in self.lines:
            label = f"{line.name} that comes back"
            self.fields[f"quantity-{line.position}"] = LevelField(label=label, required=False)
            self.fields[f"waste-{line.position}"] = forms.BooleanField(label=f"Write off {line.name}", required=False)

    @classmethod
    def everything(cls, lines: Iterable[BillLine]) -> dict[str, Any]:
        """All that is left of each line."""
        return {f"quantity-{line.position}": show_quantity(line.left) for line in lines if line.left}

    def rows(self) -> list[tuple[BillLine, Any, Any]]:
        """Each line with its two fields."""
        return [(line, self[f"quantity-{line.position}"], self[f"waste-{line.position}"]) for line in self.lines]

    def items(self) -> list[ReturnItem]:
        """What came back, of lines of which something did."""
        told = self.cleaned_data
        return [
            ReturnItem(line.pk, told[f"quantity-{line.position}"], not told.get(f"waste-{line.position}"))
            for line in self.lines
            if told.get(f"quantity-{line.position}")
        ]

    def field_of(self, name: str, items: Sequence[ReturnItem]) -> str:
        """The field of this form that `items.0.quantity` is about."""
        parts = name.split(".")
        if len(parts) == 3 and parts[0] == "items":
            line_id = items[int(parts[1])].line_id
            return next((f"quantity-{line.position}" for line in self.lines if line.pk == line_id), "")
        return name
