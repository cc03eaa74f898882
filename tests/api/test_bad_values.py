"""Forty bad values in every field of every call: refused, the field named, nothing written, each at once.

Which fields there are and of which kind is read from the description of the API, so none is forgotten.
"""

import json
import logging
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest

from billing.tests.factories import stocked_product
from tests.api.calls import CALLS, FAMILIES, WITH_BODY, Call
from tests.api.described import Field
from tests.api.shop import Shop, open_shop, taken_back
from tests.api.written import written
from viveka.stores.models import Store
from viveka.stores.tests.callers import Answer, Caller

pytestmark = pytest.mark.django_db

# As they stand in the body: some of these no JSON writer makes, and every JSON reader may meet.
NUMBERS = [
    "NaN", "Infinity", "-Infinity", "1e999999", "1e-999999", "1E5", "-0", "-0.0", "-1", "0.005", "0.0001",
    "9" * 5000, "1" + "0" * 30, "10000000000", "12345678901234567890.12",
]  # fmt: skip
TEXTS = [
    '"NaN"', '"Infinity"', '"1e3"', '"1_000"', '"1,000"', '"१२"', '"٣"', '"１２"', '"-1"', '"+1"', '" 1"', '"1 "',
    '"0x10"', '"1.2.3"', '"."', '""', '"1\\n"', '"₹5"',
]  # fmt: skip
NO_TEXT = ['"\\u0000"', '"\\ud800"', '"a\\udfffb"', '"a\\u0007b"', '"a\\u202eb"']
OTHERS = ["true", "false", "null", "[]", "[1]", "{}", '{"amount": 1}']
VALUES = [*NUMBERS, *TEXTS, *NO_TEXT, *OTHERS]
# What of these each kind of value may be.
FINE: dict[str, set[str]] = {
    "money": set(), "paid": set(), "quantity": {"0.005"}, "id": set(), "uuid": set(), "whole": set(), "date": set(),
    "date-time": set(), "flag": {"true", "false"}, "text": set(TEXTS), "text or list": set(TEXTS) - {'""'},
    "list": {"[]", "null"}, "object": {"{}", '{"amount": 1}'}, "choice": set(),
}  # fmt: skip
ALSO = {
    "money": ["1000.001", '"1000.001"', '"99999999999"'], "paid": ["0", '"0.00"', "1.001"],
    "quantity": ["0", "0.0005", '"0.000"', "1.0001", "100000000"],
    "id": ["0", "1.0", "9" * 19, '"x"'], "uuid": ['"x"', '"0192f0c1-7a3e-7d52-9c41"'],
    "date": ['"yesterday"', '"2026-02-30"', '"2026-4-1"', '"0001-01-01"', '"9999-12-31"'],
    "date-time": ['"yesterday"', '"2026-13-01T00:00:00Z"', '"0000-01-01T00:00:00Z"', '"9999-12-31T23:59:59Z"'],
    "whole": ["1.5", '"1.0"', "100000"],
}  # fmt: skip
# Texts that are refused for what they say. Every other one is free, up to its length.
WRONG_PHONE = ['"12"', '"98765O3210"', '"phone"', '"+91 98765"']
WRONG_EMAIL = ['"nobody"', '"a@b"', '"a b@example.com"']
WRONG_WAY = ['"gold"', '"१२"', '"NaN"', '"0"']
WRONG_WORD = {
    **dict.fromkeys(("phone", "phoneNumber", "contactNo", "customerPhone"), WRONG_PHONE),
    **dict.fromkeys(("email", "emailId", "customerEmail"), WRONG_EMAIL),
    **dict.fromkeys(("method", "mode", "paymentMode", "paymentMethod", "refundMethod"), WRONG_WAY),
    "gstNo": ['"27AAPFU0939F1ZX"', '"x"'], "gender": ['"x"', '"1"'], "unit": ['"furlong"'], "stockPolicy": ['"maybe"'],
    "reason": ['""', '" "'], "countryCode": ['"+999999"', '"x"'],
}  # fmt: skip
FREE = {
    "address", "note", "notes", "name", "customerName", "paymentReference", "refundReference", "reference",
    "forName", "allowWhy", "sku", "barcode", "category", "referenceNumber",
}  # fmt: skip
NEEDED = {"post /customers name", "patch /customers/{customer_id} name", "post /products name"}
MARK = "HERE"


@pytest.fixture
def shop(db: None) -> Iterator[Shop]:
    logger = logging.getLogger("django.request")  # thousands of refusals, each with a line of its own
    level = logger.level
    logger.setLevel(logging.ERROR)
    yield open_shop()
    logger.setLevel(level)


def bad_for(call: Call, field: Field) -> list[str]:
    """The values that break the field's type or its rule."""
    values = [one for one in [*VALUES, *ALSO.get(field.kind, [])] if one not in FINE[field.kind]]
    if field.kind == "text":
        assert field.name in WRONG_WORD or field.name in FREE, f"Say in this test what {field.place} may be."
        values += WRONG_WORD.get(field.name, []) + ([] if field.name == "reason" else [f'"{"n" * 2001}"'])
        values += ['""', '"  "', "null"] if f"{call} {field.place}" in NEEDED else []
    return [one for one in values if one != "null" or not field.may_be_null or one in values[-1:]]


