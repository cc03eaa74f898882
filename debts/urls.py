"""Addresses of the debt ledger."""

from django.urls import path

from debts.views import accounts, aging, choosing, due, entering, lists, paying, statement

app_name = "debts"
urlpatterns = [
    path("", lists.debt_list, name="list"),
    path("totals/", lists.debt_totals, name="totals"),
    path("export.csv", lists.debt_export, {"kind": "csv"}, name="export-csv"),
    path("export.xlsx", lists.debt_export, {"kind": "xlsx"}, name="export-xlsx"),
    path("add/", choosing.debt_add, name="add"),
    path("payments/add/", choosing.payment_add, name="payment-add"),
    path("payments/<uuid:pk>/", paying.payment_page, name="payment"),
    path("payments/<uuid:pk>/reverse/", paying.payment_reverse, name="payment-reverse"),
    path("accounts/", accounts.account_list, name="accounts"),
    path("accounts/add/", choosing.account_add, name="account-add"),
    path("aging/", aging.aging_page, name="aging"),
    path("aging.csv", aging.aging_file, {"kind": "csv"}, name="aging-csv"),
    path("aging.xlsx", aging.aging_file, {"kind": "xlsx"}, name="aging-xlsx"),
    path("due/", due.due_list, name="due"),
    path("customers/<int:pk>/", lists.customer_debts, name="customer"),
    path("customers/<int:pk>/add/", entering.debt_enter, name="enter"),
    path("customers/<int:pk>/pay/", paying.payment_enter, name="pay"),
    path("customers/<int:pk>/account/", accounts.account_edit, name="account"),
    path("customers/<int:pk>/statement/", statement.statement_page, name="statement"),
    path("customers/<int:pk>/statement.pdf", statement.statement_pdf, name="statement-pdf"),
    path("customers/<int:pk>/statement.csv", statement.statement_file, {"kind": "csv"}, name="statement-csv"),
    path("customers/<int:pk>/statement.xlsx", statement.statement_file, {"kind": "xlsx"}, name="statement-xlsx"),
    path("customers/<int:pk>/remind/", due.remind, name="remind"),
    path("customers/<int:pk>/promise/", due.promise, name="promise"),
    path("<uuid:pk>/", entering.debt_page, name="debt"),
    path("<uuid:pk>/write-off/", entering.debt_write_off, name="write-off"),
    path("<uuid:pk>/reverse/", entering.debt_reverse, name="reverse"),
]
