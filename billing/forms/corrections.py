"""Forms of corrections: whose it was really, and how it was really paid."""

from typing import Any

from django import forms

from billing.models.correction import METHODS
from customers.models import Customer
from viveka.stores.errors import Refused
from viveka.stores.form_fields import TextField, offer
from viveka.stores.models import Store


class OwnerForm(forms.Form):
    """Whose it was, by phone or number; empty is nobody, where that can be."""

    who = forms.CharField(
        label="Whose it was", max_length=40, help_text="Phone or CUST number.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    reason = TextField(most=500, label="Why", error_messages={"required": "Say why."})

    def __init__(self, *args: Any, store: Store, may_be_nobody: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **{"prefix": "owner", **kwargs})
        self.store = store
        if may_be_nobody:
            self.fields["who"].required = False
            self.fields["who"].help_text = "Phone or CUST number; empty: nobody on record."

    def clean_who(self) -> int | None:
        """The key of the customer; one who is not on record is added as a customer first."""
        text = self.cleaned_data["who"].strip()
        if not text:
            return None
        numbered = Customer.objects.of(self.store).on_record().filter(number=text.upper()).first()
        try:
            found = numbered or Customer.objects.with_phone(self.store, text)
        except Refused:
            found = None
        if found is None:
            raise forms.ValidationError("Nobody has this phone or number. Add the customer first.")
        return int(found.pk)


class MethodForm(forms.Form):
    """Which payment, and how it was paid."""

    payment = forms.ChoiceField(label="Payment")
    method = forms.ChoiceField(label="It was paid by", choices=[(one.value, one.label) for one in METHODS])
    reference = TextField(most=80, required=False)
    reason = TextField(most=500, label="Why", error_messages={"required": "Say why."})

    def __init__(self, *args: Any, payments: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **{"prefix": "method", **kwargs})
        offer(self, "payment", payments)
        if len(payments) == 1:
            self.fields["payment"].widget = forms.HiddenInput()
            self.initial["payment"] = payments[0][0]
            self.fields["method"].help_text = f"It stands as {payments[0][1]}."
