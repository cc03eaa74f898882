"""The forms of the ledger of advances. Cashiers enter today only: the field of the day is a manager's."""

import uuid
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import forms

from advances.models import AdvancePayment, PaymentMode
from viveka.stores.form_fields import AmountField, DayField, TextField
from viveka.stores.idempotency import KeyedRequest
from viveka.stores.middleware import StoreRequest
from viveka.stores.models import Membership
from viveka.stores.money import PAISA, show_amount


class _OnceForm(forms.Form):
    """A form whose hidden key makes what it asks for happen once, however often it is sent."""

    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, data: Mapping[str, Any] | None = None, *, initial: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, initial={"key": uuid.uuid4(), **(initial or {})})
        for name, field in self.fields.items():
            if name != "key":
                look = "form-select" if isinstance(field.widget, forms.Select) else "form-control"
                field.widget.attrs["class"] = look

    def request_of(self, request: StoreRequest) -> KeyedRequest:
        """The key with what was asked for, for the service."""
        said = {name: str(value) for name, value in sorted(self.cleaned_data.items()) if name != "key"}
        key = str(self.cleaned_data["key"])
        return KeyedRequest(request.store, request.user, "POST", request.path, key, repr(said).encode())


class AdvanceForm(_OnceForm):
    """Money that a customer pays ahead."""

    amount = AmountField()
    mode = forms.ChoiceField(label="Paid by", choices=PaymentMode.choices)
    payment_reference = TextField(
        most=80, required=False, label="Reference", help_text="Of the card, UPI or bank payment."
    )
    date = DayField(label="Date", required=False, help_text="Of an earlier day, where it was not entered then.")
    notes = TextField(most=500, required=False)

    def __init__(
        self, data: Mapping[str, Any] | None = None, *, membership: Membership, now: datetime, amount: str = ""
    ) -> None:
        self.membership, self.store, self.now = membership, membership.store, now
        today = self.store.day_of(now)
        super().__init__(data, initial={"date": today, "amount": amount})
        self.fields["amount"].widget.attrs["autofocus"] = True
        if membership.manages:
            self.fields["date"].widget.attrs["max"] = today.isoformat()
        else:
            del self.fields["date"]

    def clean_amount(self) -> Decimal:
        amount: Decimal = self.cleaned_data["amount"]
        if amount < PAISA:
            raise forms.ValidationError(f"An advance is at least {PAISA}.")
        return amount

    @property
    def told(self) -> dict[str, Any]:
        """What `add_advance` is told. Of an earlier day the first moment, so that a bill of that day can use it."""
        said = {name: self.cleaned_data[name] for name in ("amount", "mode", "payment_reference", "notes")}
        day: date | None = self.cleaned_data.get("date")
        is_today = day == self.store.day_of(self.now)
        return {**said, "at": self.store.start_of(day) if day and not is_today else None}


class RefundForm(_OnceForm):
    """Money that goes back to a customer, out of one advance."""

    amount = AmountField(required=False, help_text="Empty: all that is left.")
    mode = forms.ChoiceField(label="Paid back by", choices=PaymentMode.choices)
    reason = TextField(most=500, label="Why", error_messages={"required": "Say why it is refunded."})

    def __init__(
        self, data: Mapping[str, Any] | None = None, *, advance: AdvancePayment, membership: Membership
    ) -> None:
        super().__init__(data, initial={"mode": advance.mode or PaymentMode.CASH})
        currency = membership.store.currency
        if not membership.manages:  # the manager who allows it says why
            del self.fields["reason"]
        self.fields["amount"].help_text = f"Empty: all that is left, {show_amount(advance.remaining_amount, currency)}."


class ReverseForm(forms.Form):
    """Why an advance was a mistake."""

    reason = TextField(most=500, label="What was wrong", error_messages={"required": "Say why it is reversed."})

    def __init__(self, data: Mapping[str, Any] | None = None, *, membership: Membership) -> None:
        super().__init__(data)
        self.fields["reason"].widget.attrs["class"] = "form-control"
        if not membership.manages:
            del self.fields["reason"]
