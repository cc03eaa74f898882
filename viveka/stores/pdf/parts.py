"""Parts of a slip besides words: two texts on one line, a dashed rule, a box, a code for phones."""

from typing import Any

import segno
from reportlab.lib.colors import HexColor
from reportlab.lib.units import mm
from reportlab.platypus import Flowable

from viveka.stores.pdf.words import Words

_SOFT = HexColor("#8a8a8a")


class Pair(Flowable):
    """A text on the left, broken where it is long, and a short one on the right, at the height of its last line."""

    def __init__(self, left: str, right: str, *, size: float = 9, bold: bool = False) -> None:
        super().__init__()
        self.left = Words(left, size=size, bold=bold)
        self.right = Words(right, size=size, bold=bold, align="right")

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        self.width = width
        self.right.wrap(width, height)
        widest = max((sum(piece[2] for piece in line) for line in self.right.lines), default=0.0) + 1
        self.left_width = max(width - widest - 2 * mm, width * 0.3)
        self.right_width = width - self.left_width - 2 * mm
        tall = self.left.wrap(self.left_width, height)[1]
        self.height = max(tall, self.right.wrap(self.right_width, height)[1])
        return width, self.height

    def draw(self) -> None:
        self.left.drawOn(self.canv, 0, self.height - self.left.height)
        self.right.drawOn(self.canv, self.width - self.right_width, 0)


class Rule(Flowable):
    """A dashed line between the blocks of a receipt."""

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        self.width, self.height = width, 3 * mm
        return width, self.height

    def draw(self) -> None:
        canvas: Any = self.canv
        canvas.setStrokeColor(_SOFT)
        canvas.setLineWidth(0.6)
        canvas.setDash(2, 2)
        canvas.line(0, self.height / 2, self.width, self.height / 2)
        canvas.setDash()


class Boxed(Flowable):
    """Words in a frame, for what nobody may miss."""

    def __init__(self, text: str, *, size: float = 10) -> None:
        super().__init__()
        self.words = Words(text.upper(), size=size, bold=True, align="center")

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        self.width = width
        self.height = self.words.wrap(width - 2 * mm, height)[1] + 3 * mm
        return width, self.height

    def draw(self) -> None:
        canvas: Any = self.canv
        canvas.setLineWidth(1.2)
        canvas.rect(0.6, 1 * mm, self.width - 1.2, self.height - 2 * mm)
        self.words.drawOn(canvas, 1 * mm, 1.4 * mm)


class Code(Flowable):
    """What a phone reads, in the middle of the line; `side` is how wide it is at most."""

    def __init__(self, text: str, *, side: float = 32 * mm) -> None:
        super().__init__()
        self.rows = [list(row) for row in segno.make(text, error="m", micro=False).matrix]
        self.side = side

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        self.width, self.height = width, min(self.side, width) + 2 * mm
        return width, self.height

    def draw(self) -> None:
        canvas: Any = self.canv
        cell = (self.height - 2 * mm) / len(self.rows)
        left = (self.width - cell * len(self.rows)) / 2
        canvas.setFillGray(0)
        for n, row in enumerate(self.rows):
            for place, is_dark in enumerate(row):
                if is_dark:
                    y = self.height - 1 * mm - (n + 1) * cell
                    canvas.rect(left + place * cell, y, cell, cell, stroke=0, fill=1)
