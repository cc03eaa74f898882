from django.apps import AppConfig


class AdvancesConfig(AppConfig):
    name = "advances"
