"""A text on a page: broken into lines at its spaces, each letter in a font that has it."""

from collections.abc import Iterator
from typing import Any, Literal

from reportlab.lib.colors import Color, HexColor
from reportlab.platypus import Flowable

from viveka.stores.pdf.scripts import runs, runs_from_right, shaped

INK, QUIET = HexColor("#1f2a2e"), HexColor("#5a666b")
_LEADING = 1.45  # above and below the vowel signs of Indian scripts is room
Align = Literal["left", "right", "center"]
_Piece = tuple[str, str, float]
_Word = tuple[str, list[_Piece]]


class Words(Flowable):
    """Some words in one size; `\\n` begins a new line. A word wider than the page is cut."""

    def __init__(
        self, text: str, *, size: float = 9, bold: bool = False, align: Align = "left", color: Color = INK
    ) -> None:
        super().__init__()
        self.text, self.size, self.bold, self.align_to, self.color = text, size, bold, align, color
        self.lines: list[list[_Piece]] = []

    @property
    def leading(self) -> float:
        return self.size * _LEADING

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        self.width = width
        self.lines = [line for part in self.text.split("\n") for line in self._broken(part, width)]
        self.height = self.leading * len(self.lines)
        return width, self.height

    def split(self, width: float, height: float) -> list[Flowable]:
        return []

    def minWidth(self) -> float:
        return 0

    def _broken(self, text: str, width: float) -> Iterator[list[_Piece]]:
        line: list[_Word] = []
        used = 0.0
        space = self._measured(" ")[0]
        for word in text.split(" "):
            for piece in self._fitting(word, width):
                needed = _width(piece)
                if line and used + space[2] + needed > width + 0.01:
                    yield _side_by_side(line, space)
                    line, used = [], 0.0
                used += needed + (space[2] if line else 0)
                line.append((word, piece))
        yield _side_by_side(line, space)

    def _fitting(self, word: str, width: float) -> Iterator[list[_Piece]]:
        """The word; in parts where it is wider than the line."""
        while word:
            most = len(word)
            while most > 1 and _width(self._measured(word[:most])) > width:
                most -= 1
            yield self._measured(word[:most])
            word = word[most:]

    def _measured(self, text: str) -> list[_Piece]:
        return [shaped(run, self.size, self.bold) for run in runs(text)]

    def draw(self) -> None:
        canvas: Any = self.canv
        canvas.setFillColor(self.color)
        y = self.height - self.size * 1.12
        for line in self.lines:
            over = self.width - _width(line)
            x = {"left": 0.0, "center": over / 2, "right": over}[self.align_to]
            for font, drawn, width in line:
                canvas.setFont(font, self.size)
                canvas.drawString(x, y, drawn)
                x += width
            y -= self.leading


def _side_by_side(line: list[_Word], space: _Piece) -> list[_Piece]:
    """The pieces of a line from left to right: words read from the right stand the other way round, as they are read.

    A number that follows such a word is read on with it.
    """
    placed: list[list[_Piece]] = []
    at, was_right = 0, False
    for word, pieces in line:
        was_right = runs_from_right(word) or (was_right and word.isdecimal())
        placed.insert(at if was_right else len(placed), pieces)
        at = at if was_right else len(placed)
    return [one for number, pieces in enumerate(placed) for one in ([space, *pieces] if number else pieces)]


def _width(pieces: list[_Piece]) -> float:
    return sum(width for _, _, width in pieces)
