"""What is arranged at Shivik Mart around today: appointments at the salon, bookings, enquiries, with their advances."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any

from advances.services import Content, Line, Paid, Slot, Who, record_appointment, record_booking, record_enquiry
from advances.services.record_changes import KEEP, cancel_record, finish_record
from billing.models import Product
from billing.services.record_sales import with_products
from viveka.demo.people import Person
from viveka.stores.models import Store, User


@dataclass(frozen=True)
class Coming:
    """An appointment to be: days from today, hour, minutes, services by SKU, advance, which of the two serves."""

    days: int
    at: time
    minutes: int
    services: tuple[str, ...]
    advance: int = 0
    by_manager: bool = False
    notes: str = ""
    ends: str = ""
    """done, no_show, or "" for open."""


COMING = [
    Coming(-1, time(10, 0), 30, ("SRV-01",), ends="done"),
    Coming(-1, time(11, 30), 60, ("SRV-05",), 200, True, ends="done"),
    Coming(-1, time(17, 0), 30, ("SRV-03",), 50, ends="no_show"),
    Coming(0, time(9, 30), 30, ("SRV-02",), notes="Prefers the chair at the window"),
    Coming(0, time(10, 0), 60, ("SRV-05", "SRV-04"), 300),
    Coming(0, time(10, 30), 45, ("SRV-01", "SRV-03"), by_manager=True),
    Coming(0, time(12, 0), 60, ("SRV-06",), 150, True),
    Coming(0, time(15, 15), 30, ("SRV-04",)),
    Coming(0, time(16, 0), 90, ("SRV-05", "SRV-02"), 500, True, "For a wedding in the evening"),
    Coming(0, time(18, 30), 30, ("SRV-01",)),
    Coming(1, time(10, 0), 60, ("SRV-06",), 200),
    Coming(1, time(13, 0), 30, ("SRV-02",), by_manager=True),
    Coming(2, time(11, 0), 90, ("SRV-05", "SRV-04"), 300),
    Coming(4, time(17, 30), 30, ("SRV-01",)),
    Coming(5, time(9, 0), 120, ("SRV-05", "SRV-06"), 600, True, "Bridal trial"),
]
Item = tuple[str, int, int | None]  # a name or a SKU, how many, the price agreed
BOOKED: list[tuple[int, list[Item], int, str]] = [
    (3, [("Grocery hamper, large", 2, 1500)], 1000, "Ribbon in green"),
    (5, [("SAL-06", 4, None), ("SAL-05", 4, None)], 400, "For a gift"),
    (0, [("Birthday cake, one kilo", 1, 650)], 200, "Eggless"),
    (9, [("SAL-01", 10, None)], 0, ""),
]
ASKED = [
    "Bridal makeup with hair on a Sunday in December",
    "Monthly order of rice and oil, delivered",
    "Is keratin treatment done here?",
]


def write_diary(store: Store, people: Sequence[Person], cashier: User, manager: User, now: datetime) -> None:
    """Take everything down as of `now`; the people are known by their phones."""
    regulars = iter(people)
    told: dict[str, Any] = {"store": store, "by": cashier, "now": now}
    names = dict(Product.objects.of(store).filter(sku__startswith="S").values_list("sku", "name"))
    for one in COMING:
        _come(one, told, next(regulars), manager, names)
    for days, items, advance, notes in BOOKED:
        lines = [
            Line(names.get(what, what), Decimal(count), Decimal(price) if price else None)
            for what, count, price in items
        ]
        content = Content(with_products(store, lines), notes, store.day_of(now) + timedelta(days=days))
        record_booking(**told, who=Who(next(regulars).phone), content=content, paid=_paid(advance, "upi"))
    for asked in ASKED:
        record_enquiry(**told, who=Who(next(regulars).phone), asked=asked)


def _come(one: Coming, told: dict[str, Any], person: Person, manager: User, names: dict[str, str]) -> None:
    store, cashier, now = told["store"], told["by"], told["now"]
    begins = datetime.combine(store.day_of(now) + timedelta(days=one.days), one.at, store.zone)
    lines = with_products(store, [Line(names[sku]) for sku in one.services])
    taken = record_appointment(
        **told, who=Who(person.phone), slot=Slot(begins, one.minutes, manager if one.by_manager else cashier),
        content=Content(lines, one.notes), paid=_paid(one.advance, "cash"),
    )  # fmt: skip
    closing = {"store": store, "kind": "appointment", "pk": taken.record.pk, "by": cashier, "now": now}
    if one.ends == "done":
        finish_record(**closing)
    elif one.ends == "no_show":
        cancel_record(**closing, no_show=True, advance=KEEP, reason="Did not come, no call")


def _paid(amount: int, mode: str) -> Paid:
    return Paid(Decimal(amount), mode) if amount else Paid()
