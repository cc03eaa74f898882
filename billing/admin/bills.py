"""Bills, to read."""

from django.contrib import admin

from billing.admin.ledger import ReadOnlyAdmin
from billing.models import Bill, BillLine, CartReturn, Payment, ReceiptPrint, RecordBill
from viveka.stores.admin_site import ReadOnlyInline


class BillLineInline(ReadOnlyInline):
    model = BillLine
    follows = ("served_by", "allowed_by")
    fields = (
        "position", "name", "quantity", "price", "discount", "total", "cost", "is_cost_unknown", "served_by",
        "allowed_by", "allowed_why", "returned",
    )  # fmt: skip
    readonly_fields = ("returned",)


class PaymentInline(ReadOnlyInline):
    model = Payment
    follows = ("by",)
    fields = ("method", "amount", "tendered", "reference", "by", "at")


@admin.register(Bill)
class BillAdmin(ReadOnlyAdmin):
    list_display = ("number", "at", "customer_number", "customer_name", "total", "total_cost", "cashier")
    list_select_related = ("cashier",)
    search_fields = ("number", "customer_number", "customer_name", "customer_phone")
    ordering = ("-at", "-id")
    inlines = (BillLineInline, PaymentInline)


@admin.register(BillLine)
class BillLineAdmin(ReadOnlyAdmin):
    list_display = ("bill", "position", "name", "quantity", "price", "total", "cost", "served_by", "allowed_by")
    list_select_related = ("bill", "served_by", "allowed_by")
    list_filter = ("is_cost_unknown",)
    search_fields = ("name",)


@admin.register(Payment)
class PaymentAdmin(ReadOnlyAdmin):
    list_display = ("bill", "method", "amount", "tendered", "reference", "by", "at")
    list_select_related = ("bill", "by")
    list_filter = ("method",)


@admin.register(RecordBill)
class RecordBillAdmin(ReadOnlyAdmin):
    list_display = ("bill", "appointment", "booking", "made_at", "released_at")
    list_select_related = ("bill", "appointment", "booking")
    search_fields = ("bill__number",)


@admin.register(ReceiptPrint)
class ReceiptPrintAdmin(ReadOnlyAdmin):
    list_display = ("at", "way", "by", "bill", "goods_return", "credit_note", "advance", "debt_payment")
    list_select_related = ("by", "bill", "goods_return", "credit_note", "advance", "debt_payment")
    list_filter = ("way",)
    search_fields = ("bill__number", "goods_return__number", "credit_note__number")


@admin.register(CartReturn)
class CartReturnAdmin(ReadOnlyAdmin):
    list_display = ("cart", "bill", "reason", "method", "by", "allowed_by", "at")
    list_select_related = ("cart__by", "bill", "by", "allowed_by")
    search_fields = ("bill__number",)
