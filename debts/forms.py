"""The forms of the debt ledger. Cashiers enter today only: the field of the day is a manager's."""

import datetime as dt
import uuid
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django import forms

from customers.models import Customer
from debts.models import TAKEN_BY, CreditAccount, RepaymentMode
from debts.services import DebtEntry, Repayment
from viveka.stores.errors import Refused
from viveka.stores.form_fields import AmountField, DayField, TextField, offer
from viveka.stores.models import Membership, Store
from viveka.stores.models.store import TEN_YEARS
from viveka.stores.money import PAISA, show_amount
from viveka.stores.phone import normalise_phone

_OFF = {"autocomplete": "off"}


class ReasonForm(forms.Form):
    """Why something is undone or given up."""

    reason = TextField(most=500, label="Why", error_messages={"required": "Say why."})


class WriteOffForm(ReasonForm):
    """All that is left of a debt, or a part of it."""

    amount = AmountField(required=False, label="Amount", help_text="Empty: all that is left.")
    field_order = ("amount", "reason")


class NewcomerForm(forms.Form):
    """Somebody who is not on record yet, by phone."""

    phone = forms.CharField(max_length=40, widget=forms.TextInput(attrs={"type": "tel", **_OFF}))
    name = TextField(most=200, required=False)

    def __init__(self, data: Mapping[str, Any] | None = None, *, store: Store, **kwargs: Any) -> None:
        self.store = store
        super().__init__(data, **kwargs)

    def clean_phone(self) -> str:
        try:
            return normalise_phone(self.cleaned_data["phone"], self.store.region)
        except Refused as refusal:
            raise forms.ValidationError(refusal.message) from None


class _Entry(forms.Form):
    """What is entered into the ledger. `key` makes a form that is sent twice enter it once."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    amount = AmountField()
    date = DayField(label="Date", required=False)

    def __init__(
        self, data: Mapping[str, Any] | None = None, *, membership: Membership, now: datetime, **kwargs: Any
    ) -> None:
        self.membership, self.store, self.now = membership, membership.store, now
        today = self.store.day_of(now)
        initial = {"key": uuid.uuid4(), "date": today, **kwargs.pop("initial", {})}
        super().__init__(data, initial=initial, **kwargs)
        if membership.manages:
            self.fields["date"].widget.attrs["max"] = today.isoformat()
        else:
            del self.fields["date"]

    def clean_amount(self) -> Decimal:
        amount: Decimal = self.cleaned_data["amount"]
        if amount < PAISA:
            raise forms.ValidationError(f"The amount is at least {PAISA}.")
        return amount

    def at(self, moment_of: Callable[[dt.date], datetime]) -> datetime | None:
        """None for now; the moment of an earlier day, where a manager said one."""
        day = self.cleaned_data.get("date")
        return None if day is None or day == self.store.day_of(self.now) else moment_of(day)


class DebtForm(_Entry):
    """A debt: how much, when it is due, for or by whom."""

    due_on = DayField(label="Due date", required=False)
    for_name = TextField(most=200, required=False, label="For or by whom")
    note = TextField(most=500, required=False)
    field_order = ("key", "amount", "date", "due_on", "for_name", "note")

    @property
    def moment(self) -> datetime | None:
        """Of an earlier day the first moment, so that a payment of that day finds it."""
        return self.at(self.store.start_of)

    @property
    def entry(self) -> DebtEntry:
        said = self.cleaned_data
        return DebtEntry(said["due_on"], said["for_name"], said["note"])


class PaymentForm(_Entry):
    """A payment of debts: the oldest first, unless debts are ticked."""

    mode = forms.ChoiceField(label="Paid by")
    reference = TextField(most=80, required=False, help_text="Of the card, UPI or bank payment.")
    debts = forms.TypedMultipleChoiceField(required=False, coerce=uuid.UUID)
    keep_rest = forms.BooleanField(required=False, label="Keep the rest as an advance")
    note = TextField(most=500, required=False)

    def __init__(self, data: Mapping[str, Any] | None = None, *, customer: Customer, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.customer = customer
        modes = [(mode.value, str(mode.label)) for mode in TAKEN_BY if mode != RepaymentMode.ADVANCE]
        if customer.advance_balance:
            held = show_amount(customer.advance_balance, self.store.currency)
            modes.append((RepaymentMode.ADVANCE.value, f"Advance balance ({held})"))
        offer(self, "mode", modes)
        self.picked: list[str] = self.data.getlist("debts") if hasattr(self.data, "getlist") else []
        offer(self, "debts", [(one, one) for one in self.picked if _is_uuid(one)])

    @property
    def moment(self) -> datetime | None:
        """Of an earlier day the last moment, so that it settles what stood open that day."""
        return self.at(lambda day: self.store.start_of(day + timedelta(days=1)) - timedelta(microseconds=1))

    @property
    def repayment(self) -> Repayment:
        said = self.cleaned_data
        return Repayment(
            said["amount"], said["mode"], said["reference"], said["note"], said["debts"], said["keep_rest"]
        )


def _is_uuid(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True


class AccountForm(forms.Form):
    """A customer's standing permission to owe."""

    credit_limit = AmountField(required=False, help_text="Empty: no limit.")
    terms_days = forms.IntegerField(
        required=False,
        min_value=0,
        max_value=TEN_YEARS,
        label="Days until a debt is due",
        help_text="Empty: due from the day it is made.",
        widget=forms.TextInput(attrs={"inputmode": "numeric", **_OFF}),
    )
    is_active = forms.BooleanField(required=False, label="May owe more", help_text="Off: credit is stopped.")

    @classmethod
    def of(cls, account: CreditAccount | None, store: Store, data: Mapping[str, Any] | None) -> "AccountForm":
        """Filled with the account, or with the store's own settings where there is none yet."""
        if account is None:
            limit, terms = store.default_credit_limit, store.default_terms_days
            return cls(data, initial={"credit_limit": limit, "terms_days": terms, "is_active": True})
        return cls(data, initial={name: getattr(account, name) for name in cls.base_fields})


class PromiseForm(forms.Form):
    """When a customer will pay."""

    promised_on = DayField(label="Will pay on")
    note = TextField(most=200, required=False, label="Note")
