from django.apps import AppConfig


class StoresConfig(AppConfig):
    name = "viveka.stores"
    label = "stores"
