"""Text that people type: cleaned the same way everywhere, and searched by the beginning of any word."""

import re
import unicodedata

from django.contrib.postgres.search import SearchVectorField
from django.db.models import Func

from viveka.stores.errors import Refused

# Marks that turn the reading direction of what follows: a way to show one name and store another.
_DIRECTION_CONTROLS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def clean_text(text: str, *, field: str, most: int, lines: bool = False) -> str:
    """NFC, outer space trimmed, runs of space made one; with `lines`, line breaks stay.

    Text with nothing to see in it (zero-width characters alone) is no text: "". Raises Refused naming `field` for
    control characters, lone surrogates, or more than `most` characters.
    """
    label = field.replace("_", " ").capitalize()
    if lines:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise Refused(f"{label} has characters that are not text.", field) from None
    text = unicodedata.normalize("NFC", text)
    if lines:
        text = "\n".join(" ".join(line.split()) for line in text.split("\n")).strip()
    else:
        text = " ".join(text.split())
    if any(unicodedata.category(char) == "Cc" and char != "\n" or char in _DIRECTION_CONTROLS for char in text):
        raise Refused(f"{label} has control characters. Type it again.", field)
    if len(text) > most:
        raise Refused(f"{label} has at most {most} characters.", field)
    return text if any(unicodedata.category(char) != "Cf" and not char.isspace() for char in text) else ""


class SearchWords(Func):
    """The words of several columns as a tsvector, by the SQL function of the same name."""

    function = "viveka_search_words"
    output_field = SearchVectorField()


_SPLIT = re.compile(r"""[\s.,;:/\\()\[\]"'’&*!?|<>+_-]+""")


_MOST_WORDS = 8
_LONGEST_WORD = 200  # of what is indexed; a tsquery refuses words above 2,046 bytes


def words_query(text: str) -> str:
    """A tsquery text that finds all words of `text`, each by its beginning; "" where there is no word."""
    text = unicodedata.normalize("NFC", text).encode(errors="ignore").decode()  # without lone surrogates
    words = [word[:_LONGEST_WORD] for word in _SPLIT.split(text.replace("\0", "")) if word]
    return " & ".join(f"'{word}':*" for word in words[:_MOST_WORDS])  # quotes and backslashes end words
