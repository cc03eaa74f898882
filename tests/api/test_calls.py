"""The table of calls is whole, and its bodies are good: what the other sweeps lean on."""

import re
from typing import Any

import pytest

from tests.api.calls import CALLS, IDS, WITH_BODY, Call
from tests.api.described import operations
from tests.api.shop import Shop, open_shop, taken_back

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(db: None) -> Shop:
    return open_shop()


def places_in(body: Any, before: str = "") -> set[str]:
    """The place of every value of a body, the first of a list standing for all."""
    if isinstance(body, list):
        return places_in(body[0], f"{before}0.") if body else set()
    if isinstance(body, dict):
        inner = (places_in(value, f"{before}{name}.") for name, value in body.items())
        return {f"{before}{name}" for name in body}.union(*inner)
    return {before.rstrip(".")} if before else set()


def in_snake(body: Any) -> Any:
    """With the names of its fields in snake_case, however deep."""
    if isinstance(body, list):
        return [in_snake(one) for one in body]
    if isinstance(body, dict):
        return {re.sub("[A-Z]", lambda letter: f"_{letter[0].lower()}", name): in_snake(body[name]) for name in body}
    return body


def test_every_call_has_a_row() -> None:
    assert sorted(map(str, CALLS)) == sorted(f"{method} {path}" for method, path, _ in operations())


def test_every_id_is_known() -> None:
    fields = [field for call in CALLS for field in call.body_fields]
    assert {field.name for field in fields if field.kind in ("id", "uuid")} <= set(IDS)


def test_its_bodies_are_taken_and_hold_every_field(shop: Shop) -> None:
    for call in WITH_BODY:
        with taken_back(call):
            _are_taken_and_hold_every_field(shop, call)


def _are_taken_and_hold_every_field(shop: Shop, call: Call) -> None:
    bodies = call.bodies(shop) if call.bodies else []
    held = set().union(*map(places_in, bodies))
    assert {field.place for field in call.body_fields} == held
    for body in bodies:
        answer = call.send(shop.manager, shop, body)
        assert answer.status in (200, 201), (body, answer.body)
    least = call.send(shop.caller(call.needs), shop)
    assert least.status in (200, 201), least.body
    in_snake_case = in_snake(call.bodies(shop)[0] if call.bodies else {})
    answer = call.send(shop.manager, shop, in_snake_case)
    assert answer.status in (200, 201), (in_snake_case, answer.body)
    assert answer.body.keys() == least.body.keys()
