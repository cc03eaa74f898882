"""Addresses of the customers; the profile is `customer` in viveka/urls.py."""

from django.urls import include, path

from customers.views import columns, directory, files

app_name = "customers"
urlpatterns = [
    path("", include("customers.urls_record")),
    path("", directory.customer_list, name="list"),
    path("export.csv", directory.customer_export, {"kind": "csv"}, name="export-csv"),
    path("export.xlsx", directory.customer_export, {"kind": "xlsx"}, name="export-xlsx"),
    path("import/", files.import_upload, name="import"),
    path("import/template.csv", files.import_template, name="import-template"),
    path("import/columns/", columns.import_columns, name="import-columns"),
    path("import/preview/", files.import_preview, name="import-preview"),
    path("import/confirm/", files.import_confirm, name="import-confirm"),
    path("import/progress/", files.import_progress, name="import-progress"),
    path("import/drop/", files.import_drop, name="import-drop"),
    path("import/result/", files.import_result, name="import-result"),
]
