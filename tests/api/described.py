"""The API's own description, read: which fields a call takes, and of which kind each is."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from viveka import api

Schema = dict[str, Any]
# A pattern or a bound that no other kind has.
_OF_PATTERN = {"{1,10}": "money", "{1,8}": "quantity", "{1,19}": "id"}


@dataclass(frozen=True)
class Field:
    """A value of a body, its place written `saleItems.0.quantity`; or of a query string, by its name."""

    place: str
    kind: str
    may_be_null: bool = False

    @property
    def name(self) -> str:
        return [part for part in self.place.split(".") if not part.isdigit()][-1]


def operations() -> Iterator[tuple[str, str, Schema]]:
    """Method, path and what is said of it, for every call."""
    for path, methods in api.description()["paths"].items():
        for method, said in methods.items():
            yield method, path.removeprefix(api.ROOT), said


def operation(method: str, path: str) -> Schema:
    said: Schema = api.description()["paths"][api.ROOT + path][method]
    return said


def resolved(schema: Schema) -> Schema:
    """What a reference stands for."""
    name = schema.get("$ref", "").rsplit("/", 1)[-1]
    return api.description()["components"]["schemas"][name] if name else schema


def body_fields(method: str, path: str) -> list[Field]:
    """Every field that a body may hold, those of its parts too, and the parts themselves."""
    said = operation(method, path).get("requestBody")
    return list(_fields(resolved(said["content"]["application/json"]["schema"]))) if said else []


def query_fields(method: str, path: str) -> list[Field]:
    said = operation(method, path)["parameters"]
    return [Field(one["name"], kind_of(one["schema"])) for one in said if one["in"] == "query"]


def _fields(schema: Schema, before: str = "") -> Iterator[Field]:
    for name, said in schema["properties"].items():
        place, kind = f"{before}{name}", kind_of(said)
        yield Field(place, kind, {"type": "null"} in said.get("anyOf", []))
        if kind == "object":
            yield from _fields(resolved(said), f"{place}.")
        elif kind == "list":
            inner = resolved(said["items"])
            if "properties" in inner:
                yield from _fields(inner, f"{place}.0.")
            else:
                yield Field(f"{place}.0", kind_of(inner))


def kind_of(schema: Schema) -> str:
    """One word for what a value is."""
    parts = [resolved(one) for one in schema.get("anyOf", [schema]) if one.get("type") != "null"]
    types = [one.get("type") for one in parts]
    for mark, kind in _OF_PATTERN.items():
        if any(mark in one.get("pattern", "") for one in parts):
            return "paid" if {"minimum": 0.01} in [{"minimum": one.get("minimum")} for one in parts] else kind
    if types == ["string", "array"]:
        return "text or list"
    assert len(parts) == 1, schema
    (only,) = parts
    if "enum" in only:
        return "choice"
    simple = {"boolean": "flag", "integer": "whole", "array": "list", "object": "object", "string": "text"}
    return str(only.get("format") if only["type"] == "string" and "format" in only else simple[only["type"]])
