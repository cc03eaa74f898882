"""What a JSON field may hold, going in and coming out.

Numbers of a body are never converted before their form and length are judged (`1e999999` would hang, `NaN` would
pass); the parser hands them over as they were written, and each type here reads them by the rules of the ground floor.
"""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import partial
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from ninja.parser import Parser
from pydantic import BaseModel, ConfigDict, PlainSerializer, PlainValidator, WithJsonSchema
from pydantic.alias_generators import to_camel

from viveka.stores.api.reading import (
    MAX_ID,
    MOST_ROWS,
    MOST_WORDS,
    Number,
    money_or_none,
    paid_or_none,
    read_count,
    read_country_code,
    read_day,
    read_flag,
    read_id,
    read_limit,
    read_method,
    read_moment,
    read_money,
    read_quantity,
    read_query_flag,
    read_query_moment,
    read_raw_text,
    read_text,
    read_uuid,
    read_words,
)
from viveka.stores.money import PAISA, show_quantity


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


def _as_said(reader: Callable[..., Any], schema: dict[str, Any]) -> tuple[PlainValidator, WithJsonSchema]:
    return PlainValidator(reader), WithJsonSchema(schema)


HIDDEN = "Managers and auditors alone."
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
_WHOLE_ID = {"type": "integer", "format": "int64", "minimum": 1, "maximum": MAX_ID, "examples": [12]}
_MOMENT = {"type": "string", "format": "date-time", "examples": ["2026-04-01T10:30:00+05:30"]}
_DAYS = {"anyOf": [{"type": "integer", "minimum": 0, "maximum": 3650}, {"type": "null"}], "examples": [30]}
_LIMIT = {"type": "integer", "minimum": 1, "maximum": MOST_ROWS, "examples": [50]}
_MINUTES = {"type": "integer", "minimum": 1, "maximum": 1440, "examples": [30]}
_PHONE = {"type": "string", "minLength": 1, "maxLength": 40, "examples": ["9876543210"]}
_STORE = {"type": "string", "maxLength": 50, "description": "The token's store: its slug or its id.", "examples": ["1"]}
_KEY = {"type": "string", "format": "uuid", "examples": ["0192f0c1-7a3e-7d52-9c41-5a1f6c8e2b90"]}
_DATE = {"type": "string", "format": "date", "examples": ["2026-04-01"]}


def _text_schema(most: int) -> dict[str, Any]:
    return {"anyOf": [{"type": "string", "maxLength": most}, {"type": "null"}]}


def _as_typed(most: int, example: str) -> tuple[PlainValidator, WithJsonSchema]:
    """Text that its operation cleans and judges."""
    return _as_said(read_raw_text, {**_text_schema(most), "examples": [example]})


