"""What came back, of a bill or without one; to read."""

from django.contrib import admin

from billing.admin.ledger import ReadOnlyAdmin
from billing.models import CreditNote, CreditNoteLine, CreditNoteMoney, MoneyBack, Return, ReturnLine
from viveka.stores.admin_site import ReadOnlyInline


class ReturnLineInline(ReadOnlyInline):
    model = ReturnLine
    follows = ("bill_line",)
    fields = ("bill_line", "quantity", "total", "cost", "is_restocked")


class MoneyBackInline(ReadOnlyInline):
    model = MoneyBack
    fields = ("way", "amount", "reference")


@admin.register(Return)
class ReturnAdmin(ReadOnlyAdmin):
    list_display = ("number", "at", "bill", "is_void", "total", "total_cost", "by", "reason")
    list_select_related = ("bill", "by")
    list_filter = ("is_void",)
    search_fields = ("number", "bill__number")
    ordering = ("-at", "-id")
    inlines = (ReturnLineInline, MoneyBackInline)


@admin.register(ReturnLine)
class ReturnLineAdmin(ReadOnlyAdmin):
    list_display = ("goods_return", "bill_line", "quantity", "total", "cost", "is_restocked")
    list_select_related = ("goods_return", "bill_line")
    search_fields = ("goods_return__number", "bill_line__name")


@admin.register(MoneyBack)
class MoneyBackAdmin(ReadOnlyAdmin):
    list_display = ("goods_return", "way", "amount", "reference")
    list_select_related = ("goods_return",)
    list_filter = ("way",)
    search_fields = ("goods_return__number", "reference")


class CreditNoteLineInline(ReadOnlyInline):
    model = CreditNoteLine
    fields = ("name", "quantity", "price", "total", "cost", "is_restocked")


class CreditNoteMoneyInline(ReadOnlyInline):
    model = CreditNoteMoney
    fields = ("way", "amount", "reference")


@admin.register(CreditNote)
class CreditNoteAdmin(ReadOnlyAdmin):
    list_display = ("number", "at", "customer_number", "customer_name", "total", "total_cost", "by", "reason")
    list_select_related = ("by",)
    search_fields = ("number", "customer_number", "customer_name", "customer_phone", "reference_number")
    ordering = ("-at", "-id")
    inlines = (CreditNoteLineInline, CreditNoteMoneyInline)


@admin.register(CreditNoteLine)
class CreditNoteLineAdmin(ReadOnlyAdmin):
    list_display = ("note", "name", "quantity", "price", "total", "cost", "is_restocked")
    list_select_related = ("note",)
    search_fields = ("note__number", "name")


@admin.register(CreditNoteMoney)
class CreditNoteMoneyAdmin(ReadOnlyAdmin):
    list_display = ("note", "way", "amount", "reference")
    list_select_related = ("note",)
    list_filter = ("way",)
    search_fields = ("note__number", "reference")
