"""Addresses of the customers; the profile is `customer` in viveka/urls.py."""

from django.urls import include, path

from customers.views import directory, files

app_name = "customers"
urlpatterns = [
    path("", include("customers.urls_record")),
    path("", directory.customer_list, name="list"),
    path("export.csv", directory.customer_export, {"kind": "csv"}, name="export-csv"),
    path("export.xlsx", directory.customer_export, {"kind": "xlsx"}, name="export-xlsx"),
    path("import/", files.screens.upload, name="import"),
    path("import/template.csv", files.template, name="import-template"),
    path("import/columns/", files.screens.columns, name="import-columns"),
    path("import/preview/", files.screens.preview, name="import-preview"),
    path("import/confirm/", files.screens.confirm, name="import-confirm"),
    path("import/progress/", files.screens.progress, name="import-progress"),
    path("import/drop/", files.screens.drop, name="import-drop"),
    path("import/result/", files.screens.result, name="import-result"),
]
