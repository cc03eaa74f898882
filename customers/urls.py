"""Addresses of the customers; the profile is `customer` in viveka/urls.py."""

from django.urls import path

from customers import views

app_name = "customers"
urlpatterns = [
    path("", views.customer_list, name="list"),
    path("add/", views.customer_add, name="add"),
    path("<int:pk>/edit/", views.customer_edit, name="edit"),
    path("<int:pk>/name/", views.correct_name, name="correct-name"),
]
