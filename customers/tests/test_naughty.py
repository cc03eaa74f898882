"""The naughty strings through the form and the admin: stored as sent or refused with a message, never run, no fault."""

import json

import pytest
from django.urls import reverse

from customers.details import CLEANERS
from customers.models import Customer
from customers.tests.factories import CustomerFactory
from viveka.stores.errors import Refused

pytestmark = [pytest.mark.django_db, pytest.mark.data]
FREE = ("name", "address", "note")  # what takes any text


@pytest.fixture
def texts(real_data):
    return json.loads((real_data / "strings/blns.json").read_text())


def kept(text):
    """How the three are stored; None where one of them is refused."""
    try:
        cleaned = {field: CLEANERS[field](text, field=field) for field in FREE}
    except Refused:
        return None
    return cleaned if cleaned["name"] else None


@pytest.mark.parametrize("where", ["form", "admin"])
def test_every_one_is_stored_as_sent_or_refused(manager_client, store, texts, where):
    asha = CustomerFactory(store=store, name="Asha")
    names = {"form": "customers:edit", "admin": "admin:customers_customer_change"}
    url, before = reverse(names[where], args=[asha.pk]), dict.fromkeys(FREE, "") | {"name": "Asha"}
    ran = []
    for text in texts[:: {"form": 1, "admin": 4}[where]]:
        response = manager_client.post(url, {"phone": asha.phone, "is_active": "on", **dict.fromkeys(FREE, text)})
        now = Customer.objects.filter(pk=asha.pk).values(*FREE).get()
        expected = kept(text)
        assert response.status_code == (200 if expected is None else 302), repr(text)
        assert now == (expected or before), repr(text)
        before = now
        if "<script" in text.lower() and response.status_code == 302:
            page = manager_client.get(asha.get_absolute_url()).content.decode()
            ran += [text] if text.strip() in page else []
    assert ran == []


def test_the_other_fields_refuse_them_with_a_message(manager_client, store, texts):
    for text in texts[::8]:
        sent = {"name": "Asha", **dict.fromkeys(("phone", "email", "gst_number", "gender"), text)}
        response = manager_client.post(reverse("customers:add"), sent)
        errors = response.context["form"].errors if response.status_code == 200 else {}
        blank = not text.strip()
        assert bool(errors) != blank, repr(text)
    assert set(Customer.objects.values_list("email", "gst_number", "gender")) <= {("", "", "")}
