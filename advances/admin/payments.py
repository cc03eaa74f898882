"""The ledger of advances: to read, never to write."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from advances.models import AdvancePayment, Deduction, Utilization, WalletEntry
from viveka.stores.admin_site import StoreModelAdmin


class _Ledger(StoreModelAdmin):
    read_only = True
    show_facets = admin.ShowFacets.NEVER


class Rows(admin.TabularInline):
    extra = 0
    can_delete = False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    has_change_permission = has_delete_permission = has_add_permission


class UtilizationRows(Rows):
    model = Utilization
    fields = readonly_fields = ("deduction", "advance", "amount", "restored_amount", "at")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("deduction", "advance")


class WalletRows(Rows):
    model = WalletEntry
    fields = ("cause", "change", "mode", "reason", "by", "allowed_by", "at")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("by", "allowed_by")


@admin.register(AdvancePayment)
class AdvancePaymentAdmin(_Ledger):
    list_display = ("at", "customer", "reference_type", "mode", "amount", "remaining_amount", "status", "by")
    list_select_related = ("customer", "by")
    list_filter = ("status", "reference_type", "mode", ("at", admin.DateFieldListFilter))
    search_fields = ("payment_reference", "customer__number")
    ordering = ("-at", "-id")
    inlines = (UtilizationRows, WalletRows)


@admin.register(Deduction)
class DeductionAdmin(_Ledger):
    list_display = ("at", "customer", "amount", "by")
    list_select_related = ("customer", "by")
    list_filter = (("at", admin.DateFieldListFilter),)
    search_fields = ("customer__number",)
    ordering = ("-at", "-id")
    inlines = (UtilizationRows,)


@admin.register(Utilization)
class UtilizationAdmin(_Ledger):
    list_display = ("at", "advance", "deduction", "amount", "restored_amount")
    list_select_related = ("advance", "deduction")
    ordering = ("-pk",)


@admin.register(WalletEntry)
class WalletEntryAdmin(_Ledger):
    list_display = ("at", "customer", "cause", "change", "mode", "reason", "by", "allowed_by")
    list_select_related = ("customer", "by", "allowed_by")
    list_filter = ("cause", "mode", ("at", admin.DateFieldListFilter))
    search_fields = ("customer__number",)
    ordering = ("-pk",)
