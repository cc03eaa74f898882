"""A file of goods between its preview and the confirmation."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from billing.services.import_products import Judged, import_products, preview_products
from billing.services.import_products import Report as Imported
from billing.services.import_rows import Reading, Row, read_file
from viveka.stores.errors import Refused
from viveka.stores.incoming.kept import About, KeptFile, Report, Shown
from viveka.stores.incoming.outcomes import REFUSED
from viveka.stores.models import Store, User
from viveka.stores.money import show_amount, show_quantity

NOTED_EVERY = 500
MOST_LINES = 50_000


@dataclass(frozen=True, slots=True)
class ShownGood(Shown):
    """A line as a screen shows it: the product, and the batch that comes in."""

    product: int | None = None
    quantity: str = ""
    cost: str = ""
    is_known_lot: bool = False
    """An earlier import brought this batch."""


class KeptGoods(KeptFile):
    """The one file of goods that a person has waiting in a store."""

    kind = "-goods"
    shown = ShownGood
    counted = ("lines", "judged")

    def foresee(self, data: bytes, about: About, now: datetime) -> Report:
        reading = read_file(data, self.store)
        if not reading.count:
            raise Refused("There is no line in this file.", "file")
        if reading.count > MOST_LINES:
            raise Refused(f"The file has more than {MOST_LINES:,} lines. Divide it into several.", "file")
        return _tell(self.store, about, reading, preview_products(store=self.store, reading=reading, now=now))

    def bring_in(self, data: bytes, by: User, now: datetime) -> Report:
        reading = read_file(data, self.store)
        done = import_products(store=self.store, by=by, reading=reading, now=now, watch=self.watch)
        return _tell(self.store, self.about, reading, done)

    def watch(self, rows: Iterable[Row]) -> Iterator[Row]:
        """The rows, with a note of how far they are."""
        listed = list(rows)
        for number, row in enumerate(listed):
            if number % NOTED_EVERY == 0:
                self.note_progress(number, len(listed))
            yield row


def _tell(store: Store, about: About, reading: Reading, imported: Imported) -> Report:
    """What becomes of each line, in the order of the file."""
    lines = [_shown(store, one) for one in imported.lines]
    lines += [ShownGood(number, REFUSED, reading.named.get(number, ""), why=why) for number, why in imported.refused]
    lines.sort(key=lambda line: line.number)
    return Report(about["name"], lines)


def _shown(store: Store, one: Judged) -> ShownGood:
    lot, product = one.lot, one.product
    return ShownGood(
        number=one.line, outcome=one.outcome, name=product.name, product=product.pk,
        quantity=show_quantity(lot.quantity) if lot else "",
        cost=show_amount(lot.cost_price, store.currency) if lot else "", is_known_lot=one.is_known_lot,
    )  # fmt: skip
