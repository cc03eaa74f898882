"""The form of goods without their bill: lines as typed, who brought them, why, and how money goes back."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import zip_longest
from typing import Any

from django import forms
from django.http import QueryDict

from advances.services import Line
from billing.forms.returns import VoidForm
from billing.models import Way
from billing.services.credit_note_plan import NOWHERE, PLACES, SHELF, WASTE, NoteItem
from billing.services.record_sales import judge_lines
from viveka.stores.errors import Refused
from viveka.stores.form_fields import TextField
from viveka.stores.models import Store
from viveka.stores.money import read_amount, read_quantity
from viveka.stores.text import clean_text

BLANK_ROWS, MOST_ROWS = 2, 50
PLACE_NAMES = {SHELF: "To the shelf", WASTE: "Write off", NOWHERE: "Not counted"}


@dataclass(slots=True)
class GoodsRow:
    """A line as it stands in its boxes."""

    name: str = ""
    quantity: str = ""
    price: str = ""
    cost: str = ""
    place: str = SHELF
    error: str = ""
    places = list(PLACE_NAMES.items())

    @property
    def is_blank(self) -> bool:
        return not any(text.strip() for text in (self.name, self.quantity, self.price, self.cost))

    def read(self) -> tuple[Line, Decimal, Decimal | None, str] | None:
        """What was typed, or None with `error` said."""
        try:
            name = clean_text(self.name, field="name", most=200)
            if not name:
                raise Refused("Say what it is.")
            quantity = read_quantity(self.quantity.strip()) if self.quantity.strip() else Decimal(1)
            price = read_amount(self.price.strip(), field="price", label="The price")
            cost = read_amount(self.cost.strip(), field="cost", label="The cost") if self.cost.strip() else None
            if self.place not in PLACES:
                raise Refused("Say where it goes.")
            return Line(name, quantity), price, cost, self.place
        except Refused as refusal:
            self.error = refusal.message
            return None


@dataclass(slots=True)
class GoodsRows:
    """All rows; a blank one is no line."""

    rows: list[GoodsRow] = field(default_factory=list)
    more: int = BLANK_ROWS

    @classmethod
    def posted(cls, data: QueryDict) -> "GoodsRows":
        columns = (data.getlist(f"line_{name}") for name in ("name", "quantity", "price", "cost", "place"))
        rows = [GoodsRow(*row) for row in zip_longest(*columns, fillvalue="")]
        return cls([row for row in rows if not row.is_blank][:MOST_ROWS], more=BLANK_ROWS)

    @property
    def shown(self) -> list[GoodsRow]:
        return [*self.rows, *(GoodsRow() for _ in range(self.more))]

    def read(self, store: Store) -> list[NoteItem] | None:
        """The goods; None where something is wrong in one of them, and the row says what."""
        read = [(row, typed) for row in self.rows if (typed := row.read())]
        if not read or len(read) < len(self.rows):
            return None
        items: list[NoteItem] = []
        judged = judge_lines(store, [one[0] for _, one in read])
        for (row, (_, price, cost, place)), line in zip(read, judged, strict=True):
            if isinstance(line, Refused) or line.product_id is None:
                row.error = line.message if isinstance(line, Refused) else f"There is no product called {line.name}."
            else:
                items.append(NoteItem(line.product_id, line.quantity, price, cost, place))
        return items if len(items) == len(read) else None

    def refuse(self, refusal: Refused) -> dict[str, list[str]]:
        """Put what a service said of a line into it; what is about something else comes back."""
        others = {}
        for name, sentences in refusal.errors.items():
            parts = name.split(".")
            if parts[0] == "items" and len(parts) == 3 and int(parts[1]) < len(self.rows):
                self.rows[int(parts[1])].error = " ".join(sentences)
            else:
                others[name] = sentences
        return others


class CreditNoteForm(VoidForm):
    """Who brought it, why, and how money goes back."""

    phone = forms.CharField(max_length=40, required=False, widget=forms.TextInput(attrs={"type": "tel"}))
    name = TextField(most=200, required=False)

    def __init__(self, data: Mapping[str, Any] | None = None, **kwargs: Any) -> None:
        super().__init__(data, initial={"key": uuid.uuid4(), "method": Way.CASH, **kwargs.pop("initial", {})}, **kwargs)
        self.fields["method"].label = "What it is worth goes back as"
        for text in ("phone", "name"):
            self.fields[text].widget.attrs["autocomplete"] = "off"
