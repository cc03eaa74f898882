"""The API describes itself, to programs and to people."""

import json
import re

import pytest
from django.test import Client

from viveka import api

pytestmark = pytest.mark.django_db


def test_the_description_is_there_for_programs(client: Client) -> None:
    response = client.get("/api/v1/openapi.json")
    said = json.loads(response.content)
    assert (response.status_code, said["openapi"][:2]) == (200, "3.")
    assert "/api/v1/inventory/sales" in said["paths"]
    assert set(said["components"]["securitySchemes"]) == {"Bearer", "Session"}


def test_every_call_says_who_may_and_how_it_is_refused() -> None:
    for path, methods in api.description()["paths"].items():
        for method, call in methods.items():
            assert {401, 403, 404, 409, 422} <= set(call["responses"]), path
            for status, said in call["responses"].items():
                shape = said["content"]["application/json"]["schema"]["$ref"]
                assert shape.endswith("/Problem") == (status >= 400)
            assert call["security"] == [{"Bearer": []}, {"Session": []}]
            takes_key = any(one["name"] == "Idempotency-Key" for one in call["parameters"])
            assert takes_key == (method == "post"), path


def test_names_in_the_description_are_those_of_the_answers() -> None:
    for name, schema in api.description()["components"]["schemas"].items():
        for field in schema["properties"]:
            assert re.fullmatch(r"[a-z]+([A-Z][a-z]+)*", field), f"{name}.{field}"


def test_people_can_read_it_without_scripts_or_other_servers(client: Client, manager_client: Client) -> None:
    for reader in (client, manager_client):
        response = reader.get("/api/v1/docs")
        page = response.content.decode()
        assert response.status_code == 200
        assert "POST /api/v1/inventory/sales" in page
        assert "saleItems[].quantity" in page
        assert "receiptData.payments[].method" in page
        assert not re.search(r"(src|href)=.https?:|<script>|style=", page)
