"""A file of goods between its preview and the confirmation: kept as a file of customers is."""

import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from billing.services.import_products import Judged
from billing.services.import_products import Report as Imported
from billing.services.import_rows import Reading, Row
from customers.importing import REFUSED
from customers.kept_imports import KeptImport, Report, Shown
from viveka.stores.money import show_quantity

NOTED_EVERY = 500


@dataclass(frozen=True, slots=True)
class ShownGood(Shown):
    """A line as a screen shows it: the product, and the batch that comes in."""

    product: int | None = None
    quantity: str = ""
    cost: str = ""
    is_known_lot: bool = False
    """An earlier import brought this batch."""


class KeptGoods(KeptImport):
    """The one file of goods that a person has waiting in a store."""

    kind = "-goods"
    shown = ShownGood

    def watch(self, rows: Iterable[Row]) -> Iterator[Row]:
        """The rows, with a note of how far they are."""
        listed = list(rows)
        for number, row in enumerate(listed):
            if number % NOTED_EVERY == 0:
                self.note_progress(number, len(listed))
            yield row


def tell_goods(kept: KeptGoods, reading: Reading, imported: Imported) -> Report:
    """What becomes of each line, in the order of the file."""
    given = {row.line: row for row in reading.rows}
    lines = [_shown(one, given[one.line]) for one in imported.lines]
    for number, why in imported.refused:
        name = _name(given[number]) if number in given else ""
        lines.append(ShownGood(number, REFUSED, phone="", name=name, why=why))
    lines.sort(key=lambda line: line.number)
    return Report(kept.about.get("name", ""), secrets.token_urlsafe(12), {}, [], lines)


def _shown(one: Judged, row: Row) -> ShownGood:
    lot, product = one.lot, one.product
    name = product.name if product else _name(row)
    return ShownGood(
        number=one.line, outcome=one.outcome, phone="", name=name, product=product.pk if product else None,
        quantity=show_quantity(lot.quantity) if lot else "",
        cost=f"{lot.cost_price:.2f}" if lot else "", is_known_lot=one.is_known_lot,
    )  # fmt: skip


def _name(row: Row) -> str:
    return str(row.fields.get("name") or row.fields.get("barcode") or row.fields.get("sku") or "")
