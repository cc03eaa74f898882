"""Addresses of the reports."""

from django.urls import path

from viveka.reports import advance_views, views

app_name = "reports"
urlpatterns = [
    path("customers/", views.customers_report, name="customers"),
    path("customers.csv", views.customers_csv, name="customers-csv"),
    path("advances/", advance_views.advances_report, name="advances"),
    path("advances.csv", advance_views.advances_file, {"kind": "csv"}, name="advances-csv"),
    path("advances.xlsx", advance_views.advances_file, {"kind": "xlsx"}, name="advances-xlsx"),
]
