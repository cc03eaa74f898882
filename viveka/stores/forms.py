"""The forms of the ground floor: the store's settings, its people, and the crispy helper that all forms share."""

import calendar
import zoneinfo
from datetime import date
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import HTML, Column, Fieldset, Layout, Row, Submit
from django import forms
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.contrib.auth.password_validation import validate_password
from django.http import HttpRequest, QueryDict
from django.utils import timezone

from viveka.stores.errors import Refused
from viveka.stores.form_fields import AmountField
from viveka.stores.models import Role, Store, User
from viveka.stores.text import clean_text

REQUIRED_OF_CUSTOMERS = ("requires_address", "requires_email", "requires_gst_number")
MONTHS = [(number, calendar.month_name[number]) for number in range(1, 13)]


def form_helper(*layout: Any, submit: str, cancel: str = "") -> FormHelper:
    """How a form looks: these fields, a button of this name, and a way back to the address `cancel`."""
    helper = FormHelper()
    helper.layout = Layout(*layout)
    helper.add_input(Submit("", submit))
    helper.attrs = {"novalidate": ""}
    if cancel:
        helper.layout.append(HTML(f'<a class="btn btn-link float-end" href="{cancel}">Cancel</a>'))
    return helper


def posted(request: HttpRequest) -> QueryDict | None:
    """What a form was sent, be it nothing; None where none was sent."""
    return request.POST if request.method == "POST" else None


def add_refusal(form: forms.BaseForm, refusal: Refused) -> None:
    """Show a refusal at the fields that it names, or above the form."""
    if not refusal.errors:
        form.add_error(None, refusal.message)
    for field, messages in refusal.errors.items():
        for message in messages:
            form.add_error(field if field in form.fields else None, message)


class SignInForm(AuthenticationForm):
    """A name longer than any name is wrong like any other, before it is counted as a failed try."""

    def clean_username(self) -> str:
        username: str = self.cleaned_data["username"]
        if len(username) > 150:
            raise self.get_invalid_login_error()
        return username


class PasswordForm(PasswordChangeForm):
    """The person's own password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = form_helper("old_password", "new_password1", "new_password2", submit="Change my password")


class PinForm(forms.Form):
    """The person's own PIN in the store."""

    pin = forms.CharField(label="New PIN", max_length=8, help_text="Four to eight digits.")
    again = forms.CharField(label="The same again", max_length=8)
    password = forms.CharField(label="Your password", strip=False, max_length=128)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("pin", "again"):
            attrs = {"inputmode": "numeric", "autocomplete": "off"}
            self.fields[name].widget = forms.PasswordInput(attrs=attrs)
        self.fields["password"].widget = forms.PasswordInput(attrs={"autocomplete": "current-password"})
        self.helper = form_helper(Row(Column("pin"), Column("again")), "password", submit="Set my PIN")


