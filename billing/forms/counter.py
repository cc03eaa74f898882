"""How the sale is paid, as typed at the counter: read into tenders, or given back with what is wrong."""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import zip_longest
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import QueryDict

from billing.models import PaymentMethod
from billing.models.payment import INSTRUMENTS, METHODS, TAKEN
from billing.services.tender import CHANGE, Tender
from debts.services import CreditLimitPassed, CreditStopped, Permission
from viveka.stores.errors import Refused, RefusedFields
from viveka.stores.form_fields import DayField
from viveka.stores.money import ZERO, read_amount
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
    """One method takes what is left; parts beside it have amounts. Nothing typed is lost when it is refused.

    The advance balance that was on screen is used as far as it goes, unless it was left out or typed as a part. With
    *credit* what is handed over in cash is a part, and the rest is owed.
    """

    methods = TAKEN
    money = [choice for choice in methods if choice[0] not in INSTRUMENTS]
    credit = PaymentMethod.CREDIT
    notes = (20, 50, 100, 200, 500)
    """What cash is handed over in, for one tap each."""

    def __init__(self, data: QueryDict | None = None) -> None:
        self.was_sent = data is not None
        data = data if data is not None else QueryDict()
        self.method = data.get("method", PaymentMethod.CASH)
        self.received = data.get("received", "").strip()
        self.above = data.get("above", CHANGE)
        self.reference = data.get("reference", "")
        self.balance = data.get("advance", "")  # as it was shown; "" where it was left out
        self.balance_of = read_key(data.get("advance_of"))
        self.due_on = data.get("due_on", "")
        self.credit_for = data.get("credit_for", "")
        columns = (data.getlist(f"part_{name}") for name in ("method", "amount", "reference"))
        self.parts = [PaymentPart(*row) for row in zip_longest(*columns, fillvalue="")][:MOST_PARTS]
        self.errors: dict[str, str] = {}
        self.needs_manager = False

    @property
    def blank_part(self) -> PaymentPart:
        return PaymentPart()

    def uses_balance_of(self, customer_id: int) -> bool:
        """Whether the balance is used: by itself, unless the cashier left out this customer's."""
        return bool(self.balance) or self.balance_of != customer_id

    def add_part(self) -> None:
        """One more row to fill."""
        self.parts = [*self.parts, PaymentPart()][:MOST_PARTS]

    def tenders(self, permission: Permission | None = None) -> list[Tender]:
        """The payments, with a manager's permission to pass the limit. Raises RefusedFields after all was looked at."""
        terms = replace(self._read_credit(), permission=permission)
        parts = [part for part in self.parts if part.amount.strip()]
        tenders = [tender for part in parts if (tender := self._read_part(part, terms))]
        if self.balance and all(part.method != PaymentMethod.ADVANCE for part in parts):
            tenders.append(Tender(PaymentMethod.ADVANCE, up_to=self._read_balance()))
        tenders += self._read_rest(terms)
        if self.errors:
            raise RefusedFields({name: [sentence] for name, sentence in self.errors.items()})
        return tenders

    def refuse(self, refusal: Refused) -> None:
        """Put what a service said beside the field it is about."""
        names = {"cashReceived": "received", "payments": "parts", "above": "above"}
        if isinstance(refusal, CreditLimitPassed | CreditStopped):
            names["payments"] = "credit"
            self.needs_manager = isinstance(refusal, CreditLimitPassed)
        for name, sentences in refusal.errors.items():
            if name in names:
                self.errors.setdefault(names[name], " ".join(sentences))

    def _read_rest(self, terms: Tender) -> list[Tender]:
        """The one that takes what is left; on credit, after the cash handed over now."""
        if self.method not in METHODS:
            self.errors["method"] = "Choose how it is paid."
        if self.method == PaymentMethod.CASH:
            return [Tender(PaymentMethod.CASH, received=self._read_received(), above=self.above)]
        if self.method == PaymentMethod.CREDIT:
            received = self._read_received()
            cash = Tender(PaymentMethod.CASH, up_to=received, received=received, above=self.above)
            return [cash, terms] if received else [terms]
        reference, received = self._read_reference(self.reference), self._read_received()
        return [Tender(self.method, None, reference, received=received, above=self.above)]

    def _read_received(self) -> Decimal | None:
        try:
            is_cash = self.method in (PaymentMethod.CASH, PaymentMethod.CREDIT)
            label = "Cash received" if is_cash else "What was paid"
            return read_amount(self.received, field="received", label=label) if self.received else None
        except Refused as refusal:
            self.errors["received"] = refusal.message
            return None

    def _read_balance(self) -> Decimal:
        try:
            return read_amount(self.balance, field="advance", label="Advance balance")
        except Refused as refusal:
            self.errors["parts"] = refusal.message
            return ZERO

    def _read_credit(self) -> Tender:
        """The terms of what goes on credit."""
        due_on: date | None = None
        for_name = ""
        try:
            due_on = DayField(required=False).clean(self.due_on)
        except ValidationError as error:
            self.errors["due_on"] = " ".join(error.messages)
        try:
            for_name = clean_text(self.credit_for, field="credit_for", most=200)
        except Refused as refusal:
            self.errors["credit_for"] = refusal.message
        return Tender(PaymentMethod.CREDIT, due_on=due_on, for_name=for_name)

    def _read_reference(self, text: str) -> str:
        try:
            return clean_text(text, field="reference", most=80)
        except Refused as refusal:
            self.errors["reference"] = refusal.message
            return ""

    def _read_part(self, part: PaymentPart, terms: Tender) -> Tender | None:
        try:
            if part.method not in METHODS:
                raise Refused("Choose how it is paid.")
            amount = read_amount(part.amount.strip(), field="amount", at_least=Decimal("0.01"))
            tender = terms if part.method == PaymentMethod.CREDIT else Tender(part.method)
            return replace(tender, amount=amount, reference=clean_text(part.reference, field="reference", most=80))
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
