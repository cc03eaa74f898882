"""Products and batches, saved through the same services as on the screens; stock movements to read."""

from typing import Any

from django.contrib import admin, messages
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone

from billing.admin.ledger import ReadOnlyAdmin
from billing.forms.fields import AmountField, LevelField, QuantityField
from billing.forms.products import PRODUCT_FIELDS
from billing.models import (
    Batch,
    Product,
    ProductBarcode,
    ShortageSettlement,
    StockAdjustment,
    StockMovement,
    StockShortage,
)
from billing.models.stock import PRICES
from billing.services.products import check_product, clean_batch, create_product, update_batch, update_product
from billing.services.stock import check_received, receive_batch, refuse_above_mrp
from viveka.stores.admin_site import StoreModelAdmin, person
from viveka.stores.errors import Refused
from viveka.stores.forms import add_refusal


class ServiceAdmin(StoreModelAdmin):
    """Saves through a service. What the form could not foresee (somebody was a moment faster) becomes a message."""

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().changeform_view(request, *args, **kwargs)
        except Refused as refusal:
            messages.error(request, refusal.message)
            return HttpResponseRedirect(request.path)


class ProductAdminForm(ModelForm):
    selling_price = AmountField(required=False)
    low_stock_level = LevelField(required=False)

    class Meta:
        model = Product
        fields = PRODUCT_FIELDS

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        product = self.instance if self.instance.pk else None
        try:
            return {**cleaned, **check_product(self.instance.store, cleaned, product)}
        except Refused as refusal:
            add_refusal(self, refusal)
            return cleaned


@admin.register(Product)
class ProductAdmin(ServiceAdmin):
    form = ProductAdminForm
    list_display = ("name", "sku", "barcode", "category", "selling_price", "current_stock", "is_active")
    list_filter = ("is_active", "stock_policy", "unit", "is_favourite", "to_complete")
    search_fields = ("name", "sku", "barcode")
    readonly_fields = ("current_stock", "created_at", "updated_at")

    def save_model(self, request: HttpRequest, obj: Product, form: ModelForm, change: bool) -> None:
        fields = {name: form.cleaned_data[name] for name in PRODUCT_FIELDS}
        if change:
            saved = update_product(product=obj, **fields)
        else:
            saved = create_product(store=obj.store, **fields)
        obj.__dict__.update(saved.__dict__)


class BatchAdminForm(ModelForm):
    quantity = QuantityField()
    cost_price = AmountField()
    selling_price = AmountField(required=False)
    mrp = AmountField(label="MRP", required=False)

    class Meta:
        model = Batch
        fields = ("product", "received_at", "quantity", "cost_price", *PRICES)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        try:
            cleaned.update(clean_batch({name: cleaned[name] for name in PRICES}))
            if self.instance.pk:
                refuse_above_mrp(cleaned["selling_price"], cleaned["mrp"])
            else:
                rules = ("product", "quantity", "selling_price", "mrp", "received_at")
                check_received(now=timezone.now(), **{name: cleaned[name] for name in rules})
        except Refused as refusal:
            add_refusal(self, refusal)
        return cleaned


@admin.register(Batch)
class BatchAdmin(ServiceAdmin):
    """Received once; afterwards only prices, expiry date, supplier and note can be put right."""

    form = BatchAdminForm
    list_display = ("product", "received_at", "quantity", "remaining", "cost_price", "selling_price", "expiry_date")
    list_select_related = ("product",)
    search_fields = ("product__name", "product__sku", "product__barcode", "supplier_bill")
    autocomplete_fields = ("product",)
    date_hierarchy = "received_at"
    received = ("product", "received_at", "quantity", "remaining", "cost_price", "by", "created_at")

    def get_readonly_fields(self, request: HttpRequest, obj: Batch | None = None) -> tuple[str, ...]:
        return self.received if obj else ()

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"received_at": timezone.now(), **super().get_changeform_initial_data(request)}

    def save_model(self, request: HttpRequest, obj: Batch, form: ModelForm, change: bool) -> None:
        if change:
            saved = update_batch(batch=obj, **{name: form.cleaned_data[name] for name in PRICES})
        else:
            saved = receive_batch(now=timezone.now(), by=person(request), **form.cleaned_data)
        obj.__dict__.update(saved.__dict__)


@admin.register(StockMovement)
class StockMovementAdmin(ReadOnlyAdmin):
    list_display = ("at", "product", "batch", "quantity", "reason", "by", "note")
    list_select_related = ("product", "batch__product", "by")
    list_filter = ("reason",)
    search_fields = ("product__name",)


@admin.register(StockAdjustment)
class StockAdjustmentAdmin(ReadOnlyAdmin):
    list_display = ("at", "product", "kind", "quantity", "counted", "by", "note")
    list_select_related = ("product", "by")
    list_filter = ("kind",)
    search_fields = ("product__name",)


@admin.register(StockShortage)
class StockShortageAdmin(ReadOnlyAdmin):
    list_display = ("at", "product", "bill_line", "quantity", "open", "by")
    list_select_related = ("product", "bill_line", "by")
    search_fields = ("product__name",)


@admin.register(ShortageSettlement)
class ShortageSettlementAdmin(ReadOnlyAdmin):
    list_display = ("at", "shortage", "movement", "cost", "by")
    list_select_related = ("shortage", "movement", "by")


@admin.register(ProductBarcode)
class ProductBarcodeAdmin(ReadOnlyAdmin):
    """Written on the product's own page."""

    list_display = ("barcode", "product", "quantity", "created_at")
    list_select_related = ("product",)
    search_fields = ("barcode", "product__name")
