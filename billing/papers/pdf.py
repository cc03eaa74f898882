"""A receipt as a PDF: a slip of 58 or 80 mm as long as what stands on it, or A4 pages."""

from reportlab.lib.units import mm
from reportlab.platypus import Flowable

from billing.papers.content import Paper
from viveka.stores.pdf import GAP, Boxed, Code, Column, Pair, Rule, Words, paper, slip, table

WIDTHS = {"58": 58 * mm, "80": 80 * mm}
_SIZES = {"58": 7.6, "80": 9.0, "a4": 10.0}
_COLUMNS = (
    Column("Product", 52), Column("Quantity", 14, "right"), Column("Price", 17, "right"), Column("Amount", 17, "right")
)  # fmt: skip


def paper_pdf(content: Paper, form: str = "80") -> bytes:
    """The receipt for `form` (58, 80 or a4). One receipt is one file, byte for byte, whenever it is asked for."""
    title = f"{content.title} {content.number}"
    size = _SIZES[form]
    if form == "a4":
        return paper(title, _parts(content, size, _table(content)), foot=content.store.name)
    return slip(title, _parts(content, size, _lines(content, size)), width=WIDTHS[form])


def _parts(content: Paper, size: float, goods: list[Flowable]) -> list[Flowable]:
    parts: list[Flowable] = [Words(content.store.name, size=size + 3, bold=True, align="center")]
    if content.header:
        parts.append(Words(content.header, size=size - 0.5, align="center"))
    parts += [Boxed(mark, size=size + 1) for mark in content.marks]
    parts.append(Rule())
    parts += [Pair(row.label, row.value, size=size) for row in content.facts]
    if content.customer:
        parts += [Rule(), *(Words(text, size=size) for text in content.customer)]
    if goods:
        parts += [Rule(), *goods]
    for block in content.sums:
        parts.append(Rule())
        for row in block:
            label = " ".join([row.label, *filter(None, row.notes)])
            strong = row.kind in ("total", "due")
            parts.append(Pair(label, row.value, size=size + 2 if row.kind == "total" else size, bold=strong))
    if content.notes:
        parts += [Rule(), *(Words(text, size=size) for text in content.notes)]
    if content.upi:
        parts += [GAP, Code(content.upi), Words(f"Pay {content.due} by UPI", size=size, align="center")]
    if content.footer:
        parts += [Rule(), Words(content.footer, size=size - 0.5, align="center")]
    return parts


def _lines(content: Paper, size: float) -> list[Flowable]:
    parts: list[Flowable] = []
    for line in content.goods:
        parts += [Words(line.name, size=size), Pair(line.times, line.amount, size=size)]
        if line.note:
            parts.append(Words(line.note, size=size - 1))
    return parts


def _table(content: Paper) -> list[Flowable]:
    if not content.goods:
        return []
    rows = [
        ("\n".join(filter(None, [line.name, line.note])), line.quantity, line.price, line.amount)
        for line in content.goods
    ]
    return [table(_COLUMNS, rows, size=9.5)]
