"""How a value of a body, an address or a query is read: form and length are judged before anything is converted."""

import re
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils import timezone
from pydantic import ValidationInfo
from pydantic_core import PydanticCustomError

from viveka.stores import money
from viveka.stores.errors import Refused
from viveka.stores.money import PAISA, ZERO
from viveka.stores.phone import BAD_CODE, region_of_country_code
from viveka.stores.text import clean_text

MAX_ID = 2**63 - 1
MOST_ROWS = 500
MOST_WORDS = 200
_DIGITS = re.compile(r"[0-9]{1,19}", re.ASCII)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)
_PLUS = re.compile(r"(?<=[0-9]) (?=[0-9]{2}:[0-9]{2}\Z)", re.ASCII)
_YEARS = range(1900, 2200)


class Number:
    """A number of the body as it was written."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text


def wrong(message: str) -> PydanticCustomError:
    """What a type says of a value that it refuses; pydantic knows the field."""
    return PydanticCustomError("refused", "{message}", {"message": message})


def written(value: Any, what: str) -> str:
    if isinstance(value, Number):
        return value.text
    if isinstance(value, str):
        return value
    raise wrong(f"Send {what}.")


def label(info: ValidationInfo) -> str:
    return (info.field_name or "value").replace("_", " ").capitalize()


def read_money(value: Any, info: ValidationInfo, *, at_least: Decimal = ZERO) -> Decimal:
    text = written(value, 'an amount, as a number or a string like "120.50"')
    try:
        return money.read_amount(text, field="x", label=label(info), at_least=at_least)
    except Refused as refusal:
        raise wrong(refusal.message) from None


def money_or_none(value: Any, info: ValidationInfo) -> Decimal | None:
    return None if value is None else read_money(value, info)


def paid_or_none(value: Any, info: ValidationInfo) -> Decimal | None:
    return None if value is None else read_money(value, info, at_least=PAISA)


def read_quantity(value: Any, info: ValidationInfo) -> Decimal:
    text = written(value, 'a quantity, as a number or a string like "1.250"')
    try:
        return money.read_quantity(text, label=label(info))
    except Refused as refusal:
        raise wrong(refusal.message) from None


def read_id(value: Any) -> int:
    text = written(value, "an id")
    if not _DIGITS.fullmatch(text) or not 1 <= int(text) <= MAX_ID:
        raise wrong("This is not an id.")
    return int(text)


def read_limit(value: Any) -> int:
    text = written(value, "a number")
    if not _DIGITS.fullmatch(text) or not 1 <= int(text) <= MOST_ROWS:
        raise wrong(f"The limit is between 1 and {MOST_ROWS}.")
    return int(text)


def read_moment(value: Any) -> datetime:
    """A time without an offset is the store's own."""
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) and _DAY.match(value) else None
    except ValueError:
        moment = None
    if moment is None or moment.year not in _YEARS:
        raise wrong("Send a time like 2026-04-01T10:30:00+05:30.")
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)


def read_query_moment(value: Any) -> datetime:
    """In an address a plus that was not written as %2B arrives as a space."""
    return read_moment(_PLUS.sub("+", value) if isinstance(value, str) else value)


def read_day(value: Any) -> date:
    try:
        day = date.fromisoformat(value) if isinstance(value, str) and _DAY.fullmatch(value) else None
    except ValueError:
        day = None
    if day is None or day.year not in _YEARS:
        raise wrong("Send a day like 2026-04-01.")
    return day


def read_flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise wrong("Send true or false.")
    return value


def read_query_flag(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if value not in ("true", "false"):
        raise wrong("Send true or false.")
    return bool(value == "true")


def read_count(value: Any, *, least: int = 0, most: int) -> int:
    text = written(value, "a whole number")
    if not _DIGITS.fullmatch(text) or not least <= int(text) <= most:
        raise wrong(f"A whole number between {least} and {most}.")
    return int(text)


def read_uuid(value: Any) -> UUID:
    if not isinstance(value, str) or not _UUID.fullmatch(value):
        raise wrong("This is not an id.")
    return UUID(value)


def read_text(value: Any, info: ValidationInfo, *, most: int, lines: bool = False) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise wrong("Send text.")
    try:
        return clean_text(value, field=label(info), most=most, lines=lines)
    except Refused as refusal:
        raise wrong(refusal.message) from None


def read_raw_text(value: Any) -> str:
    """Text for an operation that cleans it itself and names the field; null is no text."""
    if value is None:
        return ""
    if not isinstance(value, str):
        raise wrong("Send text.")
    return value


def read_words(value: Any) -> str:
    """What is looked for: any text, none of it taken for a command."""
    text = read_raw_text(value)
    if len(text) > MOST_WORDS:
        raise wrong(f"Look for at most {MOST_WORDS} characters.")
    return text


def read_country_code(value: Any) -> str:
    text = read_raw_text(value)
    if text.strip() and region_of_country_code(text, "") is None:
        raise wrong(BAD_CODE)
    return text


def read_method(value: Any) -> str:
    """A way to pay as people write it: Cash, bank transfer, BANK-TRANSFER. The operation knows which there are."""
    return re.sub(r"[\s-]+", "_", read_raw_text(value).strip().lower())
