"""Calls of the JSON API, as sixteen programs make them at once."""

from functools import cache

from django.test import Client

from viveka.stores.tests.callers import ROOT


@cache
def _client() -> Client:
    return Client(SERVER_NAME="localhost")


def send(secret: str, address: str, body: str, key: str) -> tuple[int, str]:
    """Status and answer of a POST."""
    headers = {"Authorization": f"Bearer {secret}", "Idempotency-Key": key}
    response = _client().post(ROOT + address, body, content_type="application/json", headers=headers)
    return response.status_code, response.content.decode()
