"""The three kinds of record, as the screens call them."""

from dataclasses import dataclass
from typing import Any

from advances.models import Appointment, Booking, Enquiry, Record
from viveka.diary import forms


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of record with its words and its forms."""

    name: str
    plural: str
    icon: str
    model: type[Record]
    form: type[forms.WhoForm]
    """What is typed when one is taken down."""
    edit_form: type[forms.DiaryForm]
    lines_called: str = ""
    """What its lines are; "" where it has none."""

    @property
    def title(self) -> str:
        return self.plural.capitalize()

    @property
    def list_url(self) -> str:
        return self._url("list")

    @property
    def new_url(self) -> str:
        return self._url("new")

    @property
    def edit_url(self) -> str:
        return self._url("edit")

    @property
    def done_url(self) -> str:
        return self._url("done")

    @property
    def cancel_url(self) -> str:
        return self._url("cancel")

    @property
    def reopen_url(self) -> str:
        return self._url("reopen")

    @property
    def counter_url(self) -> str:
        return self._url("counter")

    @property
    def advance_url(self) -> str:
        return self._url("advance")

    def _url(self, page: str) -> str:
        return f"diary:{self.name}-{page}"

    @property
    def has_lines(self) -> bool:
        return bool(self.lines_called)

    def rows(self) -> Any:
        return self.model._default_manager.all()


KINDS = {
    one.name: one
    for one in (
        Kind(
            "appointment", "appointments", "calendar-check", Appointment, forms.AppointmentForm,
            forms.AppointmentEditForm, "Services",
        ),
        Kind("booking", "bookings", "bag-heart", Booking, forms.BookingForm, forms.BookingEditForm, "Items"),
        Kind("enquiry", "enquiries", "chat-dots", Enquiry, forms.EnquiryForm, forms.EnquiryEditForm),
    )
}  # fmt: skip
