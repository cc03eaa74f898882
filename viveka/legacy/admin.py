"""Old books in the admin: to read, never to write."""

from django.contrib import admin

from billing.admin.ledger import ReadOnlyAdmin
from billing.models import BooksRun, BooksRunLine, OldBooks, OldDebt, OldDebtPayment


@admin.register(OldBooks)
class OldBooksAdmin(ReadOnlyAdmin):
    list_display = ("name", "created_at")


@admin.register(BooksRun)
class BooksRunAdmin(ReadOnlyAdmin):
    list_display = ("began_at", "kind", "books", "source", "by", "ended_at")
    list_select_related = ("books", "by")
    list_filter = ("kind",)


@admin.register(BooksRunLine)
class BooksRunLineAdmin(ReadOnlyAdmin):
    list_display = ("run", "outcome", "place", "about", "reason")
    list_select_related = ("run",)
    list_filter = ("outcome",)
    search_fields = ("about", "reason")


@admin.register(OldDebt)
class OldDebtAdmin(ReadOnlyAdmin):
    list_display = ("key", "at", "name", "phone", "amount", "debt", "why")
    list_select_related = ("debt",)
    search_fields = ("key", "name", "phone")


@admin.register(OldDebtPayment)
class OldDebtPaymentAdmin(ReadOnlyAdmin):
    list_display = ("key", "at", "old_debt", "amount", "mode", "payment")
    list_select_related = ("old_debt", "payment")
    search_fields = ("key",)
