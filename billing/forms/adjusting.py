"""The form that puts stock right by hand; the rules are the service's."""

import uuid
from typing import Any

from django import forms
from django.utils import timezone

from billing.forms.fields import AmountField, LevelField
from billing.models import AdjustmentKind, Product
from viveka.stores.form_fields import TextField, offer
from viveka.stores.models import Store
from viveka.stores.money import show_quantity

CHOSEN_FROM = 200
"""How many batches of a product can be chosen from; the oldest with stock first."""


class AdjustForm(forms.Form):
    """Why, of which batch or of all, and how many. `key` makes a form sent twice adjust once."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    kind = forms.ChoiceField(label="Reason", choices=AdjustmentKind.choices)
    quantity = LevelField(
        label="How many", help_text="When counted: how many there are. Else: how many are gone, or found."
    )
    batch = forms.ChoiceField(
        required=False, help_text="Without one, what is gone leaves the oldest batch first; a count is of all of it."
    )
    cost_price = AmountField(
        required=False,
        help_text="What one costs, where more was found than was ever received. Empty: as the last batch.",
    )
    note = TextField(required=False, most=500)

    def __init__(self, *args: Any, product: Product, store: Store, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        shelf = product.batches.in_stock().oldest_first()[:CHOSEN_FROM]
        offer(
            self,
            "batch",
            [
                ("", "All of the product"),
                *((str(one.pk), _told(one, store)) for one in shelf),
            ],
        )

    @classmethod
    def fresh(cls, product: Product, store: Store, batch: str) -> "AdjustForm":
        return cls(initial={"key": uuid.uuid4(), "batch": batch}, product=product, store=store)


def _told(batch: Any, store: Store) -> str:
    day = timezone.localtime(batch.received_at, store.zone)
    return f"Batch of {day:%d %b %Y}, {show_quantity(batch.remaining)} left"
