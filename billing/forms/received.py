"""What the list of money received can be narrowed to."""

from datetime import date, timedelta
from typing import Any

from django import forms

from billing.forms.fields import AmountField
from billing.received import KINDS, MODES
from viveka.stores.form_fields import TextField, offer
from viveka.stores.models import Membership, Store
from viveka.stores.spans import SpanForm

LARGEST_KEY = 2**63 - 1
NO_MONEY = ("advance", "credit")
LAST_DAYS = 30


class ReceivedForm(SpanForm):
    """Days, amount, way of paying, kind, reference, who took it, whose it was; the last thirty days at first."""

    amount = AmountField(label="Amount", required=False)
    mode = forms.ChoiceField(label="Paid by", required=False)
    kind = forms.ChoiceField(label="For", required=False, choices=[("", "All"), *KINDS.items()])
    staff = forms.ChoiceField(label="Staff", required=False)
    reference = TextField(label="Reference", required=False, most=80)
    customer = forms.IntegerField(required=False, min_value=1, max_value=LARGEST_KEY, widget=forms.HiddenInput)

    def __init__(self, query: Any, *, store: Store, today: date) -> None:
        super().__init__(query, usual=(today - timedelta(days=LAST_DAYS - 1), today))
        modes = [(mode, called) for mode, called in MODES.items() if mode not in NO_MONEY]
        offer(self, "mode", [("", "All"), *modes])
        people = Membership.objects.filter(store=store).order_by("user__username")
        staff = dict(people.values_list("user_id", "user__username"))
        offer(self, "staff", [("", "All"), *staff.items()])

    def clean_staff(self) -> int | None:
        return int(self.cleaned_data["staff"]) if self.cleaned_data["staff"] else None
