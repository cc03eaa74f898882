"""The lines of a record as typed: one row each, given back with what is wrong in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import zip_longest

from django.http import QueryDict

from advances.services import Line
from advances.services.record_parts import MOST_LINES, NAME
from viveka.stores.errors import Refused
from viveka.stores.money import read_amount, read_quantity, show_quantity
from viveka.stores.text import clean_text

BLANK_ROWS = 2


@dataclass(slots=True)
class Row:
    """A line as it stands in its boxes."""

    name: str = ""
    quantity: str = ""
    price: str = ""
    error: str = ""

    @property
    def is_blank(self) -> bool:
        return not (self.name.strip() or self.quantity.strip() or self.price.strip())

    def read(self) -> Line | None:
        """The line, or None with `error` said."""
        try:
            name = clean_text(self.name, field="name", most=NAME)
            if not name:
                raise Refused("Say what it is.")
            quantity = read_quantity(self.quantity.strip()) if self.quantity.strip() else Decimal(1)
            price = read_amount(self.price.strip(), field="price") if self.price.strip() else None
            return Line(name, quantity, price)
        except Refused as refusal:
            self.error = refusal.message
            return None


class TypedLines:
    """All rows; a blank one is no line."""

    def __init__(self, rows: Sequence[Row] = (), *, more: int = BLANK_ROWS) -> None:
        self.rows = [*rows, *(Row() for _ in range(more))]
        self.error = ""

    @classmethod
    def posted(cls, data: QueryDict) -> "TypedLines":
        columns = (data.getlist(f"line_{name}") for name in ("name", "quantity", "price"))
        rows = [Row(*row) for row in zip_longest(*columns, fillvalue="")]
        kept = [row for row in rows if not row.is_blank][: MOST_LINES + 1]
        return cls(kept)

    @classmethod
    def of(cls, lines: Sequence[Line]) -> "TypedLines":
        return cls([Row(one.name, show_quantity(one.quantity), _plain(one.price)) for one in lines])

    def read(self) -> list[Line] | None:
        """The lines; None where something is wrong in one of them."""
        read = [row.read() for row in self.rows if not row.is_blank]
        return None if None in read else [one for one in read if one]


def _plain(price: Decimal | None) -> str:
    return "" if price is None else f"{price:.2f}"
