"""The till of a machine and all tills of the store; part of `billing.urls`."""

from django.urls import path

from billing.views import tills

urlpatterns = [
    path("till/", tills.till_page, name="till"),
    path("till/open/", tills.till_open, name="till-open"),
    path("till/leave/", tills.till_leave, name="till-leave"),
    path("tills/", tills.till_list, name="tills"),
    path("tills/add/", tills.till_add, name="till-add"),
    path("tills/<int:pk>/", tills.till_change, name="till-change"),
    path("tills/sessions/<int:pk>/", tills.session_page, name="till-session"),
    path("tills/sessions/<int:pk>/slip/", tills.session_slip, name="till-slip"),
    path("tills/sessions/<int:pk>/join/", tills.till_join, name="till-join"),
    path("tills/sessions/<int:pk>/cash/", tills.till_move, name="till-move"),
    path("tills/sessions/<int:pk>/count/", tills.till_count, name="till-count"),
]
