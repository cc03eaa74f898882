"""Addresses of the ground floor."""

from django.urls import path

from viveka.stores import views, views_tokens

urlpatterns = [
    path("sign-in/", views.SignIn.as_view(), name="sign-in"),
    path("sign-out/", views.sign_out, name="sign-out"),
    path("choose-store/", views.choose_store, name="choose-store"),
    path("settings/", views.store_settings, name="store-settings"),
    path("members/", views.member_list, name="members"),
    path("members/<int:pk>/end/", views.member_end, name="member-end"),
    path("tokens/", views_tokens.token_list, name="tokens"),
    path("tokens/<int:pk>/revoke/", views_tokens.token_revoke, name="token-revoke"),
    path("pin/", views.my_pin, name="my-pin"),
    path("password/", views.change_password, name="change-password"),
]