class StoreForm(forms.ModelForm):
    """A store's settings, for its managers."""

    timezone = forms.ChoiceField(
        label="Time zone", choices=lambda: [(z, z) for z in sorted(zoneinfo.available_timezones())]
    )
    year_begins = forms.TypedChoiceField(
        label="Financial year begins in",
        choices=MONTHS,
        coerce=int,
        help_text="Bill numbers start again with each financial year.",
    )

    default_credit_limit = AmountField(
        label="Credit limit without an account", required=False, help_text="Empty: no limit."
    )

    class Meta:
        model = Store
        fields: tuple[str, ...] = (
            "name",
            "region",
            "currency",
            "timezone",
            "bill_prefix",
            "year_begins",
            "default_stock_policy",
            "receipt_header",
            "receipt_footer",
            "rounds_to_rupee",
            "allows_below_cost",
            "upi_id",
            "needs_till",
            "locks_after_minutes",
            "closed_until",
            "credit_needs_account",
            "default_credit_limit",
            "default_terms_days",
            "reminder_text",
            "advance_expiry_days",
            "requires_address",
            "requires_email",
            "requires_gst_number",
        )
        widgets = {
            "closed_until": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "receipt_header": forms.Textarea(attrs={"rows": 3}),
            "receipt_footer": forms.Textarea(attrs={"rows": 3}),
            "reminder_text": forms.Textarea(attrs={"rows": 3}),
        }
        labels = {
            "requires_address": "An address",
            "requires_email": "An e-mail address",
            "requires_gst_number": "A GST number",
        }
        help_texts = {
            "requires_gst_number": "Who comes in another way, at the counter or by an import, is marked as incomplete "
            "where something is missing.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = form_helper(
            "name",
            Row(Column("region"), Column("currency"), Column("timezone")),
            Row(Column("bill_prefix"), Column("year_begins"), Column("default_stock_policy")),
            "receipt_header",
            "receipt_footer",
            "rounds_to_rupee",
            "allows_below_cost",
            "needs_till",
            Row(Column("upi_id"), Column("closed_until"), Column("locks_after_minutes")),
            Fieldset(
                "Credit",
                "credit_needs_account",
                Row(Column("default_credit_limit"), Column("default_terms_days")),
                "reminder_text",
                css_class="mb-3",
            ),
            Fieldset("Advances", Row(Column("advance_expiry_days", css_class="col-sm-6")), css_class="mb-3"),
            Fieldset("What the form of a customer insists on", *REQUIRED_OF_CUSTOMERS, css_class="mb-3"),
            submit="Save settings",
        )

    def clean_name(self) -> str:
        return self._text("name", most=120)

    def clean_receipt_header(self) -> str:
        return self._text("receipt_header", most=500, lines=True)

    def clean_receipt_footer(self) -> str:
        return self._text("receipt_footer", most=500, lines=True)

    def clean_reminder_text(self) -> str:
        return self._text("reminder_text", most=500, lines=True)

    def clean_closed_until(self) -> date | None:
        """Books are closed up to a day that is over; else the counter could sell nothing."""
        day: date | None = self.cleaned_data["closed_until"]
        if day and day >= self.instance.day_of(timezone.now()):
            raise forms.ValidationError("Only days that are over can be closed.")
        return day

    def _text(self, field: str, *, most: int, lines: bool = False) -> str:
        try:
            return clean_text(self.cleaned_data[field], field=field, most=most, lines=lines)
        except Refused as refusal:
            raise forms.ValidationError(refusal.message) from None


class MemberForm(forms.Form):
    """A person to work in the store: one who has an account, or a new one."""

    username = forms.CharField(
        label="User name",
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"}),
    )
    role = forms.ChoiceField(choices=Role.choices)
    full_name = forms.CharField(label="Full name", max_length=150, required=False, help_text="For a new person.")
    password = forms.CharField(
        required=False,
        strip=False,
        max_length=128,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="For a new person. Who has an account already keeps their own.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = form_helper(
            Row(Column("username", css_class="col-sm-6"), Column("role", css_class="col-sm-6")),
            Row(Column("full_name", css_class="col-sm-6"), Column("password", css_class="col-sm-6")),
            submit="Add to the store",
        )

    def clean_full_name(self) -> str:
        try:
            return clean_text(self.cleaned_data["full_name"], field="full_name", most=150)
        except Refused as refusal:
            raise forms.ValidationError(refusal.message) from None

    def clean(self) -> dict[str, Any]:
        """A new person's password has to be a good one; of somebody with an account nothing is changed."""
        cleaned: dict[str, Any] = super().clean() or {}
        username, password = cleaned.get("username", ""), cleaned.get("password", "")
        if username and password and not User.objects.filter(username__iexact=username).exists():
            try:
                validate_password(password, User(username=username, first_name=cleaned.get("full_name", "")))
            except forms.ValidationError as error:
                self.add_error("password", error)
        return cleaned
