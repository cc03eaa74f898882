"""Appointments laid out: a day by who serves and by the hour, a week by its days."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.utils import timezone

from advances.models import Appointment, RecordStatus
from viveka.stores.models import Store, User

STEP = 15  # minutes of a row
SHORTEST = 2  # rows of a card that can be read
OPENS, CLOSES = 9, 19  # hours shown on an empty day
MOST = 500  # appointments shown of a day or a week
GONE = (RecordStatus.CANCELLED, RecordStatus.NO_SHOW)


@dataclass(slots=True)
class Card:
    """An appointment at its place: rows of a quarter of an hour from the first hour shown, beside others."""

    appointment: Appointment
    row: int
    span: int
    lane: int = 1


@dataclass(slots=True)
class Column:
    """Who serves, and what is to be done; `person` is None for nobody yet."""

    person: User | None
    cards: list[Card] = field(default_factory=list)

    @property
    def lanes(self) -> int:
        return max((card.lane for card in self.cards), default=1)


@dataclass(frozen=True, slots=True)
class Day:
    """A day with its hours and columns."""

    hours: range
    columns: list[Column]

    @property
    def hour_rows(self) -> list[tuple[int, int]]:
        """Each hour with its row."""
        return [(hour, 1 + n * 60 // STEP) for n, hour in enumerate(self.hours)]


def appointments_of(store: Store, first: date, days: int) -> list[Appointment]:
    """Those of the store's days, in order, with customer and who serves; cancelled ones too."""
    begins, ends = store.start_of(first), store.start_of(first + timedelta(days=days))
    rows = Appointment.objects.of(store).within(begins, ends)
    return list(rows.select_related("customer", "served_by")[:MOST])


def lay_out(store: Store, day: date, appointments: Sequence[Appointment]) -> Day:
    """The day as columns. Who overlaps in a column stands in lanes beside each other; cancelled ones are left out."""
    standing = [one for one in appointments if one.status not in GONE]
    spans = [_minutes(store, day, one) for one in standing]
    first = min([OPENS, *(begins // 60 for begins, _ in spans)])
    last = max([CLOSES, *(-(-ends // 60) for _, ends in spans)])
    columns: dict[int | None, Column] = {}
    for one, (begins, ends) in zip(standing, spans, strict=True):
        column = columns.setdefault(one.served_by_id, Column(one.served_by))
        row = 1 + (begins - first * 60) // STEP
        span = max(SHORTEST, -(-(ends - begins) // STEP))
        column.cards.append(Card(one, row, span, _free_lane(column.cards, row)))
    ordered = sorted(columns.values(), key=lambda column: (column.person is None, str(column.person)))
    return Day(range(first, min(last, 24)), ordered)


def _free_lane(cards: Iterable[Card], row: int) -> int:
    """The first lane in which nothing reaches this row."""
    taken = {card.lane for card in cards if card.row + card.span > row}
    return next(lane for lane in range(1, MOST + 2) if lane not in taken)


def _minutes(store: Store, day: date, one: Appointment) -> tuple[int, int]:
    """Begin and end in minutes of the wall clock of the day; what goes on past midnight ends there."""
    begins, ends = (timezone.localtime(moment, store.zone) for moment in (one.scheduled_at, one.ends_at))
    return _of_day(begins, day), min(_of_day(ends, day), 24 * 60)


def _of_day(moment: datetime, day: date) -> int:
    return (moment.date() - day).days * 24 * 60 + moment.hour * 60 + moment.minute


def week_of(day: date) -> list[date]:
    """Monday to Sunday."""
    monday = day - timedelta(days=day.weekday())
    return [monday + timedelta(days=n) for n in range(7)]


def by_day(
    store: Store, days: Sequence[date], appointments: Iterable[Appointment]
) -> list[tuple[date, list[Appointment]]]:
    """The days with their appointments."""
    told: dict[date, list[Appointment]] = {day: [] for day in days}
    for one in appointments:
        told[store.day_of(one.scheduled_at)].append(one)
    return list(told.items())