def _or_none(reader: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: None if value is None else reader(value)


def _or_null(schema: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [schema, {"type": "null"}]}


Money = Annotated[Decimal, *_as_said(read_money, _MONEY)]
OptionalMoney = Annotated[Decimal | None, *_as_said(read_money, _MONEY)]  # left out or an amount, not null
Paid = Annotated[Decimal, *_as_said(partial(read_money, at_least=PAISA), _PAID)]
NullableMoney = Annotated[
    Decimal | None, *_as_said(money_or_none, {**_MONEY, "anyOf": [*_MONEY["anyOf"], {"type": "null"}]})
]
OptionalPaid = Annotated[
    Decimal | None, *_as_said(paid_or_none, {**_PAID, "anyOf": [*_PAID["anyOf"], {"type": "null"}]})
]
Quantity = Annotated[Decimal, *_as_said(read_quantity, _QUANTITY)]
Id = Annotated[int, *_as_said(read_id, _ID)]
OptionalId = Annotated[int | None, *_as_said(_or_none(read_id), _OPTIONAL_ID)]
PathId = Annotated[int, *_as_said(read_id, _WHOLE_ID)]
QueryId = PathId
Limit = Annotated[int, *_as_said(read_limit, _LIMIT)]
Cursor = Annotated[str, *_as_said(read_raw_text, {"type": "string", "maxLength": 500, "examples": ["IjEyIg:1w…"]})]
Words = Annotated[str, *_as_said(read_words, {"type": "string", "maxLength": MOST_WORDS, "examples": ["asha"]})]
QueryMoment = Annotated[datetime, *_as_said(read_query_moment, _MOMENT)]
OptionalMoment = Annotated[datetime | None, *_as_said(_or_none(read_moment), _or_null(_MOMENT))]
Day = Annotated[date, *_as_said(read_day, _DATE)]
OptionalDay = Annotated[date | None, *_as_said(_or_none(read_day), _or_null(_DATE))]
Days = Annotated[int | None, *_as_said(_or_none(partial(read_count, most=3650)), _DAYS)]
Minutes = Annotated[int, *_as_said(partial(read_count, least=1, most=1440), _MINUTES)]
StoreId = Annotated[str, *_as_said(read_raw_text, _STORE)]
Flag = Annotated[bool, *_as_said(read_flag, {"type": "boolean"})]
QueryFlag = Annotated[bool, *_as_said(read_query_flag, {"type": "boolean"})]
Key = Annotated[UUID, *_as_said(read_uuid, _KEY)]
Phone = Annotated[str, *_as_typed(40, "98765 43210")]
CountryCode = Annotated[str, *_as_said(read_country_code, {**_text_schema(40), "examples": ["+91"]})]
PathPhone = Annotated[str, *_as_said(read_raw_text, _PHONE)]
Name = Annotated[str, *_as_typed(200, "John Doe")]
Email = Annotated[str, *_as_typed(254, "john@example.com")]
GstNumber = Annotated[str, *_as_typed(40, "27AAPFU0939F1ZV")]
GenderIn = Annotated[str, *_as_typed(40, "female")]
Code = Annotated[str, *_as_typed(48, "8901234567890")]
Word = Annotated[str, *_as_typed(40, "cash")]
Method = Annotated[str, *_as_said(read_method, {"type": "string", "maxLength": 40, "examples": ["upi"]})]
Text40 = Annotated[str, *_as_said(read_raw_text, _text_schema(40))]
Text80 = Annotated[str, *_as_said(partial(read_text, most=80), _text_schema(80))]
Text200 = Annotated[str, *_as_said(partial(read_text, most=200), _text_schema(200))]
Text254 = Annotated[str, *_as_said(partial(read_text, most=254), _text_schema(254))]
Text500 = Annotated[str, *_as_said(partial(read_text, most=500), _text_schema(500))]
Lines500 = Annotated[str, *_as_said(partial(read_text, most=500, lines=True), _text_schema(500))]
Lines1000 = Annotated[str, *_as_said(partial(read_text, most=1000, lines=True), _text_schema(1000))]


def _two_places(value: Decimal) -> str:
    return f"{value:.2f}"


def _utc(value: datetime) -> str:
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _shown(most: int) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "maxLength": most})


_MONEY_OUT = {"type": "string", "pattern": r"^-?[0-9]{1,12}\.[0-9]{2}$", "examples": ["120.50"]}
_QUANTITY_OUT = {
    "type": "string",
    "pattern": r"^-?[0-9]{1,12}(\.[0-9]{1,3})?$",
    "description": "A quantity without trailing zeros.",
    "examples": ["1.25"],
}
_COUNT_OUT = {"type": "integer", "minimum": 0, "maximum": 2**31 - 1, "examples": [7]}
MoneyOut = Annotated[Decimal, PlainSerializer(_two_places, return_type=str), WithJsonSchema(_MONEY_OUT)]
HiddenMoney = Annotated[  # set for managers and auditors; for others the field is left out
    MoneyOut | None, WithJsonSchema({**_MONEY_OUT, "description": HIDDEN})
]
QuantityOut = Annotated[Decimal, PlainSerializer(show_quantity, return_type=str), WithJsonSchema(_QUANTITY_OUT)]
MomentOut = Annotated[datetime, PlainSerializer(_utc, return_type=str), WithJsonSchema(_MOMENT)]
DayOut = Annotated[date, WithJsonSchema(_DATE)]
IdOut = Annotated[int, WithJsonSchema(_WHOLE_ID)]
KeyOut = Annotated[UUID, WithJsonSchema(_KEY)]
CountOut = Annotated[int, WithJsonSchema(_COUNT_OUT)]
NumberOut = Annotated[str, _shown(20)]  # of a bill, a return, a customer
TextOut48 = Annotated[str, _shown(48)]
TextOut80 = Annotated[str, _shown(80)]
TextOut200 = Annotated[str, _shown(200)]
TextOut254 = Annotated[str, _shown(254)]
TextOut500 = Annotated[str, _shown(500)]
TextOut1000 = Annotated[str, _shown(1000)]
TextOut2000 = Annotated[str, _shown(2000)]
