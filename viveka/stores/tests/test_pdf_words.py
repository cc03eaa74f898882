"""Words on a printed page stand as they are read."""

import pytest

from viveka.stores.pdf.scripts import runs, shaped
from viveka.stores.pdf.words import Words

SUGAR, ONE, KILO = "چینی", "ایک", "کلو"  # in Urdu, read from right to left


def from_left(text: str, width: float = 500) -> list[list[str]]:
    words = Words(text)
    words.wrap(width, 500)
    return [[drawn for _, drawn, _ in line if drawn.strip()] for line in words.lines]


def drawn(word: str) -> str:
    return "".join(shaped(run, 9, False)[1] for run in runs(word))


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        (f"{SUGAR} {ONE} {KILO}", [KILO, ONE, SUGAR]),
        (f"Tata {SUGAR} {KILO} pack", ["Tata", KILO, SUGAR, "pack"]),
        (f"{SUGAR} 5 {KILO} x {ONE} {KILO}", [KILO, "5", SUGAR, "x", KILO, ONE]),
        ("चीनी एक किलो", ["चीनी", "एक", "किलो"]),
    ],
)
def test_words_read_from_the_right_stand_the_other_way_round(text: str, seen: list[str]) -> None:
    assert from_left(text) == [[drawn(word) for word in seen]]


def test_a_line_is_broken_where_it_is_full_and_each_line_is_read_by_itself() -> None:
    assert from_left(f"{SUGAR} {ONE} {KILO}", width=40) == [[drawn(ONE), drawn(SUGAR)], [drawn(KILO)]]
