"""A chart as shapes with places, for an SVG that the server writes: no script, no inline style, readable in print."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

WIDTH, HEIGHT = 720, 240
LEFT, RIGHT, TOP, BOTTOM = 76, 8, 10, 26
MOST_LABELS = 9


@dataclass(frozen=True, slots=True)
class Bar:
    x: float
    y: float
    width: float
    height: float
    look: str
    """The class of its colour."""
    title: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A word beside an axis."""

    place: float
    text: str


@dataclass(frozen=True, slots=True)
class Chart:
    """`bars`, a line through `points` (as SVG writes them, "" for none), `rows` along the left, `columns` below."""

    bars: list[Bar]
    points: str
    rows: list[Mark]
    columns: list[Mark]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    floor: int = HEIGHT - BOTTOM


@dataclass(frozen=True, slots=True)
class Series:
    """Values of one colour, one for each column."""

    name: str
    look: str
    values: Sequence[Decimal]


def bar_chart(columns: Sequence[str], series: Sequence[Series], show: Callable[[Decimal], str]) -> Chart:
    """The series side by side in each column; a bar's title says what it is."""
    top = _nice([value for one in series for value in one.values])
    room = (WIDTH - LEFT - RIGHT) / max(len(columns), 1)
    width = room * 0.8 / max(len(series), 1)
    bars = []
    for n, column in enumerate(columns):
        for m, one in enumerate(series):
            if value := one.values[n]:
                y = _height(value, top)
                x = LEFT + n * room + room * 0.1 + m * width
                title = f"{column}: {one.name} {show(value)}"
                bars.append(Bar(round(x, 2), y, round(width, 2), round(HEIGHT - BOTTOM - y, 2), one.look, title))
    return Chart(bars, "", _rows(top, show), _columns(columns, room))


def line_chart(columns: Sequence[str], values: Sequence[Decimal], show: Callable[[Decimal], str]) -> Chart:
    """One line through the middle of the columns."""
    top = _nice(values)
    room = (WIDTH - LEFT - RIGHT) / max(len(columns), 1)
    points = " ".join(f"{LEFT + (n + 0.5) * room:.2f},{_height(value, top)}" for n, value in enumerate(values))
    return Chart([], points, _rows(top, show), _columns(columns, room))


def _height(value: Decimal, top: Decimal) -> float:
    return round(TOP + (HEIGHT - TOP - BOTTOM) * float(1 - value / top), 2)


def _nice(values: Sequence[Decimal]) -> Decimal:
    """The next of 1, 2, 4, 5, 8, 10, 20 … that is not below any value."""
    most = max(values, default=Decimal(0))
    if most <= 1:
        return Decimal(1)
    scale = Decimal(10) ** (len(str(int(most))) - 1)
    return next(scale * step for step in (1, 2, 4, 5, 8, 10) if scale * step >= most)


def _rows(top: Decimal, show: Callable[[Decimal], str]) -> list[Mark]:
    return [Mark(_height(top * n / 4, top), show(top * n / 4)) for n in range(5)]


def _columns(names: Sequence[str], room: float) -> list[Mark]:
    """Not more words than there is room for."""
    every = -(-len(names) // MOST_LABELS) or 1
    return [Mark(round(LEFT + (n + 0.5) * room, 2), name) for n, name in enumerate(names) if n % every == 0]
