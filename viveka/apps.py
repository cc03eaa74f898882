"""The project package as an app (its commands, its templates), and the admin with our doors."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class VivekaConfig(AppConfig):
    name = "viveka"
    label = "viveka"


class VivekaAdminConfig(AdminConfig):
    default_site = "viveka.stores.admin_site.StoreAdminSite"
