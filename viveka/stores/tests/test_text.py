import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viveka.stores.errors import Refused
from viveka.stores.text import clean_text, words_query


def clean(text, **options):
    return clean_text(text, **{"field": "note", "most": 1000, **options})


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Asha   Rao ", "Asha Rao"),
        ("Asha\u00a0Rao", "Asha Rao"),
        ("Asha\tRao\n", "Asha Rao"),
        ("\u3000李\u3000小龙", "李 小龙"),
        ("Jose\u0301", "José"),
        ("नेहा शर्मा", "नेहा शर्मा"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("Robert'); DROP TABLE", "Robert'); DROP TABLE"),
        ("क्‍ष", "क्‍ष"),
        ("\u200f\u200fعلي", "\u200f\u200fعلي"),
        ("", ""),
        (" \n ", ""),
        ("\u200b\ufeff\u200e", ""),
    ],
)
def test_keeps_text_as_typed_but_for_spaces_and_composition(typed, kept):
    assert clean(typed) == kept


@pytest.mark.parametrize(
    "typed", ["a\x00b", "a\x07", "\x1b[31m", "a\x7f", "a\x80b", "a\ud800", "gpj.\u202ename", "\u2066a\u2069"]
)
def test_refuses_controls_and_what_is_no_text(typed):
    for lines in (False, True):
        with pytest.raises(Refused) as refusal:
            clean_text(typed, field="customer_name", most=50, lines=lines)
        assert list(refusal.value.errors) == ["customer_name"]
        assert refusal.value.message.startswith("Customer name has ")


def test_line_breaks_stay_where_lines_are_kept():
    assert clean(" 1 Main  Road \r\n\r\nPune\r411001 ", lines=True) == "1 Main Road\n\nPune\n411001"
    assert clean("1 Main Road\nPune") == "1 Main Road Pune"


def test_counts_what_is_kept():
    assert clean("  " + "a" * 50 + "  ", most=50) == "a" * 50
    with pytest.raises(Refused, match="at most 50 characters"):
        clean("a" * 51, most=50)


@given(st.text(alphabet=st.characters(), max_size=80), st.booleans())
def test_any_text_is_kept_the_same_way_twice_or_refused(text, lines):
    try:
        once = clean(text, lines=lines)
    except Refused:
        return
    assert clean(once, lines=lines) == once
    assert unicodedata.is_normalized("NFC", once)
    assert "\x00" not in once
    assert "\n" not in once or lines
    assert once == once.strip()


@pytest.mark.data
def test_naughty_strings_are_kept_as_sent_or_refused(real_data):
    for text in json.loads((real_data / "strings/blns.json").read_text()):
        try:
            kept = clean(text)
        except Refused as refusal:
            assert refusal.message
        else:
            assert kept == " ".join(unicodedata.normalize("NFC", text).split()) or not _is_visible(text)


def _is_visible(text):
    return any(unicodedata.category(char) != "Cf" and not char.isspace() for char in text)


def test_a_query_has_every_word_by_its_beginning():
    assert words_query("asha ra") == "'asha':* & 'ra':*"
    assert words_query("O'Neil-Smith") == "'O':* & 'Neil':* & 'Smith':*"
    assert words_query("  .,- ") == ""
    assert words_query("") == ""
