"""What a JSON field may hold, going in and coming out.

Numbers of a body are never converted before their form and length are judged (`1e999999` would hang, `NaN` would
pass); the parser hands them over as they were written, and each type here reads them by the rules of the ground floor.
"""

import json
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import partial
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils import timezone
from ninja.parser import Parser
from pydantic import BaseModel, ConfigDict, PlainSerializer, PlainValidator, ValidationInfo, WithJsonSchema
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

from viveka.stores.errors import Refused
from viveka.stores.money import PAISA, ZERO, read_amount, read_quantity, show_quantity
from viveka.stores.text import clean_text

MAX_ID = 2**63 - 1
MOST_ROWS = 500
_DIGITS = re.compile(r"[0-9]{1,19}", re.ASCII)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_YEARS = range(1900, 2200)


class Number:
    """A number of the body as it was written."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text


class BodyParser(Parser):
    """JSON, with its numbers left as written."""

    def parse_body(self, request: HttpRequest) -> Any:
        return json.loads(request.body, parse_int=Number, parse_float=Number, parse_constant=Number)


class Incoming(BaseModel):
    """A body: names in camelCase or snake_case, unknown ones ignored."""

    model_config = ConfigDict(alias_generator=to_camel, validate_by_name=True, validate_by_alias=True, extra="ignore")


class Outgoing(BaseModel):
    """An answer, in camelCase. A field that was not set is left out."""

    model_config = ConfigDict(
        alias_generator=to_camel, validate_by_name=True, validate_by_alias=True, serialize_by_alias=True
    )


def wrong(message: str) -> PydanticCustomError:
    """What a type says of a value that it refuses; pydantic knows the field."""
    return PydanticCustomError("refused", "{message}", {"message": message})


def _written(value: Any, what: str) -> str:
    if isinstance(value, Number):
        return value.text
    if isinstance(value, str):
        return value
    raise wrong(f"Send {what}.")


def _label(info: ValidationInfo) -> str:
    return (info.field_name or "value").replace("_", " ").capitalize()


def _read_money(value: Any, info: ValidationInfo, *, at_least: Decimal = ZERO) -> Decimal:
    text = _written(value, 'an amount, as a number or a string like "120.50"')
    try:
        return read_amount(text, field="x", label=_label(info), at_least=at_least)
    except Refused as refusal:
        raise wrong(refusal.message) from None


def _read_quantity(value: Any, info: ValidationInfo) -> Decimal:
    text = _written(value, 'a quantity, as a number or a string like "1.250"')
    try:
        return read_quantity(text, label=_label(info))
    except Refused as refusal:
        raise wrong(refusal.message) from None


def _read_id(value: Any) -> int:
    text = _written(value, "an id")
    if not _DIGITS.fullmatch(text) or not 1 <= int(text) <= MAX_ID:
        raise wrong("This is not an id.")
    return int(text)


def _read_limit(value: Any) -> int:
    text = _written(value, "a number")
    if not _DIGITS.fullmatch(text) or not 1 <= int(text) <= MOST_ROWS:
        raise wrong(f"The limit is between 1 and {MOST_ROWS}.")
    return int(text)


def _read_moment(value: Any) -> datetime:
    """A time without an offset is the store's own."""
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) and _DAY.match(value) else None
    except ValueError:
        moment = None
    if moment is None or moment.year not in _YEARS:
        raise wrong("Send a time like 2026-04-01T10:30:00+05:30.")
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)


def _read_day(value: Any) -> date:
    try:
        day = date.fromisoformat(value) if isinstance(value, str) and _DAY.fullmatch(value) else None
    except ValueError:
        day = None
    if day is None or day.year not in _YEARS:
        raise wrong("Send a day like 2026-04-01.")
    return day


def _read_text(value: Any, info: ValidationInfo, *, most: int) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise wrong("Send text.")
    try:
        return clean_text(value, field=_label(info), most=most)
    except Refused as refusal:
        raise wrong(refusal.message) from None


def _read_raw_text(value: Any) -> str:
    """Text for an operation that cleans it itself and names the field; null is no text."""
    if value is None:
        return ""
    if not isinstance(value, str):
        raise wrong("Send text.")
    return value


def _as_said(reader: Callable[..., Any], schema: dict[str, Any]) -> tuple[PlainValidator, WithJsonSchema]:
    return PlainValidator(reader), WithJsonSchema(schema)


