"""Three months of a shop, thought up before anything is written: who comes when for what, and what is delivered.

The same seed and the same moment make the same story.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from itertools import accumulate
from random import Random
from zoneinfo import ZoneInfo

from viveka.demo.catalogue import GOODS, Good
from viveka.demo.people import Person, as_typed

DAYS = 90
VISITS_A_DAY = 16
ANONYMOUS = 0.36
COVER = 40  # days that one delivery lasts
AHEAD = 4  # days of demand that must be on the shelf in the evening

SOLD_OUT = {"SNK-03", "TEA-05", "PER-09"}
"""Bought once, to the last one, and not again."""
OVERLOOKED = {"SNK-10", "TEA-03"}
"""A lot of these was not sold in its time."""

_HOURS = {8: 5, 9: 8, 10: 10, 11: 9, 12: 7, 13: 4, 14: 3, 15: 3, 16: 5, 17: 8, 18: 12, 19: 13, 20: 9, 21: 4}
_LOOSE = [Decimal(text) for text in ("0.25", "0.5", "0.5", "0.75", "1", "1", "1.5", "2", "3")]
_NOTES = [10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000]


@dataclass(frozen=True)
class Visit:
    """One sale to be: goods with quantities, the buyer as typed, how it is paid."""

    at: datetime
    basket: list[tuple[Good, Decimal]]
    phone: str
    name: str
    method: str
    by_manager: bool
    splits: bool
    """A part by UPI, the rest in cash."""
    gives_notes: bool
    discount: Decimal

    @property
    def least(self) -> Decimal:
        """What it costs at the first prices; deliveries only ever make things dearer."""
        return sum((good.price * quantity for good, quantity in self.basket), Decimal(0))

    @property
    def cash_given(self) -> Decimal:
        """Notes that surely cover it."""
        most = self.least * Decimal("1.2")
        return Decimal(next((note for note in _NOTES if note >= most), int(most) + 1))


@dataclass(frozen=True)
class Delivery:
    """A lot to be received."""

    at: datetime
    good: Good
    quantity: Decimal
    cost: Decimal
    price: Decimal
    mrp: Decimal | None
    expiry: date | None
    supplier: str


def make_visits(people: Sequence[Person], now: datetime, zone: ZoneInfo, random: Random) -> list[Visit]:
    """All visits of the last `DAYS` days and of today until now, in order; everybody comes at least once."""
    today = now.astimezone(zone).date()
    visits: list[Visit] = []
    waiting = list(people)
    random.shuffle(waiting)
    often = list(accumulate(person.weight for person in people))
    for back in range(DAYS, -1, -1):
        day = today - timedelta(days=back)
        for at in _opening_times(day, zone, random):
            if at < now:
                person = _who_comes(people, often, waiting, random)
                visits.append(_make_visit(at, person, random))
    return visits


def _opening_times(day: date, zone: ZoneInfo, random: Random) -> list[datetime]:
    busy = {5: 1.2, 6: 1.4}.get(day.weekday(), 0.9)
    count = round(random.gauss(VISITS_A_DAY * busy, 2))
    hours = random.choices(list(_HOURS), weights=list(_HOURS.values()), k=max(count, 6))
    minutes = (time(hour, random.randint(0, 59), random.randint(0, 59)) for hour in hours)
    return sorted(datetime.combine(day, minute, tzinfo=zone) for minute in minutes)


def _who_comes(people: Sequence[Person], often: list[float], waiting: list[Person], random: Random) -> Person | None:
    if random.random() < ANONYMOUS:
        return None
    if waiting and random.random() < 0.25:
        return waiting.pop()
    return random.choices(people, cum_weights=often)[0]


def _make_visit(at: datetime, person: Person | None, random: Random) -> Visit:
    basket = _make_basket(random)
    dear = sum(good.price * quantity for good, quantity in basket) > 300
    name = person.name if person and random.random() < 0.8 else ""
    return Visit(
        at=at,
        basket=basket,
        phone=as_typed(person.phone, random) if person else "",
        name=name,
        method=random.choices(["upi", "cash", "card", "bank_transfer"], weights=[50, 40, 9 if dear else 1, 1])[0],
        by_manager=random.random() < 0.15,
        splits=dear and random.random() < 0.06,
        gives_notes=random.random() < 0.7,
        discount=Decimal(random.choice([2, 5])) if dear and random.random() < 0.08 else Decimal(0),
    )


def _make_basket(random: Random) -> list[tuple[Good, Decimal]]:
    """A few things of daily need, a week's shopping, or the salon."""
    kind = random.choices(["few", "week", "salon"], weights=[62, 22, 16])[0]
    if kind == "salon":
        goods = [good for good in GOODS if good.category.startswith("Salon")]
        count = random.choices([1, 2, 3], weights=[60, 30, 10])[0]
    else:
        goods = [good for good in GOODS if not good.is_service and good.weight > 1 or random.random() < 0.3]
        goods = [good for good in goods if not good.is_service]
        count = random.randint(1, 4) if kind == "few" else random.randint(5, 11)
    chosen: dict[str, Good] = {}
    for good in random.choices(goods, weights=[good.weight for good in goods], k=count):
        chosen[good.sku] = good
    return [(good, _quantity(good, random)) for good in chosen.values()]


