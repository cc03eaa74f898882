"""Addresses of the reports."""

from django.urls import path

from viveka.reports import views

app_name = "reports"
urlpatterns = [
    path("customers/", views.customers_report, name="customers"),
    path("customers.csv", views.customers_csv, name="customers-csv"),
]
