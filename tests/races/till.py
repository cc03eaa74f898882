"""What a till has read before its first round; imported by the process that all tills are forked from."""

import os
from importlib import import_module
from pkgutil import iter_modules

import django
from django.urls import get_resolver

import tests.races

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "viveka.settings")
django.setup()
for module in iter_modules(tests.races.__path__):
    if module.name.endswith(("deeds", "faults")):
        import_module(f"tests.races.{module.name}")
assert get_resolver().url_patterns  # reads all views and the API