def _quantity(good: Good, random: Random) -> Decimal:
    if good.unit == "hour":
        return Decimal(random.choice(["0.5", "1"]))
    if good.is_loose:
        return random.choice(_LOOSE[:4] if good.price > 150 else _LOOSE)
    if good.is_service:
        return Decimal(1)
    if good.name.startswith("Eggs"):
        return Decimal(random.choice([6, 6, 10, 12, 30]))
    if good.price <= 10:
        return Decimal(random.randint(1, 6))
    return Decimal(random.choices([1, 2, 3, 4], weights=[70, 20, 6, 4])[0])


def make_deliveries(visits: Sequence[Visit], zone: ZoneInfo, random: Random) -> list[Delivery]:
    """Deliveries that keep the shelves filled, so that every visit finds what it wants; in order of time."""
    wanted: dict[str, dict[date, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for visit in visits:
        for good, quantity in visit.basket:
            wanted[good.sku][visit.at.date()] += quantity
    first, last = visits[0].at.date(), visits[-1].at.date()
    deliveries = []
    for good in GOODS:
        if not good.is_service:
            deliveries += _deliveries_of(good, wanted[good.sku], first, last, zone, random)
    return sorted(deliveries, key=lambda delivery: (delivery.at, delivery.good.place))


def _deliveries_of(
    good: Good, wanted: dict[date, Decimal], first: date, last: date, zone: ZoneInfo, random: Random
) -> list[Delivery]:
    """A lot before the first day, then one each time the shelf would not last the next days."""
    total = sum(wanted.values(), Decimal(0))
    if good.sku in SOLD_OUT and total:
        return [_delivery(good, 0, first - timedelta(days=1), total, zone, random)]
    lot = _round_lot(good, total * COVER / DAYS)
    deliveries = [_delivery(good, 0, first - timedelta(days=1), lot, zone, random)]
    shelf = lot
    day = first
    while day <= last:
        ahead = [day + timedelta(days=n) for n in range(AHEAD)]
        soon = sum((total / DAYS if one > last else wanted.get(one, Decimal(0)) for one in ahead), Decimal(0))
        while shelf < soon:
            deliveries.append(_delivery(good, len(deliveries), day, lot, zone, random))
            shelf += lot
        shelf -= wanted.get(day, Decimal(0))
        day += timedelta(days=1)
    if good.sku in OVERLOOKED:
        deliveries.append(_overlooked(good, wanted, last, zone, random))
    return deliveries


def _round_lot(good: Good, quantity: Decimal) -> Decimal:
    step = Decimal(5) if good.is_loose else Decimal(12 if good.price < 100 else 4)
    return max((quantity / step).to_integral_value(ROUND_CEILING), Decimal(1)) * step


def _delivery(good: Good, count: int, day: date, quantity: Decimal, zone: ZoneInfo, random: Random) -> Delivery:
    """The next lot: now and then dearer than the one before, and then the price follows."""
    rise = Decimal(1) + Decimal("0.02") * min(count, 4) * (good.place % 3)
    cost = (good.cost * rise).quantize(Decimal("0.01"))
    price = good.price if good.price < 3 else max(good.price, (good.price * rise).to_integral_value(ROUND_FLOOR))
    packed = bool(good.barcode)
    keeps = good.category in {"Oil & ghee", "Biscuits & snacks", "Tea & coffee", "Spices", "Personal care"}
    return Delivery(
        at=datetime.combine(day, time(7, random.randint(0, 50)), tzinfo=zone),
        good=good,
        quantity=quantity,
        cost=cost,
        price=price,
        mrp=(price * Decimal("1.05")).to_integral_value(ROUND_CEILING) if packed else None,
        expiry=day + timedelta(days=random.randint(180, 400)) if keeps else None,
        supplier=f"{good.category.split(' ')[0]} traders, Begum Bazaar",
    )


def _overlooked(good: Good, wanted: dict[date, Decimal], last: date, zone: ZoneInfo, random: Random) -> Delivery:
    """A lot that was not all sold in its time: some of it is left past its expiry date."""
    came, expires = last - timedelta(days=40), last - timedelta(days=6)
    sold = sum((quantity for day, quantity in wanted.items() if came <= day <= expires), Decimal(0))
    return replace(_delivery(good, 0, came, sold + 2, zone, random), expiry=expires)
