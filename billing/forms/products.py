"""Forms of the shelves: a product, a received batch."""

import uuid
from datetime import datetime, time
from typing import Any

from django import forms

from billing.forms.fields import AmountField, DayField, LevelField, QuantityField
from billing.models import Product, Unit
from viveka.stores.models import StockPolicy, Store

PRODUCT_FIELDS = (
    "name", "sku", "barcode", "category", "unit", "selling_price", "low_stock_level", "stock_policy", "is_active",
    "is_favourite",
)  # fmt: skip


class ProductForm(forms.Form):
    """What is said of a product; the rules are the service's."""

    name = forms.CharField(widget=forms.TextInput(attrs={"autocomplete": "off"}))
    sku = forms.CharField(label="SKU", required=False, help_text="Your own code, if you use one.")
    barcode = forms.CharField(required=False, help_text="Click here and scan the packet.")
    category = forms.CharField(required=False, widget=forms.TextInput(attrs={"list": "categories"}))
    unit = forms.ChoiceField(choices=Unit.choices, initial=Unit.PIECE)
    selling_price = AmountField(
        required=False, help_text="For services, and for goods whose batch has no price of its own."
    )
    low_stock_level = LevelField(required=False, help_text="Marked as low when this many or fewer are left.")
    stock_policy = forms.ChoiceField(label="Stock", choices=StockPolicy.choices)
    is_active = forms.BooleanField(label="On sale", required=False, initial=True)
    is_favourite = forms.BooleanField(label="A tile at the counter", required=False)

    @classmethod
    def initial_of(cls, product: Product) -> dict[str, Any]:
        return {field: getattr(product, field) for field in PRODUCT_FIELDS}


class CompleteForm(ProductForm):
    """What was sold by its price alone, told in full; with what is there of it and what one costs, where known."""

    quantity = QuantityField(label="On the shelf now", required=False)
    cost_price = AmountField(label="What one costs you", required=False)

    @classmethod
    def of(cls, product: Product) -> "CompleteForm":
        policy = product.store.default_stock_policy
        return cls(initial={**cls.initial_of(product), "stock_policy": policy})


class BarcodeForm(forms.Form):
    """A further barcode, and what it stands for."""

    barcode = forms.CharField(
        max_length=100,
        help_text="Click here and scan the carton.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    quantity = QuantityField(label="Stands for", help_text="How many are in it; a scan adds as many.")


class BatchForm(forms.Form):
    """One received lot. `key` makes a form sent twice receive once."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    quantity = QuantityField()
    cost_price = AmountField(help_text="What one costs you.")
    selling_price = AmountField(required=False, help_text="What one sells for. Empty: the product's own price.")
    mrp = AmountField(label="MRP", required=False, help_text="As printed on the packet. Nothing sells above it.")
    received_on = DayField()
    expiry_date = DayField(required=False)
    supplier = forms.CharField(required=False)
    supplier_bill = forms.CharField(label="Supplier's bill", required=False)
    note = forms.CharField(required=False)

    @classmethod
    def fresh(cls, store: Store, now: datetime) -> "BatchForm":
        return cls(initial={"key": uuid.uuid4(), "received_on": store.day_of(now)})

    def received_at(self, store: Store, now: datetime) -> datetime:
        """Now, for goods of today; the first moment of the day for earlier ones, so that they sell first."""
        day = self.cleaned_data["received_on"]
        return now if day == store.day_of(now) else datetime.combine(day, time(), tzinfo=store.zone)
