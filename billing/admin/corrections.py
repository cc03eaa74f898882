"""What was put right after it was entered; to read."""

from django.contrib import admin

from billing.admin.ledger import ReadOnlyAdmin
from billing.models import BillMove, MethodChange, Reassignment


@admin.register(BillMove)
class BillMoveAdmin(ReadOnlyAdmin):
    list_display = ("at", "bill", "from_number", "to_number", "by", "reason")
    list_select_related = ("bill", "by")
    search_fields = ("bill__number", "from_number", "to_number")


@admin.register(MethodChange)
class MethodChangeAdmin(ReadOnlyAdmin):
    list_display = ("at", "from_method", "to_method", "amount", "by", "reason")
    list_select_related = ("by",)
    search_fields = ("reference", "reason")


@admin.register(Reassignment)
class ReassignmentAdmin(ReadOnlyAdmin):
    list_display = ("at", "debt_payment", "instead_payment", "advance", "instead_advance", "by", "reason")
    list_select_related = ("debt_payment", "instead_payment", "advance", "instead_advance", "by")
    search_fields = ("reason",)
