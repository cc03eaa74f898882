"""What a till has read before its first round; imported by the process that all tills are forked from."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "viveka.settings")
django.setup()

from django.urls import get_resolver  # noqa: E402

from tests.races import (  # noqa: E402, F401 - what rounds are made of
    api_deeds,
    correction_deeds,
    customer_deeds,
    deeds,
    faults,
    money_deeds,
    opening_deeds,
    return_deeds,
    stock_deeds,
    till_deeds,
)

_ = get_resolver().url_patterns  # and with them all views and the API