def body_with(call: Call, shop: Shop, field: Field) -> str:
    """A good body that holds the field, with a mark in its place."""
    for body in call.bodies(shop) if call.bodies else []:
        holder: Any = body
        *way, last = [int(part) if part.isdigit() else part for part in field.place.split(".")]
        try:
            for part in way:
                holder = holder[part]
            holder[last]
        except (KeyError, IndexError):
            continue
        holder[last] = MARK
        return json.dumps(body)
    raise AssertionError(f"no body of {call} holds {field.place}")


def is_named(field: Field, answer: Answer) -> bool:
    return any(name == field.place or name.startswith(f"{field.place}.") for name in answer.errors)


@pytest.mark.parametrize("family", FAMILIES)
def test_a_bad_value_is_refused_and_named(shop: Shop, family: str) -> None:
    shop.manager.get("/bills")  # notes that the token was used
    before = written()
    for call in (call for call in WITH_BODY if call.family == family):
        with taken_back(call):
            assert _faults(shop, call) == []
            assert written() == before


def _faults(shop: Shop, call: Call) -> list[tuple[object, ...]]:
    """Which values were not refused as they should, how they were answered, and in which time."""
    address, faults = call.address(shop), []
    for field in call.body_fields:
        text = body_with(call, shop, field)
        for value in bad_for(call, field):
            started = time.thread_time()  # a busy machine is no fault
            answer = shop.manager.send(call.method, address, text.replace(f'"{MARK}"', value), key="k")
            seconds = time.thread_time() - started
            statuses = (404, 422) if field.kind in ("id", "uuid") else (422,)
            if answer.status not in statuses or not is_named(field, answer) or seconds >= 1:
                faults.append((field.place, value[:40], answer.status, str(answer.body)[:200], seconds))
    return faults


BAD_QUERY = {
    "id": ["0", "-1", "1.0", "1e1", "1_0", "१", "9" * 19, "9" * 5000, "x", "", " 1", "\0", "NaN", "null", "true"],
    "whole": ["0", "-1", "501", "1.0", "1e1", "1_0", "१", "9" * 5000, "x", "", " 1", "\0", "NaN", "null", "true"],
    "date": ["yesterday", "2026-02-30", "२०२६-०१-०१", "0001-01-01", "9999-12-31", "", "1", "\0", "NaN", "null"],
    "date-time": ["yesterday", "2026-02-30", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59Z", "", "1", "\0"],
    "flag": ["yes", "1", "", "TRUE ", "\0", "null"],
    "choice": ["x", "", "OPEN", "\0", "null", "1"],
    "text": ["n" * 501],
}
RAW = ["%00", "%ff", "%ed%a0%80", "%F0%9F%98%80", "'", "1%27%20OR%201=1", "%25", "n" * 200]


def test_a_bad_parameter_is_refused_and_named(shop: Shop) -> None:
    shop.manager.get("/bills")
    before, faults = written(), []
    for call, field in [(one, field) for one in CALLS for field in one.query_fields]:
        address = call.address(shop)
        kind = "id" if field.name == "customer" else field.kind
        bad = BAD_QUERY[kind] + (["abc", "\0", "IjEyIg:1w:x"] if field.name == "cursor" else [])
        for value in bad:
            answer = shop.manager.get(f"{address}?{field.name}={quote(value)}")
            if answer.status != 422 or list(answer.errors) != [field.name]:
                faults.append((str(call), field.name, value[:40], answer.status, str(answer.body)[:200]))
        for raw in RAW:
            answer = shop.manager.get(f"{address}?{field.name}={raw}")
            if answer.status not in ({200, 422} if field.kind == "text" else {422}):
                faults.append((str(call), field.name, raw[:40], answer.status, str(answer.body)[:200]))
    assert faults == []
    assert written() == before


NO_ID = ["0", "-1", "1.0", "1e1", "1_0", "१", "9" * 19, "9" * 400, "x", "%00", "%ff", " 1", "NaN", "null", "[]"]


def test_an_id_in_the_path_that_cannot_be_one_is_404(shop: Shop) -> None:
    shop.manager.get("/bills")
    before = written()
    for call in CALLS:
        body = call.bodies(shop)[0] if call.bodies else None
        for name in [part[1:-1] for part in call.path.split("/") if part.startswith("{")]:
            for bad in NO_ID:
                answer = shop.manager.send(call.method, call.address(shop, **{name: bad}), body)
                assert answer.status == (422 if name == "phone" else 404), (str(call), name, bad, answer.body)
    assert written() == before


def test_the_whole_body_may_hold_such_things_where_nothing_reads_them(store: Store) -> None:
    """Older tills send fields that are ignored."""
    product = stocked_product(store, batches=[(5, 80, 100)])
    ignored = ", ".join(f'"x{n}": {value}' for n, value in enumerate(VALUES))
    body = f"""{{{ignored}, "\\ud800": 1, "saleItems": [{{{ignored}, "productId": {product.pk}, "quantity": 1}}],
        "receiptData": {{{ignored}, "billNumber": NaN, "items": 1e999, "subtotal": null, "paymentMethod": "cash"}}}}"""
    assert Caller(store).post("/inventory/sales", body).status == 201
