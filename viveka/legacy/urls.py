"""Addresses of old books."""

from django.urls import path

from viveka.legacy import views

urlpatterns = [
    path("old-books/", views.run_list, name="old-books"),
    path("old-books/<int:pk>/", views.run_page, name="old-books-run"),
    path("old-books/<int:pk>.csv", views.run_csv, name="old-books-csv"),
    path("old-books/debts/", views.old_debt_list, name="old-debts"),
    path("old-books/debts/assign/", views.old_debts_assign, name="old-debts-assign"),
    path("old-books/debts/unknown/", views.old_debts_unknown, name="old-debts-unknown"),
]