_MONEY: dict[str, Any] = {
    "anyOf": [
        {"type": "string", "pattern": r"^([0-9]{1,10}(\.[0-9]{0,2})?|\.[0-9]{1,2})$"},
        {"type": "number", "minimum": 0, "maximum": 9999999999.99},
    ],
    "description": "Money: a number or a string, at most two decimals.",
    "examples": ["120.50"],
}
_PAID: dict[str, Any] = {
    **_MONEY,
    "anyOf": [_MONEY["anyOf"][0], {"type": "number", "minimum": 0.01, "maximum": 9999999999.99}],
    "description": "Money: a number or a string, at most two decimals, at least 0.01.",
}
_QUANTITY = {
    "anyOf": [
        {"type": "string", "pattern": r"^([0-9]{1,8}(\.[0-9]{0,3})?|\.[0-9]{1,3})$"},
        {"type": "number", "minimum": 0.001, "maximum": 99999999.999},
    ],
    "description": "A quantity: a number or a string, at most three decimals, at least 0.001.",
    "examples": ["2"],
}
_ID: dict[str, Any] = {
    "anyOf": [
        {"type": "integer", "minimum": 1, "maximum": MAX_ID},
        {"type": "string", "pattern": "^[0-9]{1,19}$"},
    ],
    "examples": [12],
}
_OPTIONAL_ID = {"anyOf": [*_ID["anyOf"], {"type": "null"}], "examples": [12]}
_MOMENT = {"type": "string", "format": "date-time", "examples": ["2026-04-01T10:30:00+05:30"]}
_DATE = {"type": "string", "format": "date", "examples": ["2026-04-01"]}


def _text_schema(most: int) -> dict[str, Any]:
    return {"anyOf": [{"type": "string", "maxLength": most}, {"type": "null"}]}


def _or_none(reader: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: None if value is None else reader(value)


def _or_null(schema: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [schema, {"type": "null"}]}


Money = Annotated[Decimal, *_as_said(_read_money, _MONEY)]
OptionalMoney = Annotated[Decimal | None, *_as_said(_read_money, _MONEY)]  # left out or an amount, not null
Paid = Annotated[Decimal, *_as_said(partial(_read_money, at_least=PAISA), _PAID)]
Quantity = Annotated[Decimal, *_as_said(_read_quantity, _QUANTITY)]
Id = Annotated[int, *_as_said(_read_id, _ID)]
OptionalId = Annotated[int | None, *_as_said(_or_none(_read_id), _OPTIONAL_ID)]
PathId = Annotated[int, *_as_said(_read_id, {"type": "integer", "minimum": 1, "maximum": MAX_ID})]
Limit = Annotated[int, *_as_said(_read_limit, {"type": "integer", "minimum": 1, "maximum": MOST_ROWS})]
Moment = Annotated[datetime, *_as_said(_read_moment, _MOMENT)]
OptionalMoment = Annotated[datetime | None, *_as_said(_or_none(_read_moment), _or_null(_MOMENT))]
Day = Annotated[date, *_as_said(_read_day, _DATE)]
OptionalDay = Annotated[date | None, *_as_said(_or_none(_read_day), _or_null(_DATE))]
Text = Annotated[str, *_as_said(_read_raw_text, {"anyOf": [{"type": "string"}, {"type": "null"}]})]
Text80 = Annotated[str, *_as_said(partial(_read_text, most=80), _text_schema(80))]
Text200 = Annotated[str, *_as_said(partial(_read_text, most=200), _text_schema(200))]
Text500 = Annotated[str, *_as_said(partial(_read_text, most=500), _text_schema(500))]


def _two_places(value: Decimal) -> str:
    return f"{value:.2f}"


def _utc(value: datetime) -> str:
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


_MONEY_OUT = {"type": "string", "pattern": r"^-?[0-9]+\.[0-9]{2}$", "examples": ["120.50"]}
MoneyOut = Annotated[Decimal, PlainSerializer(_two_places, return_type=str), WithJsonSchema(_MONEY_OUT)]
HiddenMoney = Annotated[  # set for managers and auditors; for others the field is left out
    MoneyOut | None, WithJsonSchema({**_MONEY_OUT, "description": "Managers and auditors alone."})
]
QuantityOut = Annotated[
    Decimal,
    PlainSerializer(show_quantity, return_type=str),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": r"^-?[0-9]+(\.[0-9]{1,3})?$",
            "description": "A quantity without trailing zeros.",
            "examples": ["1.25"],
        }
    ),
]
MomentOut = Annotated[datetime, PlainSerializer(_utc, return_type=str), WithJsonSchema(_MOMENT)]
