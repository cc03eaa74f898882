"""The forms of a customer's record; the rules are those of `customers.details` and the store's phone region."""

from collections.abc import Mapping, Sequence
from typing import Any

from crispy_forms.layout import Column, Row
from django import forms

from customers.details import CLEANERS, Gender
from customers.import_lines import Mapped, guess_columns
from customers.kept_imports import MOST_BYTES
from customers.models import DETAILS, SWITCHES, Customer
from customers.names import is_real
from viveka.stores.errors import Refused
from viveka.stores.forms import form_helper
from viveka.stores.models import Store
from viveka.stores.phone import normalise_phone, show_phone
from viveka.stores.text import clean_text

IMPORTED = {
    "phone": "Phone", "name": "Name", "email": "E-mail address", "address": "Address", "gst_number": "GST number",
    "gender": "Gender", "note": "Note",
}  # fmt: skip


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


class ImportForm(forms.Form):
    """A file of customers to look at before it is brought in."""

    file = forms.FileField(
        label="CSV or XLSX file",
        help_text="Headings in the first line; at most 10 MB and 50,000 lines.",
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx,text/csv"}),
        max_length=200,
    )
    without_bad_phones = forms.BooleanField(
        required=False,
        label="Bring lines with a wrong phone in without it",
        help_text="The note of the customer then keeps what was written. Otherwise such lines are refused.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = form_helper("file", "without_bad_phones", submit="Look at it first")

    def clean_file(self) -> Any:
        upload = self.cleaned_data["file"]
        if upload.size > MOST_BYTES:
            raise forms.ValidationError("The file is larger than 10 MB. Divide it into several.")
        return upload


class ColumnsForm(forms.Form):
    """What each column of a file holds; several of one kind are put together, as first name and surname."""

    kinds = IMPORTED
    once: tuple[str, ...] = ("phone", "email", "gst_number", "gender")
    """What only one column can hold."""

    no_header = forms.BooleanField(required=False, label="The first line is a customer already, not headings")

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        lines: list[list[str]],
        columns: Mapped | None = None,
        has_header: bool = True,
    ) -> None:
        super().__init__(data, initial={"no_header": not has_header})
        self.lines = lines
        held = {place: name for name, places in (columns or self.guessed(lines[0])).items() for place in places}
        for place, heading in enumerate(lines[0]):
            self.fields[f"column-{place}"] = forms.ChoiceField(
                label=heading.strip() or f"Column {place + 1}",
                choices=[("", "Left out"), *self.kinds.items()],
                required=False,
                initial=held.get(place, ""),
                widget=forms.Select(attrs={"class": "form-select"}),
            )

    def guessed(self, header: Sequence[str]) -> Mapped:
        """What the headings say that the columns hold."""
        return guess_columns(header)

    def why_not_enough(self, held: Sequence[str]) -> str:
        """What is missing among all that the columns hold, or ""."""
        return "" if "name" in held or "phone" in held else "Say which column holds the name or the phone."

    @property
    def has_header(self) -> bool:
        return not self.cleaned_data["no_header"]

    @property
    def columns(self) -> dict[str, list[int]]:
        """By what they hold, the places of the columns."""
        found: dict[str, list[int]] = {}
        for place in range(len(self.lines[0])):
            if held := self.cleaned_data[f"column-{place}"]:
                found.setdefault(held, []).append(place)
        return found

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        held = list(cleaned.values())
        if why := self.why_not_enough(held):
            self.add_error(None, why)
        for name in self.once:
            if held.count(name) > 1:
                self.add_error(None, f"Only one column can hold “{self.kinds[name]}”.")
        return cleaned

    def told(self) -> list[tuple[Any, list[str]]]:
        """Each column's field, with what stands in it."""
        return [(self[f"column-{place}"], [line[place] for line in self.lines]) for place in range(len(self.lines[0]))]
