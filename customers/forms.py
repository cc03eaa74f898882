"""The forms of a customer's record; the rules are those of `customers.details` and the store's phone region."""

from collections.abc import Mapping
from typing import Any

from crispy_forms.layout import Column, Row
from django import forms

from customers.details import CLEANERS, Gender
from customers.models import DETAILS, SWITCHES, Customer
from customers.names import is_real
from viveka.stores.errors import Refused
from viveka.stores.forms import form_helper
from viveka.stores.incoming.forms import FileForm
from viveka.stores.models import Store
from viveka.stores.phone import normalise_phone, show_phone
from viveka.stores.text import clean_text


class CustomerForm(forms.Form):
    """All that people write of a customer. Without `customer` it makes a new record."""

    phone = forms.CharField(
        required=False, max_length=40, widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "off"})
    )
    name = forms.CharField(max_length=400, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    email = forms.CharField(
        label="E-mail",
        required=False,
        max_length=400,
        widget=forms.TextInput(attrs={"type": "email", "autocomplete": "off"}),
    )
    gst_number = forms.CharField(label="GST number", required=False, max_length=40)
    gender = forms.ChoiceField(required=False, choices=[("", "Not said"), *Gender.choices])
    address = forms.CharField(required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 2}))
    note = forms.CharField(required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2}))
    is_active = forms.BooleanField(label="Active", required=False)
    do_not_message = forms.BooleanField(
        label="Do not message", required=False, help_text="No WhatsApp from the store, no reminders."
    )

    def __init__(
        self, data: Mapping[str, Any] | None = None, *, store: Store, customer: Customer | None = None
    ) -> None:
        self.store, self.customer = store, customer
        initial: dict[str, Any] = {}
        if customer:
            initial = {field: getattr(customer, field) for field in (*DETAILS, *SWITCHES)}
            initial["phone"] = show_phone(customer.phone, store.region)
        super().__init__(data, initial=initial)
        if customer is None:
            for field in SWITCHES:
                del self.fields[field]
        for field in store.required_customer_fields:  # judged by the service, on the record as it will be
            self.fields[field].help_text = "Needed in this store."
        self.helper = self._helper()

    def _helper(self) -> Any:
        last = SWITCHES if self.customer else ()
        cancel = self.customer.get_absolute_url() if self.customer else ""
        return form_helper(
            Row(Column("phone", css_class="col-sm-5"), Column("name", css_class="col-sm-7")),
            Row(
                Column("email", css_class="col-sm-5"),
                Column("gst_number", css_class="col-sm-4"),
                Column("gender", css_class="col-sm-3"),
            ),
            "address",
            "note",
            *last,
            submit="Save",
            cancel=cancel,
        )

    def clean_phone(self) -> str:
        """The E.164 form, "" for none."""
        phone = self.cleaned_data["phone"]
        try:
            return normalise_phone(phone, self.store.region) if phone else ""
        except Refused as refusal:
            raise forms.ValidationError(refusal.message) from None

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        for field in DETAILS:
            if field in cleaned:
                try:
                    cleaned[field] = CLEANERS[field](cleaned[field], field=field)
                except Refused as refusal:
                    self.add_error(field, refusal.message)
        nobody = cleaned.get("phone") == "" and "name" in cleaned and not is_real(cleaned["name"])
        if nobody and self.customer is None:
            self.add_error("phone", "Give a phone number, or a name of more than one letter.")
        return cleaned

    @property
    def details(self) -> dict[str, str]:
        """The fields besides the phone, cleaned."""
        return {field: self.cleaned_data[field] for field in DETAILS}


class ReasonForm(forms.Form):
    """Why something is done to a record, for those who read its history later."""

    reason = forms.CharField(
        required=False, max_length=400, label="Why (optional)", widget=forms.TextInput(attrs={"autocomplete": "off"})
    )

    def __init__(self, data: Mapping[str, Any] | None = None, *, submit: str, cancel: str = "") -> None:
        super().__init__(data)
        self.helper = form_helper(*self.fields, submit=submit, cancel=cancel)

    def clean_reason(self) -> str:
        try:
            return clean_text(self.cleaned_data["reason"], field="reason", most=200)
        except Refused as refusal:
            raise forms.ValidationError(refusal.message) from None


class ImportForm(FileForm):
    """A file of customers to look at before it is brought in."""

    without_bad_phones = forms.BooleanField(
        required=False,
        label="Bring lines with a wrong phone in without it",
        help_text="The note of the customer then keeps what was written. Otherwise such lines are refused.",
    )
