"""What programs send of appointments, bookings and enquiries, under whichever name their other systems have for it."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, ValidationError, WithJsonSchema

from advances.models import PaymentMode
from advances.services import Line, Paid, Who
from advances.services.record_parts import ASKED, MOST_LINES, summary_of
from billing.models import Product
from billing.services.record_sales import with_products
from viveka.stores.api.errors import said_of
from viveka.stores.api.fields import (
    CountryCode,
    Incoming,
    Lines500,
    Lines1000,
    Method,
    Minutes,
    NullableMoney,
    OptionalDay,
    OptionalId,
    OptionalMoment,
    Quantity,
    Text40,
    Text80,
    Text200,
    Text254,
)
from viveka.stores.api.reading import wrong
from viveka.stores.errors import Missing, Refused, RefusedFields
from viveka.stores.middleware import StoreRequest
from viveka.stores.money import ZERO

MODES = ", ".join(PaymentMode.values)
PHONE = "In the store's region, or with a country code; also as phone, or as country_code and contact_no."


class PersonIn(Incoming):
    """Whose it is. The customer is found by the phone, or made; what is given fills what was empty."""

    phone_number: Text40 = Field("", examples=["+919876543210"], description=PHONE)
    phone: Text40 = Field("", examples=["98765 43210"], description="The same as phoneNumber.")
    country_code: CountryCode = Field("", description="Goes with contactNo.")
    contact_no: Text40 = Field("", examples=["9876543210"], description="A phone without its country code.")
    name: Text200 = Field("", examples=["Jane Smith"])
    customer_name: Text200 = Field("", examples=["Jane Smith"], description="The same as name.")
    gender: Text40 = Field("", examples=["female"], description="female, male or other")
    email: Text254 = Field("", examples=["jane@example.com"])
    email_id: Text254 = Field("", examples=["jane@example.com"], description="The same as email.")
    address: Lines500 = Field("", examples=["12 Lake Road, Pune"])
    gst_no: Text40 = Field("", examples=["27AAPFU0939F1ZV"], description="GSTIN with a right check digit.")
    note: Lines1000 = Field("", examples=["Likes tea"], description="Kept on the customer's record.")

    @property
    def who(self) -> Who:
        phone = self.phone_number or self.phone
        details = {
            "name": self.name or self.customer_name,
            "email": self.email or self.email_id,
            "gender": self.gender,
            "address": self.address,
            "gst_number": self.gst_no,
            "note": self.note,
        }
        return Who(phone or self.contact_no, "" if phone else self.country_code, details)

    def names(self) -> dict[str, str]:
        """What the operation calls its fields: what they were called here."""
        phone = next((name for name in ("phone_number", "phone", "contact_no") if getattr(self, name)), "phone_number")
        return {
            "phone": phone,
            "name": "name" if self.name else "customer_name",
            "email": "email" if self.email else "email_id",
            "gst_number": "gst_no",
            "amount": "advance_amount",
        }


def _object_of_text(value: Any) -> Any:
    """A text alone is a line of that name."""
    return {"name": value} if isinstance(value, str) else value


class LineIn(Incoming):
    """A service or an item: a product of the store, or anything by name."""

    product_id: OptionalId = Field(None, description="A product of the store.")
    name: Text200 = Field("", examples=["Bridal makeup"], description="Needed where no product is given.")
    quantity: Quantity = Decimal(1)
    price: NullableMoney = Field(None, description="The price agreed; the shop's of the day where none is given.")


def _list_of_lines(value: Any) -> Any:
    return [] if value is None else value


Lines = Annotated[list[LineIn], BeforeValidator(_list_of_lines)]


class PaidIn(PersonIn):
    advance_amount: NullableMoney = Field(None, description="Money paid ahead with it; 0 is none.")
    payment_mode: Method = Field("", examples=["upi"], description=f"Of the advance, in any case: {MODES}.")
    payment_reference: Text80 = Field("", examples=["UPI-4411"], description="The payment's own reference.")
    notes: Lines1000 = Field("", examples=["First visit"], description="Staff notes.")

    @property
    def paid(self) -> Paid:
        return Paid(self.advance_amount or ZERO, self.payment_mode, self.payment_reference)


class AppointmentIn(PaidIn):
    scheduled_at: OptionalMoment = Field(None, description="When; now where none is given.")
    minutes: Minutes = Field(30, description="How long.")
    services: Lines = Field([], max_length=MOST_LINES)

    def begins_at(self, now: datetime) -> datetime:
        return self.scheduled_at or now


class BookingIn(PaidIn):
    items: Lines = Field([], max_length=MOST_LINES)
    wanted_on: OptionalDay = Field(None, description="The day for which it is wanted.")


def _read_asked(value: Any) -> Any:
    """Text, or a list whose parts are read one by one later, so that a refusal names its part."""
    if isinstance(value, str) or (isinstance(value, list) and len(value) <= MOST_LINES):
        return value
    raise wrong(f"Send what was asked as text, or as a list of at most {MOST_LINES}.")


Asked = Annotated[
    Any,
    BeforeValidator(_read_asked),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "minLength": 1, "maxLength": ASKED},
                {
                    "type": "array",
                    "minItems": 1,
                    "maxItems": MOST_LINES,
                    "items": {
                        "anyOf": [
                            {"type": "string", "minLength": 1, "maxLength": 200},
                            {
                                "type": "object",
                                "required": ["name"],
                                "properties": {
                                    "name": {"type": "string", "minLength": 1, "maxLength": 200},
                                    "quantity": {"type": "number", "minimum": 0.001, "maximum": 99999999.999},
                                    "price": {"type": "number", "minimum": 0, "maximum": 9999999999.99},
                                },
                            },
                        ]
                    },
                },
            ],
            "examples": ["Bridal makeup on a Sunday?"],
        }
    ),
]


class EnquiryIn(PersonIn):
    """An advance that is sent with it is ignored."""

    enquiry_details: Asked = Field(description="What was asked: text, or a list of texts or of lines.")
    notes: Lines1000 = Field("", examples=["Call back in the evening"], description="Staff notes.")

    def asked(self) -> str:
        """In words. Raises RefusedFields naming the parts of a list that are neither text nor a line."""
        if isinstance(self.enquiry_details, str):
            return self.enquiry_details
        lines, errors = [], {}
        for place, one in enumerate(self.enquiry_details):
            try:
                lines.append(summary_of([_line(LineIn.model_validate(_object_of_text(one)))]))
            except ValidationError as error:
                for fault in error.errors():
                    errors[".".join(map(str, ("enquiryDetails", place, *fault["loc"])))] = [said_of(fault)]
        if errors:
            raise RefusedFields(errors)
        return "\n".join(lines)


def _line(line: LineIn) -> Line:
    return Line(line.name, line.quantity, line.price, line.product_id)


def lines_of(request: StoreRequest, sent: list[LineIn], field: str) -> list[Line]:
    """The lines with the products that they stand for. Raises Missing for a product that this store has not, Refused
    for a line without a name; each names the line."""
    lines = [_line(one) for one in sent]
    given = {line.product_id for line in lines if line.product_id is not None}
    known = set(Product.objects.of(request.store).filter(pk__in=given).values_list("pk", flat=True)) if given else set()
    for n, line in enumerate(lines):
        if line.product_id is not None and line.product_id not in known:
            raise Missing("No such product.", f"{field}.{n}.productId")
        if line.product_id is None and not line.name:
            raise Refused("Each line needs a name.", f"{field}.{n}.name")
    return with_products(request.store, lines)
