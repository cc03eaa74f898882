"""Addresses of merging, likely duplicates and erasing."""

from django.urls import path

from viveka.merge import views

urlpatterns = [
    path("customers/<int:pk>/merge/", views.merge_pick, name="customer-merge"),
    path("customers/<int:pk>/merge/<int:other>/", views.merge_pair, name="customer-merge-pair"),
    path("customers/<int:pk>/erase/", views.customer_erase, name="customer-erase"),
    path("merges/<int:pk>/undo/", views.merge_undo, name="merge-undo"),
    path("duplicates/", views.duplicate_list, name="duplicates"),
    path("duplicates/look/", views.duplicates_look, name="duplicates-look"),
    path("duplicates/progress/", views.duplicates_progress, name="duplicates-progress"),
    path("duplicates/<int:pk>/dismiss/", views.duplicate_dismiss, name="duplicate-dismiss"),
]
