"""Every address of the product, app by app."""

from django.contrib import admin
from django.urls import include, path

from viveka import api, views, views_lock

urlpatterns = [
    path("api/", api.urls),  # first: for programs every millisecond counts
    path("", views.home, name="home"),
    path("", include("viveka.stores.urls")),
    path("lock/", views_lock.lock_now, name="lock"),
    path("locked/", views_lock.locked, name="locked"),
    path("here/", views_lock.still_here, name="still-here"),
    path("customers/", include("customers.urls")),
    path("customers/<int:pk>/", views.customer_profile, name="customer"),
    path("customers/<int:pk>/purchases/", views.customer_purchases, name="customer-purchases"),
    path("customers/<int:pk>/changes/", views.customer_changes, name="customer-changes"),
    path("", include("viveka.merge.urls")),
    path("", include("viveka.legacy.urls")),
    path("debts/", include("debts.urls")),
    path("customers/<int:pk>/settle/", views.customer_settle, name="customer-settle"),
    path("advances/", include("advances.urls")),
    path("", include("viveka.diary.urls")),
    path("", include("billing.urls")),
    path("reports/", include("viveka.reports.urls")),
    path("admin/", admin.site.urls),
]

handler400 = "viveka.api.bad_request"
handler500 = "viveka.api.server_error"
