"""The lines of a file of customers: which column is what, and each line cleaned or refused."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from customers.details import clean_details
from customers.names import MOST, is_real
from viveka.stores.errors import Refused
from viveka.stores.incoming.columns import Columns, Mapped, Rows, places_by_heading
from viveka.stores.models import Store
from viveka.stores.phone import normalise_phone

_HEADINGS = {
    "phone": "phone mobile phonenumber mobilenumber mobileno phoneno contact contactno contactnumber cell tel telephone"
    " whatsapp phonee164",
    "name": "name customername fullname customer clientname firstname givenname lastname surname",
    "email": "email emailid emailaddress mail",
    "address": "address street streetnumber address1 address2 addressline1 addressline2 area suburb city town district"
    " state pincode postcode zip zipcode pin",
    "gst_number": "gst gstin gstno gstnumber",
    "gender": "gender sex",
    "note": "note notes remark remarks comment comments",
}
_JOINTS = {"name": " ", "phone": "", "address": ", "}
_ONCE = ("phone", "email", "gst_number", "gender")
_FIRST_NAMES = ("firstname", "givenname")
AnyLine = TypeVar("AnyLine", bound="Line")
BAD_PHONE_NOTE = "Phone in the imported file: "


@dataclass(slots=True)
class Line:
    """A line of the file, its number as a spreadsheet counts. `errors` say why it is refused, by field."""

    number: int
    phone: str | None = None
    details: dict[str, str] = field(default_factory=dict)
    errors: dict[str, list[str]] = field(default_factory=dict)
    said: dict[str, str] = field(default_factory=dict)
    """Of a refused line, the phone and the name as they were written."""

    @property
    def why(self) -> str:
        return " ".join(message for messages in self.errors.values() for message in messages)


def guess_columns(header: Sequence[str]) -> dict[str, list[int]]:
    """Which columns hold what, by their headings; several of one kind are put together (first name, surname)."""
    found = places_by_heading(header, _HEADINGS)
    for name in _ONCE:
        found[name] = found.get(name, [])[:1]
    found["name"] = _one_name(header, found.get("name", []))
    return {name: places for name, places in found.items() if places}


def _one_name(header: Sequence[str], places: list[int]) -> list[int]:
    """A column of whole names alone, else first name and surname."""
    parts = (*_FIRST_NAMES, "lastname", "surname")
    plain = {place: "".join(char for char in header[place].casefold() if char.isalnum()) for place in places}
    whole = [place for place in places if plain[place] not in parts]
    return whole[:1] or sorted(places, key=lambda place: (plain[place] not in _FIRST_NAMES, place))


def lack(held: Iterable[str]) -> str:
    """What the columns of a file of people lack, or ""."""
    return "" if {"name", "phone"} & set(held) else "Say which column holds the name or the phone."


COLUMNS = Columns(
    line="a customer",
    fields={
        "phone": "Phone", "name": "Name", "email": "E-mail address", "address": "Address", "gst_number": "GST number",
        "gender": "Gender", "note": "Note",
    },
    once=_ONCE,
    guess=guess_columns,
    lack=lack,
    most_lines=50_000,
)  # fmt: skip


def read_lines(
    store: Store, rows: Rows, columns: Mapped, first: int = 2, *, without_bad_phones: bool = False
) -> Iterator[Line]:
    """The lines after the header, cleaned; empty ones are left out. `first` is the number of the first one.

    A bad phone refuses its line. With `without_bad_phones` the line comes in without it, and the note keeps what
    was written.
    """
    for number, row in enumerate(rows, first):
        said = {name: joined(name, row, places) for name, places in columns.items()}
        if any(said.values()):
            yield clean_line(store, Line(number), said, without_bad_phones=without_bad_phones)


def joined(name: str, row: Sequence[str], places: Sequence[int]) -> str:
    """What a line says of one thing, out of all columns that hold it."""
    cells = (row[place].strip() for place in places if place < len(row))
    return _JOINTS.get(name, " ").join(cell for cell in cells if cell)


def clean_line(store: Store, line: AnyLine, said: dict[str, str], *, without_bad_phones: bool = False) -> AnyLine:
    """Put phone and details into the line, cleaned, or why it is refused."""
    written = {name: said.get(name, "")[:MOST] for name in ("phone", "name")}
    phone = said.pop("phone", "")
    if phone:
        try:
            line.phone = normalise_phone(phone, store.region)
        except Refused as refusal:
            if without_bad_phones:
                said["note"] = "\n".join(part for part in (said.get("note", ""), f"{BAD_PHONE_NOTE}{phone}") if part)
            else:
                line.errors.update(refusal.errors)
    try:
        line.details = {name: value for name, value in clean_details(said).items() if value}
    except Refused as refusal:
        line.errors.update(refusal.errors)
    if not line.errors and line.phone is None and not is_real(line.details.get("name", "")):
        line.errors["phone"] = ["Neither a phone nor a name."]
    if line.errors:
        line.said = written
    return line
