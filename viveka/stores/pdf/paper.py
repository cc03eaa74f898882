"""Pages and slips made of words and tables. The same content gives the same file, byte for byte."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, PageTemplate, Spacer, Table

from viveka.stores.pdf.words import QUIET, Align, Words

MARGIN = 15 * mm
A4_WIDTH = A4[0] - 2 * MARGIN
SLIP_WIDTH, SLIP_MARGIN = 80 * mm, 4 * mm
GAP = Spacer(1, 4 * mm)
_LINE = HexColor("#b9b5a8")
_SOFT = HexColor("#e2f0ed")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: what stands above it, its part of the width, where its cells stand."""

    title: str
    share: float
    align: Align = "left"


def table(
    columns: Sequence[Column],
    rows: Sequence[Sequence[str]],
    *,
    width: float = A4_WIDTH,
    size: float = 8.5,
    bold: Sequence[int] = (),
) -> Table:
    """Rows below their columns' names, which stand again on each page; `bold` are places of rows, from 0."""
    whole = sum(column.share for column in columns)
    heads = [Words(column.title, size=size - 0.5, bold=True, align=column.align, color=QUIET) for column in columns]
    cells = [
        [
            Words(text, size=size, bold=place in bold, align=column.align)
            for column, text in zip(columns, row, strict=True)
        ]
        for place, row in enumerate(rows)
    ]
    style: list[tuple[Any, ...]] = [
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LEFTPADDING", (0, 0), (-1, -1), 3),
        ("RIGHTPADDING", (0, 0), (-1, -1), 3),
        ("TOPPADDING", (0, 0), (-1, -1), 2),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
        ("LINEBELOW", (0, 0), (-1, 0), 0.8, _LINE),
        ("LINEBELOW", (0, 1), (-1, -1), 0.25, _LINE),
        *(("BACKGROUND", (0, place + 1), (-1, place + 1), _SOFT) for place in bold),
    ]
    widths = [width * column.share / whole for column in columns]
    return Table([heads, *cells], colWidths=widths, style=style, repeatRows=1)


class _Numbered(Canvas):
    """Says on each page, when all are known, which of how many it is."""

    foot = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._kept: list[dict[str, Any]] = []

    def showPage(self) -> None:
        self._kept.append(dict(self.__dict__))
        self._startPage()

    def save(self) -> None:
        for number, state in enumerate(self._kept, 1):
            self.__dict__.update(state)
            pages = f" · {number}/{len(self._kept)}" if len(self._kept) > 1 else ""
            words = Words(f"{self.foot}{pages}", size=7.5, align="center", color=QUIET)
            words.wrap(A4_WIDTH, MARGIN)
            words.drawOn(self, MARGIN, 8 * mm)
            super().showPage()
        super().save()


def paper(title: str, parts: Sequence[Flowable], *, foot: str) -> bytes:
    """A4 pages; `foot` stands below each."""
    out = io.BytesIO()
    document = BaseDocTemplate(out, pagesize=A4, title=title, author=foot, creator="Viveka", invariant=1)
    frame = Frame(
        MARGIN, MARGIN, A4_WIDTH, A4[1] - 2 * MARGIN, leftPadding=0, rightPadding=0, topPadding=0, bottomPadding=0
    )
    document.addPageTemplates([PageTemplate(frames=[frame])])
    document.build(list(parts), canvasmaker=type("Footed", (_Numbered,), {"foot": foot}))
    return out.getvalue()


def slip(title: str, parts: Sequence[Flowable], *, width: float = SLIP_WIDTH) -> bytes:
    """One page of a till's width, as long as what stands on it."""
    page, width = width, width - 2 * SLIP_MARGIN
    heights = [part.wrap(width, 10_000)[1] for part in parts]
    out = io.BytesIO()
    height = sum(heights) + 2 * SLIP_MARGIN
    canvas = Canvas(out, pagesize=(page, height), invariant=1)
    canvas.setTitle(title)
    y = height - SLIP_MARGIN
    for part, tall in zip(parts, heights, strict=True):
        y -= tall
        part.drawOn(canvas, SLIP_MARGIN, y)
    canvas.showPage()
    canvas.save()
    return out.getvalue()
