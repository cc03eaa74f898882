"""The API describes itself, to programs and to people."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pydantic import BaseModel

from advances.models import AdvancePayment, AdvanceStatus, Enquiry, PaymentMode, RecordStatus, ReferenceType
from billing.models import Bill, BillLine, BillStatus, Payment, PaymentMethod, Product, Return
from customers.details import Gender
from customers.models import Customer
from debts import statement
from debts.models import Debt, DebtPayment, DebtStatus, RepaymentMode
from tests.api.calls import ANYONE, CALLS, MANAGER, SELLER, WITH_BODY
from tests.api.described import operation, operations, resolved
from viveka import api
from viveka.stores.api.fields import HIDDEN, Incoming, Outgoing

pytestmark = pytest.mark.django_db


def test_the_description_is_there_for_programs(client: Client) -> None:
    response = client.get("/api/v1/openapi.json")
    said = json.loads(response.content)
    assert (response.status_code, said["openapi"][:2]) == (200, "3.")
    assert "/api/v1/inventory/sales" in said["paths"]
    assert set(said["components"]["securitySchemes"]) == {"Bearer", "Session"}
    from schemathesis.specs.openapi.definitions import OPENAPI_31_VALIDATOR  # takes a second, here alone

    OPENAPI_31_VALIDATOR.validate(said)  # the standard's own schema


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


def values_in(name: str, schema: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The values of an object one by one, those of its lists too; objects have a schema of their own."""
    for field, said in schema.get("properties", {}).items():
        inner = said["items"] if said.get("type") == "array" else said
        if not any("$ref" in one for one in [inner, *inner.get("anyOf", [])]):
            yield f"{name}.{field}", {**inner, "examples": inner.get("examples") or said.get("examples")}


def is_bounded(schema: dict[str, Any]) -> bool:
    """Whether its type is said, and what it may hold."""
    kind = schema.get("type")
    if kind in ("integer", "number"):
        return {"minimum", "maximum"} <= set(schema)
    if kind == "string":
        return bool({"maxLength", "pattern", "format", "enum"} & set(schema))
    if kind == "array":
        return "maxItems" in schema and is_bounded(schema["items"])
    return kind in ("boolean", "object") or (kind is None and all(map(is_bounded, schema["anyOf"])))


def test_every_value_has_a_type_a_limit_and_an_example() -> None:
    said = api.description()
    values = [value for name, schema in said["components"]["schemas"].items() for value in values_in(name, schema)]
    for method, path, call in operations():
        for one in call["parameters"]:
            example = [one["example"]] if "example" in one else one["schema"].get("examples")
            values.append((f"{method} {path} {one['name']}", {**one["schema"], "examples": example}))
    lacking = []
    for name, schema in values:
        kinds = [one for one in schema.get("anyOf", [schema]) if one.get("type") != "null"]
        if "const" not in schema and not (schema["examples"] and all(map(is_bounded, kinds))):
            lacking.append(name)
    assert lacking == ["Problem.message"], "a sentence is as long as it takes"


def test_every_list_that_is_sent_has_an_end() -> None:
    fields = {**{f"{call} {one.place}": call for call in WITH_BODY for one in call.body_fields if one.kind == "list"}}
    for name, call in fields.items():
        schema: Any = operation(call.method, call.path)["requestBody"]["content"]["application/json"]["schema"]
        for part in name.split(" ")[-1].split("."):
            schema = resolved(schema)["items" if part.isdigit() else "properties"]
            schema = schema if part.isdigit() else schema[part]
        assert schema["maxItems"] <= 1000, name


def test_a_name_stands_for_one_shape() -> None:
    """Two bodies of one name would be described as one of them."""
    shapes: dict[str, set[type]] = {}
    waiting: list[type[BaseModel]] = [Incoming, Outgoing]
    while waiting:
        shape = waiting.pop()
        shapes.setdefault(shape.__name__, set()).add(shape)
        waiting += shape.__subclasses__()
    assert [name for name, found in shapes.items() if len(found) > 1] == []


