"""Addresses of money paid ahead."""

from django.urls import path

from advances.views import giving_back, payments, receipt, wallet

app_name = "advances"
urlpatterns = [
    path("", payments.advance_list, name="list"),
    path("export.csv", payments.advance_export, {"kind": "csv"}, name="export-csv"),
    path("export.xlsx", payments.advance_export, {"kind": "xlsx"}, name="export-xlsx"),
    path("<uuid:pk>/", payments.advance_page, name="advance"),
    path("<uuid:pk>/receipt/", receipt.receipt, name="receipt"),
    path("<uuid:pk>/refund/", giving_back.advance_refund, name="refund"),
    path("<uuid:pk>/reverse/", giving_back.advance_reverse, name="reverse"),
    path("of/<int:customer_pk>/", wallet.customer_advances, name="of-customer"),
    path("of/<int:customer_pk>/take/", payments.advance_take, name="take"),
    path("of/<int:customer_pk>/wallet/", wallet.wallet_history, name="wallet"),
    path("of/<int:customer_pk>/wallet.csv", wallet.wallet_export, {"kind": "csv"}, name="wallet-csv"),
    path("of/<int:customer_pk>/wallet.xlsx", wallet.wallet_export, {"kind": "xlsx"}, name="wallet-xlsx"),
]
