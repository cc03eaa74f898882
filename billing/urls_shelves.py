"""Products, batches and the bills that stand; part of `billing.urls`."""

from django.urls import path

from billing.views import bills, products

urlpatterns = [
    path("products/", products.product_list, name="products"),
    path("products/add/", products.product_add, name="product-add"),
    path("products/<int:pk>/", products.product_page, name="product"),
    path("products/<int:pk>/edit/", products.product_edit, name="product-edit"),
    path("products/<int:pk>/batches/add/", products.batch_add, name="batch-add"),
    path("bills/", bills.bill_list, name="bills"),
    path("bills/<uuid:pk>/", bills.bill_page, name="bill"),
]
