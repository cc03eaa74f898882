"""What is said of an appointment, a booking or an enquiry: who, when, which lines; and how each part is judged."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from advances.models import Appointment, AppointmentLine, Booking, BookingLine
from viveka.stores.errors import Refused
from viveka.stores.models import Membership, Store, User
from viveka.stores.money import MAX_MONEY, MAX_QUANTITY, MIN_QUANTITY, ZERO, show_quantity
from viveka.stores.text import clean_text

MOST_LINES = 50
MOST_MINUTES = 24 * 60
NOTES, ASKED, NAME, SUMMARY = 1000, 2000, 200, 600  # longest texts, in characters


@dataclass(frozen=True, slots=True)
class Who:
    """The customer as typed: a phone, maybe with its country code apart, and details of the record."""

    phone: str
    country_code: str = ""
    details: Mapping[str, str | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Line:
    """A service or an item: `price` None is the shop's of the day, `product_id` the product it stands for."""

    name: str
    quantity: Decimal = Decimal(1)
    price: Decimal | None = None
    product_id: int | None = None


@dataclass(frozen=True, slots=True)
class Slot:
    """When an appointment is, for how many minutes, and who serves."""

    begins_at: datetime
    minutes: int = 30
    served_by: User | None = None

    @property
    def ends_at(self) -> datetime:
        return self.begins_at + timedelta(minutes=self.minutes)


@dataclass(frozen=True, slots=True)
class Content:
    """What is arranged: lines, and what staff noted. `wanted_on` is a booking's day."""

    lines: Sequence[Line] = ()
    notes: str = ""
    wanted_on: date | None = None


def check_slot(store: Store, slot: Slot) -> dict[str, Any]:
    """The fields of an appointment. Raises Refused for a time that is none, or somebody who does not work here."""
    if not 1 <= slot.minutes <= MOST_MINUTES:
        raise Refused(f"An appointment lasts 1 to {MOST_MINUTES} minutes.", "minutes")
    if slot.served_by and not Membership.objects.standing().filter(store=store, user=slot.served_by).exists():
        raise Refused("Choose somebody who works in this store.", "served_by")
    return {"scheduled_at": slot.begins_at, "ends_at": slot.ends_at, "served_by": slot.served_by}


def check_notes(text: str) -> str:
    """Staff notes, cleaned. Raises Refused."""
    return clean_text(text, field="notes", most=NOTES, lines=True)


def check_asked(text: str) -> str:
    """What was asked, cleaned. Raises Refused where nothing was."""
    asked = clean_text(text, field="asked", most=ASKED, lines=True)
    if not asked:
        raise Refused("Write down what was asked.", "asked")
    return asked


def check_lines(lines: Sequence[Line]) -> list[Line]:
    """The lines with clean names. Raises Refused naming `lines`."""
    if len(lines) > MOST_LINES:
        raise Refused(f"At most {MOST_LINES} lines.", "lines")
    return [_check_line(line) for line in lines]


def _check_line(line: Line) -> Line:
    name = clean_text(line.name, field="lines", most=NAME)
    if not name:
        raise Refused("Each line needs a name.", "lines")
    if not MIN_QUANTITY <= line.quantity <= MAX_QUANTITY:
        raise Refused(f"A quantity is between {MIN_QUANTITY} and {MAX_QUANTITY}.", "lines")
    if line.price is not None and not ZERO <= line.price <= MAX_MONEY:
        raise Refused(f"A price is between 0 and {MAX_MONEY}.", "lines")
    return Line(name, line.quantity, line.price, line.product_id)


def summary_of(lines: Sequence[Line]) -> str:
    """The lines in words: `2 × Manicure at 250.00, Bridal makeup`."""
    said = []
    for line in lines:
        words = line.name if line.quantity == 1 else f"{show_quantity(line.quantity)} × {line.name}"
        said.append(words if line.price is None else f"{words} at {line.price:.2f}")
    text = ", ".join(said)
    return text if len(text) <= SUMMARY else f"{text[: SUMMARY - 1]}…"


def write_lines(record: Appointment | Booking, lines: Sequence[Line]) -> None:
    """The lines of an open record in place of those it has."""
    record.lines.all().delete()
    common = {"store_id": record.store_id, record.kind: record}
    model: Any = AppointmentLine if isinstance(record, Appointment) else BookingLine
    model.objects.bulk_create(
        model(
            **common, position=place, name=line.name, quantity=line.quantity, price=line.price,
            product_id=line.product_id,
        )
        for place, line in enumerate(lines, 1)
    )  # fmt: skip


def lines_of(record: Appointment | Booking) -> list[Line]:
    """The lines of a record as they can be said again."""
    return [Line(one.name, one.quantity, one.price, one.product_id) for one in record.lines.order_by("position")]
