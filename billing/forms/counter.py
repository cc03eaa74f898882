"""How the sale is paid, as typed at the counter: read into tenders, or given back with what is wrong."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import zip_longest
from uuid import UUID

from django.http import QueryDict

from billing.models import PaymentMethod
from billing.models.bill import INSTRUMENTS
from billing.services.tender import Tender
from viveka.stores.errors import Refused, RefusedFields
from viveka.stores.money import read_amount
from viveka.stores.text import clean_text

MOST_PARTS = 20


@dataclass(slots=True)
class PaymentPart:
    """A part with an amount of its own."""

    method: str = PaymentMethod.CARD
    amount: str = ""
    reference: str = ""
    error: str = ""


class PaymentForm:
    """One method takes what is left; parts beside it have amounts. Nothing typed is lost when it is refused."""

    methods = [choice for choice in PaymentMethod.choices if choice[0] not in INSTRUMENTS]

    def __init__(self, data: QueryDict | None = None) -> None:
        data = data if data is not None else QueryDict()
        self.method = data.get("method", PaymentMethod.CASH)
        self.received = data.get("received", "").strip()
        self.reference = data.get("reference", "")
        columns = (data.getlist(f"part_{name}") for name in ("method", "amount", "reference"))
        self.parts = [PaymentPart(*row) for row in zip_longest(*columns, fillvalue="")][:MOST_PARTS]
        self.errors: dict[str, str] = {}

    @property
    def blank_part(self) -> PaymentPart:
        return PaymentPart()

    def add_part(self) -> None:
        """One more row to fill."""
        self.parts = [*self.parts, PaymentPart()][:MOST_PARTS]

    def tenders(self) -> list[Tender]:
        """The payments. Raises RefusedFields after every field was looked at."""
        tenders = [tender for part in self.parts if part.amount.strip() and (tender := self._read_part(part))]
        received: Decimal | None = None
        reference = ""
        self._check_method(self.method)
        if self.method != PaymentMethod.CASH:
            reference = self._read_reference(self.reference)
        elif self.received:
            try:
                received = read_amount(self.received, field="received", label="Cash received")
            except Refused as refusal:
                self.errors["received"] = refusal.message
        if self.errors:
            raise RefusedFields({name: [sentence] for name, sentence in self.errors.items()})
        return [*tenders, Tender(self.method, None, reference, received)]

    def refuse(self, errors: Mapping[str, list[str]]) -> None:
        """Put what a service said beside the field it is about."""
        names = {"cashReceived": "received", "payments": "parts"}
        for name, sentences in errors.items():
            if name in names:
                self.errors.setdefault(names[name], " ".join(sentences))

    def _check_method(self, method: str) -> None:
        if method not in PaymentMethod.values:
            self.errors["method"] = "Choose how it is paid."

    def _read_reference(self, text: str) -> str:
        try:
            return clean_text(text, field="reference", most=80)
        except Refused as refusal:
            self.errors["reference"] = refusal.message
            return ""

    def _read_part(self, part: PaymentPart) -> Tender | None:
        try:
            if part.method not in PaymentMethod.values:
                raise Refused("Choose how it is paid.")
            amount = read_amount(part.amount.strip(), field="amount", at_least=Decimal("0.01"))
            return Tender(part.method, amount, clean_text(part.reference, field="reference", most=80))
        except Refused as refusal:
            part.error = self.errors["parts"] = refusal.message
            return None


def read_key(text: str | None) -> int | None:
    """The key of a row as a form sends it; None for anything else."""
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 19 else None


def read_cart_key(text: str | None) -> UUID | None:
    """The key of a cart as a form sends it; None for anything else."""
    try:
        return UUID(text or "")
    except ValueError:
        return None
