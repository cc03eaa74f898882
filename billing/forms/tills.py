"""The forms of a till: opening it, cash in and out, the count."""

import uuid
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms

from billing.services.till_counts import Counted
from billing.tills import MOST_PIECES, PIECES
from viveka.stores.form_fields import AmountField, TextField, offer, offer_rows
from viveka.stores.models import Direction, Membership, Role, Store, Till
from viveka.stores.money import PAISA, SYMBOLS


class OpenTillForm(forms.Form):
    """Which till, and the cash that is in it."""

    till = forms.ModelChoiceField(Till.objects.none(), empty_label=None, required=False)
    opening_float = AmountField(label="Cash in it now", help_text="0 if it is empty.")

    def __init__(self, data: Mapping[str, Any] | None = None, *, closed: list[Till], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        offer_rows(self, "till", Till.objects.filter(pk__in=[till.pk for till in closed]))
        if not closed:
            del self.fields["till"]


class CashForm(forms.Form):
    """Cash put in or taken out. `key` makes a form that is sent twice enter it once."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    direction = forms.ChoiceField(
        choices=[(Direction.OUT, "Take out"), (Direction.IN, "Put in")], widget=forms.RadioSelect, initial=Direction.OUT
    )
    amount = AmountField()
    reason = TextField(most=200, label="What for", error_messages={"required": "Say what for."})

    def __init__(self, data: Mapping[str, Any] | None = None, **kwargs: Any) -> None:
        super().__init__(data, initial={"key": uuid.uuid4()}, **kwargs)

    def clean_amount(self) -> Decimal:
        amount: Decimal = self.cleaned_data["amount"]
        if amount < PAISA:
            raise forms.ValidationError(f"The amount is at least {PAISA}.")
        return amount


class PieceField(forms.IntegerField):
    """How many there are of a note or coin; `piece` is what one is worth, for adding up on the page."""

    def __init__(self, piece: str, **kwargs: Any) -> None:
        super().__init__(required=False, min_value=0, max_value=MOST_PIECES, **kwargs)
        self.piece = piece


class TillCountForm(forms.Form):
    """The cash that is there, as a sum or by notes and coins; a note on a difference; who goes on, if anybody."""

    counted = AmountField(label="Cash counted", required=False, help_text="Empty where notes and coins are counted.")
    note = TextField(most=500, label="Note", required=False, help_text="Needed where something is missing or too much.")
    hand_to = forms.ChoiceField(
        label="Afterwards", required=False, help_text="Who takes over goes on with the cash that was counted."
    )

    def __init__(self, data: Mapping[str, Any] | None = None, *, store: Store, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.pieces = PIECES.get(store.currency, ())
        symbol = SYMBOLS.get(store.currency, "")
        for piece in self.pieces:
            self.fields[f"piece_{piece}"] = PieceField(piece, label=f"{symbol}{piece}")
        sellers = Membership.objects.standing().filter(store=store, role__in=[Role.CASHIER, Role.MANAGER])
        self.people = {str(one.user_id): one.user for one in sellers.select_related("user").order_by("user__username")}
        named = [(key, f"{user.called} takes over") for key, user in self.people.items()]
        offer(self, "hand_to", [("", "The till is closed"), *named])

    @property
    def piece_fields(self) -> list[Any]:
        """The fields of notes and coins, the largest first."""
        return [self[f"piece_{piece}"] for piece in self.pieces]

    def count(self) -> dict[str, Any]:
        """What was counted and who takes over, for `close_till`; of a valid form."""
        said = self.cleaned_data
        pieces = {piece: said[f"piece_{piece}"] or 0 for piece in self.pieces}
        counted = Counted(said["counted"], pieces=pieces, note=said["note"])
        return {"counted": counted, "hand_to": self.people.get(said["hand_to"])}


class TillForm(forms.Form):
    """A till by its name."""

    name = TextField(most=40, label="Name")