def test_cost_and_profit_are_marked_as_hidden() -> None:
    hidden = {
        f"{name}.{field}"
        for name, schema in api.description()["components"]["schemas"].items()
        for field, said in schema["properties"].items()
        if said.get("description", "").endswith(HIDDEN)
    }
    assert hidden == {"BatchOut.costPrice", "BillOut.totalCost", "BillOut.profit", "SoldItem.cost", "SoldFrom.cost"}
    named = {
        f"{name}.{field}"
        for name, schema in api.description()["components"]["schemas"].items()
        for field in schema["properties"]
        if re.search("cost|profit|margin", field, re.IGNORECASE)
    }
    assert named == hidden | {"BatchIn.costPrice"}


def test_the_guide_names_every_call_and_who_may() -> None:
    guide = (Path(__file__).parents[2] / "docs" / "api.md").read_text()
    rows = re.findall(r"^\| `([A-Z]+) (\S+)` \| (\w+) \|", guide, re.MULTILINE)
    who = {ANYONE: "all", SELLER: "sellers", MANAGER: "managers"}
    assert sorted(rows) == sorted((call.method.upper(), call.path, who[call.needs]) for call in CALLS)


CHOICES: dict[str, Any] = {
    "ClientCustomer.gender": Gender.values,
    "AdvancePaymentOut.referenceType": ReferenceType.values,
    "AdvancePaymentOut.paymentMode": PaymentMode.values,
    "AdvancePaymentOut.status": AdvanceStatus.values,
    "DebtOut.status": DebtStatus.values,
    "DebtPaymentOut.mode": RepaymentMode.values,
    "StatementLine.type": [kind for kind in statement.WORDS if not kind.startswith("advance_")],
    "BillOut.status": BillStatus.values,
    "PaymentOut.method": PaymentMethod.values,
    **{f"{name}.status": RecordStatus.values for name in ("AppointmentOut", "BookingOut", "EnquiryOut")},
}


def test_every_choice_is_one_that_there_is() -> None:
    """Whatever the shop learns to do, an answer can say it."""
    said = {
        f"{name}.{field}": next(one["enum"] for one in value.get("anyOf", [value]) if "enum" in one)
        for name, schema in api.description()["components"]["schemas"].items()
        for field, value in schema["properties"].items()
        if any("enum" in one for one in value.get("anyOf", [value]))
    }
    assert {name: sorted(choices) for name, choices in said.items()} == {
        name: sorted(choices) for name, choices in CHOICES.items()
    }


COLUMNS: dict[str, Any] = {
    "ClientCustomer": (Customer, "customerNumber number", "name", "email", "address", "gstNo gst_number", "note"),
    "AdvancePaymentOut": (AdvancePayment, "paymentReference payment_reference", "notes"),
    "UtilizationOut": (Bill, "billNumber number"),
    "DebtOut": (Debt, "note"),
    "DebtPaymentOut": (DebtPayment, "reference", "note"),
    "ProductOut": (Product, "name", "sku", "barcode", "category", "unit", "stockPolicy stock_policy"),
    "BillOut": (Bill, "billNumber number", "customerName customer_name", "referenceNumber reference_number"),
    "BillItem": (BillLine, "name", "note"),
    "PaymentOut": (Payment, "reference"),
    "ReturnOut": (Return, "returnNumber number"),
    "EnquiryOut": (Enquiry, "enquiryDetails asked", "notes"),
}


def test_a_limit_is_not_below_what_is_kept() -> None:
    schemas = api.description()["components"]["schemas"]
    for name, (model, *fields) in COLUMNS.items():
        for field in fields:
            said, _, column = field.partition(" ")
            schema = schemas[name]["properties"][said]
            (most,) = (one["maxLength"] for one in schema.get("anyOf", [schema]) if "maxLength" in one)
            assert most >= (model._meta.get_field(column or said).max_length or 0), f"{name}.{said}"


def test_people_can_read_it_without_scripts_or_other_servers(client: Client, manager_client: Client) -> None:
    for reader in (client, manager_client):
        response = reader.get("/api/v1/docs")
        page = response.content.decode()
        assert response.status_code == 200
        assert "POST /api/v1/inventory/sales" in page
        assert "saleItems[].quantity" in page
        assert "string of at most 200" in page
        assert "integer from 1 to 500" in page
        assert "receiptData.payments[].method" in page
        assert not re.search(r"(src|href)=.https?:|<script>|style=", page)
