"""What stands on a receipt, whatever it is of and wherever it is shown."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from django.utils import timezone

from debts.models import Debt
from viveka.stores.models import Store
from viveka.stores.money import ZERO, show_amount, show_quantity
from viveka.stores.phone import show_phone

DUPLICATE = "Duplicate"
PAPERS = {"80": "80 mm", "58": "58 mm", "a4": "A4"}


@dataclass(frozen=True, slots=True)
class Row:
    """A word on the left and an amount, or another word, on the right; `kind` is how it looks: total, due, change."""

    label: str
    value: str
    notes: tuple[str, ...] = ()
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Goods:
    """One line: what, how many at what price, and what that makes."""

    name: str
    quantity: str
    price: str
    amount: str
    note: str = ""

    @property
    def times(self) -> str:
        return f"{self.quantity} × {self.price}"


@dataclass(slots=True)
class Paper:
    """A receipt: its title and number, facts, whom it is for, goods, and blocks of sums."""

    store: Store
    title: str
    number: str
    facts: list[Row] = field(default_factory=list)
    marks: list[str] = field(default_factory=list)
    """What stands in a box on top: that the bill is void, that this is a duplicate."""
    customer: list[str] = field(default_factory=list)
    goods: list[Goods] = field(default_factory=list)
    sums: list[list[Row]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    upi: str = ""
    """The address that a phone pays what is due by; "" where nothing is."""
    due: str = ""
    debt: Debt | None = None
    """What of a bill went on credit, and `owed` is what was owed with it."""
    owed: Decimal = ZERO

    def money(self, amount: Decimal) -> str:
        return show_amount(amount, self.store.currency)

    def row(self, label: str, amount: Decimal, *notes: str, kind: str = "", sign: str = "") -> Row:
        return Row(label, f"{sign}{self.money(amount)}", tuple(note for note in notes if note), kind)

    def add(self, *rows: Row) -> None:
        """A block of sums; one without rows is none."""
        if rows:
            self.sums.append(list(rows))

    def goods_of(self, name: str, quantity: Decimal, price: Decimal, amount: Decimal, note: str = "") -> None:
        self.goods.append(Goods(name, show_quantity(quantity), self.money(price), self.money(amount), note))

    def name_customer(self, number: str, name: str, phone: str, for_name: str = "") -> None:
        """Whom it is for; nothing where there is nobody."""
        if not number:
            return
        self.customer.append(f"Customer: {number} - {name}")
        if phone:
            self.customer.append(f"Phone: {show_phone(phone, self.store.region)}")
        if for_name:
            self.customer.append(f"For: {for_name}")

    @property
    def change(self) -> str:
        """What was given back of the cash handed over; "" for nothing."""
        return next((row.value for block in self.sums for row in block if row.kind == "change-line"), "")

    @property
    def header(self) -> str:
        return self.store.receipt_header.replace("\r", "")

    @property
    def footer(self) -> str:
        return self.store.receipt_footer.replace("\r", "")


def moment(store: Store, at: datetime) -> str:
    """The time as it stands on a receipt: 3 Oct 2026, 14:05, in the store's zone."""
    local = timezone.localtime(at, store.zone)
    return f"{local:%-d %b %Y, %H:%M}"
