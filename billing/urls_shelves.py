"""Products, batches, the bills that stand and what came back; part of `billing.urls`."""

from django.urls import path

from billing.views import (
    adjusting,
    barcodes,
    bills,
    credit_notes,
    papers,
    products,
    receipt,
    received,
    returns,
    stock,
)

urlpatterns = [
    path("products/", products.product_list, name="products"),
    path("products/add/", products.product_add, name="product-add"),
    path("products/<int:pk>/", products.product_page, name="product"),
    path("products/<int:pk>/edit/", products.product_edit, name="product-edit"),
    path("products/<int:pk>/batches/add/", products.batch_add, name="batch-add"),
    path("products/<int:pk>/adjust/", adjusting.product_adjust, name="product-adjust"),
    path("products/<int:pk>/barcodes/", barcodes.product_barcodes, name="product-barcodes"),
    path("barcodes/<int:pk>/remove/", barcodes.barcode_remove, name="barcode-remove"),
    path("stock/", stock.stock_list, name="stock"),
    path("stock.csv", stock.stock_file, {"kind": "csv"}, name="stock-csv"),
    path("stock.xlsx", stock.stock_file, {"kind": "xlsx"}, name="stock-xlsx"),
    path("stock/expired/", stock.expired_list, name="expired"),
    path("stock/expired/write-off/", adjusting.expired_write_off, name="expired-write-off"),
    path("bills/", bills.bill_list, name="bills"),
    path("bills/<uuid:pk>/", bills.bill_page, name="bill"),
    path("bills/<uuid:pk>/return/", returns.return_add, name="return-add"),
    path("bills/<uuid:pk>/void/", returns.bill_void, name="bill-void"),
    path("received/", received.received_list, name="received"),
    path("received.csv", received.received_file, {"kind": "csv"}, name="received-csv"),
    path("received.xlsx", received.received_file, {"kind": "xlsx"}, name="received-xlsx"),
    path("returns/<uuid:pk>/", returns.return_page, name="return"),
    path("returns/<uuid:pk>/receipt/", receipt.return_receipt, name="return-receipt"),
    path("credit-notes/", credit_notes.note_list, name="credit-notes"),
    path("credit-notes/add/", credit_notes.note_add, name="credit-note-add"),
    path("credit-notes/<uuid:pk>/", credit_notes.note_page, name="credit-note"),
    path("credit-notes/<uuid:pk>/receipt/", receipt.note_receipt, name="credit-note-receipt"),
    path("papers/<slug:kind>/<uuid:pk>/printed/", papers.printed, name="paper-printed"),
    path("papers/<slug:kind>/<uuid:pk>/pdf/", papers.pdf, name="paper-pdf"),
]
