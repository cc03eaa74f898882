"""Addresses of the reports."""

from django.urls import path

from viveka.reports import advance_views, server_views, views

app_name = "reports"
urlpatterns = [
    path("customers/", views.customers_report, name="customers"),
    path("customers.csv", views.customers_csv, name="customers-csv"),
    path("servers/", server_views.servers_report, name="servers"),
    path("servers.csv", server_views.servers_file, {"kind": "csv"}, name="servers-csv"),
    path("servers.xlsx", server_views.servers_file, {"kind": "xlsx"}, name="servers-xlsx"),
    path("advances/", advance_views.advances_report, name="advances"),
    path("advances.csv", advance_views.advances_file, {"kind": "csv"}, name="advances-csv"),
    path("advances.xlsx", advance_views.advances_file, {"kind": "xlsx"}, name="advances-xlsx"),
]
