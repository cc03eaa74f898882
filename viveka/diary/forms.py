"""What people type about an appointment, a booking or an enquiry; the rules are those of advances.services."""

import uuid
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone

from advances.models import Appointment, Booking, Enquiry, PaymentMode
from advances.services import Paid, Slot, Who
from advances.services.record_parts import ASKED, MOST_MINUTES, NOTES
from customers.details import Gender
from viveka.stores.form_fields import AmountField, DayField, offer_rows
from viveka.stores.models import Store, User
from viveka.stores.money import ZERO

TOO_OLD = "This form is too old. Load the page again."
Said = Mapping[str, Any] | None


class DiaryForm(forms.Form):
    """A form of the store; `called` says under which name it has a field that a service calls otherwise."""

    called = {"paymentMode": "mode"}

    def __init__(
        self, data: Mapping[str, Any] | None = None, *, store: Store, initial: Mapping[str, Any] | None = None
    ):
        self.store = store
        super().__init__(data, initial=dict(initial or {}))
        for field in self.fields.values():
            if not field.widget.is_hidden:
                look = "form-select" if isinstance(field.widget, forms.Select) else "form-control"
                field.widget.attrs["class"] = look

    def typed(self, name: str) -> Any:
        return self.cleaned_data.get(name)


class WhoForm(DiaryForm):
    """Whose it is. `record` is the key that it will have: a form sent twice takes one down."""

    record = forms.UUIDField(widget=forms.HiddenInput, error_messages=dict.fromkeys(["invalid", "required"], TOO_OLD))
    country_code = forms.CharField(
        label="Country code", required=False, max_length=8, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    phone = forms.CharField(
        required=False, max_length=40, widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "off"})
    )
    name = forms.CharField(required=False, max_length=400, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    gender = forms.ChoiceField(required=False, choices=[("", "Not said"), *Gender.choices])
    email = forms.CharField(
        label="E-mail", required=False, max_length=400,
        widget=forms.TextInput(attrs={"type": "email", "autocomplete": "off"}),
    )  # fmt: skip
    address = forms.CharField(required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(
        self, data: Mapping[str, Any] | None = None, *, store: Store, initial: Mapping[str, Any] | None = None
    ):
        super().__init__(data, store=store, initial={"record": uuid.uuid4(), **(initial or {})})

    @property
    def who(self) -> Who:
        details = {name: self.typed(name) for name in ("name", "gender", "email", "address")}
        return Who(self.typed("phone"), self.typed("country_code"), details)

    @property
    def has_more(self) -> bool:
        """Whether the details that are folded away have something to say."""
        names = ("gender", "email", "address")
        return any(self[name].value() or self[name].errors for name in names)


class PersonField(forms.ModelChoiceField):
    """Somebody of the staff, as the shop calls them."""

    def label_from_instance(self, obj: User) -> str:
        return obj.called


class SlotForm(DiaryForm):
    """When, for how long, and who serves."""

    day = DayField()
    time = forms.TimeField(
        widget=forms.TimeInput(attrs={"type": "time", "step": 300}, format="%H:%M"), input_formats=["%H:%M", "%H:%M:%S"]
    )
    minutes = forms.IntegerField(
        label="Minutes", min_value=1, max_value=MOST_MINUTES,
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "list": "lengths", "autocomplete": "off"}),
    )  # fmt: skip
    served_by = PersonField(queryset=User.objects.none(), required=False, empty_label="Nobody yet", label="Served by")

    def __init__(
        self, data: Mapping[str, Any] | None = None, *, store: Store, initial: Mapping[str, Any] | None = None
    ):
        super().__init__(data, store=store, initial={"minutes": 30, **(initial or {})})
        staff = User.objects.filter(memberships__store=store, memberships__ended_at__isnull=True, is_active=True)
        offer_rows(self, "served_by", staff.order_by("first_name", "username").distinct())

    @property
    def begins_at(self) -> datetime:
        return datetime.combine(self.cleaned_data["day"], self.cleaned_data["time"], self.store.zone)

    @property
    def slot(self) -> Slot:
        return Slot(self.begins_at, self.cleaned_data["minutes"], self.cleaned_data["served_by"])


class _WantedForm(DiaryForm):
    wanted_on = DayField(label="Wanted on", required=False)


class _AskedForm(DiaryForm):
    asked = forms.CharField(
        label="What was asked", required=False, max_length=2 * ASKED, widget=forms.Textarea(attrs={"rows": 4})
    )


class _NotesForm(DiaryForm):
    notes = forms.CharField(
        label="Staff notes", required=False, max_length=2 * NOTES, widget=forms.Textarea(attrs={"rows": 2})
    )


class PaidForm(DiaryForm):
    """Money that comes with it; none where no amount is typed, or 0."""

    amount = AmountField(label="Advance", required=False)
    mode = forms.ChoiceField(label="Paid by", choices=PaymentMode.choices, required=False)
    reference = forms.CharField(required=False, max_length=80, widget=forms.TextInput(attrs={"autocomplete": "off"}))

    @property
    def paid(self) -> Paid:
        amount: Decimal = self.typed("amount") or ZERO
        return Paid(amount, self.typed("mode") or "", self.typed("reference"))


class AppointmentForm(WhoForm, SlotForm, _NotesForm, PaidForm):
    """A new appointment."""


class AppointmentEditForm(SlotForm, _NotesForm):
    """An appointment that is open."""


class BookingForm(WhoForm, _WantedForm, _NotesForm, PaidForm):
    """A new booking."""


class BookingEditForm(_WantedForm, _NotesForm):
    """A booking that is open."""


class EnquiryForm(WhoForm, _AskedForm, _NotesForm):
    """A new enquiry."""


class EnquiryEditForm(_AskedForm, _NotesForm):
    """An enquiry that is open."""


class MoveForm(DiaryForm):
    """Another time for an appointment."""

    day = DayField()
    time = SlotForm.base_fields["time"]

    @property
    def begins_at(self) -> datetime:
        return datetime.combine(self.cleaned_data["day"], self.cleaned_data["time"], self.store.zone)


def initial_of(record: Appointment | Booking | Enquiry, store: Store) -> dict[str, Any]:
    """What the form of an open record begins with."""
    said: dict[str, Any] = {"notes": record.notes}
    if isinstance(record, Appointment):
        begins = timezone.localtime(record.scheduled_at, store.zone)
        said |= {"day": begins.date(), "time": begins.time(), "minutes": record.minutes, "served_by": record.served_by}
    elif isinstance(record, Booking):
        said |= {"wanted_on": record.wanted_on}
    else:
        said |= {"asked": record.asked}
    return said


def read_day(text: str | None, today: date) -> date:
    """A day of an address; today where it is none."""
    try:
        return DayField().clean(text or "") or today
    except forms.ValidationError:
        return today
