"""Addresses of one customer's record, within those of `customers`."""

from django.urls import path

from customers import views_record as views

urlpatterns = [
    path("add/", views.customer_add, name="add"),
    path("<int:pk>/edit/", views.customer_edit, name="edit"),
    path("<int:pk>/name/", views.correct_name, name="correct-name"),
    path("<int:pk>/delete/", views.customer_delete, name="delete"),
    path("<int:pk>/restore/", views.customer_restore, name="restore"),
    path("<int:pk>/free-phone/", views.phone_free, name="free-phone"),
]
