"""Which font writes which letter. One font has not all of them: a text is cut into runs, each in a font that can."""

import re
from functools import cache
from pathlib import Path
from unicodedata import category, normalize

import uharfbuzz
from reportlab.lib.abag import ABag
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont, shapeFragWord

FOLDER = Path(__file__).parent / "fonts"
LATIN = "NotoSans"
OTHERS = (
    "NotoSansDevanagari", "NotoSansBengali", "NotoSansGujarati", "NotoSansGurmukhi", "NotoSansOriya", "NotoSansTamil",
    "NotoSansTelugu", "NotoSansKannada", "NotoSansMalayalam", "NotoSansArabic",
)  # fmt: skip
NO_GLYPH = "\u25a1"  # what is in none of them, emoji for example
_PLAIN = re.compile(r"[\x20-\x7e₹–—·×’“”…]*")
_RIGHT_TO_LEFT = re.compile(r"[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]")

Run = tuple[str, str]
"""The name of a font, and what it writes."""


@cache
def _letters(font: str) -> frozenset[int]:
    face = uharfbuzz.Face(uharfbuzz.Blob.from_file_path(str(_file(font))))
    return frozenset(face.unicodes)


def _file(font: str, style: str = "Regular") -> Path:
    return FOLDER / f"{font}-{style}.ttf"


@cache
def named(font: str, is_bold: bool) -> str:
    """The font's name in a PDF; where it has no bold one, the regular one. Read on first use."""
    style = "Bold" if is_bold and _file(font, "Bold").exists() else "Regular"
    name = f"{font}-{style}"
    pdfmetrics.registerFont(TTFont(name, str(_file(font, style)), shapable=True))
    return name


def runs(text: str) -> list[Run]:
    """The text in pieces, each with its font. Letters that change their neighbours stay in one piece with them."""
    if _PLAIN.fullmatch(text):
        return [(LATIN, text)] if text else []
    text = normalize("NFC", text)
    pieces: list[list[str]] = []
    for letter in text:
        font = _font_of(letter, pieces[-1][0] if pieces else LATIN)
        letter = letter if font else NO_GLYPH
        font = font or LATIN
        if pieces and pieces[-1][0] == font:
            pieces[-1][1] += letter
        elif category(letter) != "Cc":
            pieces.append([font, letter])
    return [(font, written) for font, written in pieces]


def runs_from_right(word: str) -> bool:
    """Whether it is read from right to left, as Urdu is."""
    return bool(_RIGHT_TO_LEFT.search(word))


def _font_of(letter: str, current: str) -> str:
    """The current font where it has the letter, else the first that does; "" where none does."""
    code = ord(letter)
    if code in _letters(current) or category(letter) in ("Cf", "Cc"):
        return current
    return next((font for font in (LATIN, *OTHERS) if code in _letters(font)), "")


def shaped(run: Run, size: float, is_bold: bool) -> tuple[str, str, float]:
    """The name of the font, the letters as they are drawn together, and how wide that is in points."""
    name, text = named(run[0], is_bold), run[1]
    if _PLAIN.fullmatch(text):
        return name, text, pdfmetrics.stringWidth(text, name, size)
    word = [0, (ABag(fontName=name, fontSize=size), text)]
    drawn = shapeFragWord(word, features={"kern": True, "liga": True}, force=True)[1][1]
    width = sum(part.x_advance for part in drawn.__shapeData__) * size / 1000
    return name, drawn, width
