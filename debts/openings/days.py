"""Days as old books write them."""

import re
from datetime import date, datetime

from viveka.stores.errors import Refused
from viveka.stores.form_fields import FIRST_DAY, LAST_DAY

_MONTH_FIRST = frozenset({"US", "PH"})
_PARTS = re.compile(r"([0-9]{1,4})[/.\-]([0-9]{1,2})[/.\-]([0-9]{1,4})", re.ASCII)
_NAMED = ("%d %b %Y", "%d %B %Y", "%d %b %y", "%d %B %y", "%b %d %Y", "%B %d %Y")
_LONGEST = 40


def read_day(text: str, region: str, *, field: str = "since") -> date:
    """A day as people write it: 2024-04-01, 1/4/2024, 01.04.24, 1 Apr 2024; a time after it is left out.

    The day comes before the month, save where the region has it the other way round. Raises Refused naming `field`.
    """
    bad = Refused("This is no day. Write it as 2024-04-01 or 01/04/2024.", field)
    if len(text) > _LONGEST:
        raise bad
    text = re.sub(r"[T ][0-9]{1,2}:.*$", "", text.strip())
    try:
        day = _by_numbers(text, month_first=region in _MONTH_FIRST) or _by_name(text)
    except ValueError:
        raise bad from None
    if day is None:
        raise bad
    if not FIRST_DAY <= day <= LAST_DAY:
        raise Refused(f"A day between {FIRST_DAY:%Y} and {LAST_DAY:%Y}.", field)
    return day


def _by_numbers(text: str, *, month_first: bool) -> date | None:
    parts = _PARTS.fullmatch(text)
    if not parts:
        return None
    first, middle, last = parts.groups()
    if len(first) == 4:
        return date(int(first), int(middle), int(last))
    if len(last) not in (2, 4) or len(first) > 2:
        return None
    year = int(last) if len(last) == 4 else 2000 + int(last)
    day, month = (int(middle), int(first)) if month_first else (int(first), int(middle))
    return date(year, month, day)


def _by_name(text: str) -> date | None:
    plain = " ".join(re.split(r"[\s,./\-]+", text))
    for shape in _NAMED:
        try:
            return datetime.strptime(plain, shape).date()
        except ValueError:
            continue
    return None
