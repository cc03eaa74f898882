"""What a customer's name may be, and the two placeholders that stand for no name."""

from viveka.stores.text import clean_text

WALK_IN = "Walk-in Customer"
ONE_LETTER = "clientCustomer"
PLACEHOLDERS = frozenset({WALK_IN, ONE_LETTER})
ERASED = "Erased customer"  # what stands on an erased record; no name can be found there
_FOLDED = {name.casefold(): name for name in PLACEHOLDERS}
MOST = 200


def clean_name(text: str, *, field: str = "name") -> str:
    """The name as it is kept; "" where there is none, `clientCustomer` for a single character.

    A placeholder is spelled in its one way, which the database's rules know.

    Raises Refused naming `field` for control characters or more than 200 characters.
    """
    name = clean_text(text, field=field, most=MOST)
    return ONE_LETTER if len(name) == 1 else _FOLDED.get(name.casefold(), name)


def is_real(name: str) -> bool:
    """Neither empty nor a placeholder (however it is written)."""
    return bool(name) and name.casefold() not in _FOLDED
