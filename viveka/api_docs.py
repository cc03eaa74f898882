"""The description of the API as rows that a page can show."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

Schema = dict[str, Any]
FAR_AWAY = 2**31 - 1  # a bound that only says what a computer can hold


@dataclass(frozen=True, slots=True)
class FieldRow:
    """A field, its place in the body written `saleItems[].quantity`."""

    name: str
    kind: str
    is_needed: bool
    text: str
    example: str


@dataclass(frozen=True, slots=True)
class AnswerRows:
    status: str
    fields: list[FieldRow]


@dataclass(frozen=True, slots=True)
class Call:
    """One operation."""

    anchor: str
    method: str
    path: str
    summary: str
    text: str
    parameters: list[FieldRow]
    body: list[FieldRow]
    answers: list[AnswerRows]
    refusals: list[str]


@dataclass(frozen=True, slots=True)
class Chapter:
    name: str
    calls: list[Call] = field(default_factory=list)


def give_examples(schema: Any) -> None:
    """Put an example beside every value that has none of its own: of a choice its first, of yes and no yes."""
    for part in schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ():
        give_examples(part)
    if not isinstance(schema, dict) or schema.get("examples"):
        return
    if schema.get("type") == "boolean" and "const" not in schema:
        schema["examples"] = [True]
    elif isinstance(schema.get("enum"), list):
        schema["examples"] = schema["enum"][:1]
    elif isinstance(schema.get("anyOf"), list):
        inner = [example for one in schema["anyOf"] for example in one.get("examples", [])]
        if inner:
            schema["examples"] = inner[:1]


def chapters(description: Schema) -> list[Chapter]:
    """The operations by tag, in the order of the description."""
    schemas = description["components"]["schemas"]
    found: dict[str, Chapter] = {}
    for path, methods in description["paths"].items():
        for method, operation in methods.items():
            chapter = found.setdefault(operation["tags"][0], Chapter(operation["tags"][0]))
            chapter.calls.append(_call(method.upper(), path, operation, schemas))
    return list(found.values())


def _call(method: str, path: str, operation: Schema, schemas: Schema) -> Call:
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    answers = []
    for status, said in operation["responses"].items():
        if int(status) < 400:
            shape = said["content"]["application/json"]["schema"]
            answers.append(AnswerRows(str(status), list(_fields(shape, schemas))))
    return Call(
        anchor=operation["operationId"],
        method=method,
        path=path,
        summary=operation["summary"],
        text=operation.get("description", ""),
        parameters=[_parameter(one) for one in operation["parameters"]],
        body=list(_fields(body, schemas)),
        answers=answers,
        refusals=[str(status) for status in operation["responses"] if int(status) >= 400],
    )


def _parameter(said: Schema) -> FieldRow:
    place = {"path": "path", "query": "query", "header": "header"}[said["in"]]
    example = str(said.get("example") or _example(said["schema"]))
    text = said.get("description", "")
    return FieldRow(said["name"], f"{_kind(said['schema'], {})}, {place}", said["required"], text, example)


def _fields(schema: Schema, schemas: Schema, before: str = "") -> Iterator[FieldRow]:
    """The fields of an object, those of objects within it below their own."""
    whole = _resolve(schema, schemas)
    needed = whole.get("required", [])
    for name, said in whole.get("properties", {}).items():
        inner, place = said, f"{before}{name}"
        if said.get("type") == "array":
            inner, place = said["items"], f"{before}{name}[]"
        text = said.get("description") or ""
        yield FieldRow(f"{before}{name}", _kind(said, schemas), name in needed, text, _example(said))
        for one in inner.get("anyOf", [inner]):
            if "properties" in _resolve(one, schemas):
                yield from _fields(one, schemas, f"{place}.")


def _resolve(schema: Schema, schemas: Schema) -> Schema:
    for one in [schema, *schema.get("allOf", [])]:
        if "$ref" in one:
            return dict(schemas[one["$ref"].rsplit("/", 1)[-1]])
    return schema


def _kind(schema: Schema, schemas: Schema) -> str:
    """What a value is, in a few words."""
    if "anyOf" in schema:
        kinds = [_kind(one, schemas) for one in schema["anyOf"]]
        return " or ".join(dict.fromkeys(kinds))
    if "const" in schema:
        return str(schema["const"]).lower()
    if "enum" in schema:
        return ", ".join(str(one) for one in schema["enum"])
    whole = _resolve(schema, schemas)
    kind = str(whole.get("format") or whole.get("type") or "anything")
    if kind == "array":
        return f"list of at most {whole['maxItems']}" if "maxItems" in whole else "list"
    if "maxLength" in whole:
        return f"{kind} of at most {whole['maxLength']}"
    if kind in ("integer", "number") and whole.get("maximum", FAR_AWAY) < FAR_AWAY:
        return f"{kind} from {whole['minimum']:,} to {whole['maximum']:,}"
    return kind


def _example(schema: Schema) -> str:
    return str(schema["examples"][0]) if schema.get("examples") else ""
