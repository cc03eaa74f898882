"""A file of customers between its preview and the confirmation."""

from collections.abc import Collection
from datetime import datetime
from functools import partial

from customers.import_lines import COLUMNS, Line, read_lines
from customers.importing import Judged, Plan, import_customers, preview_import
from viveka.stores.incoming.columns import Table
from viveka.stores.incoming.kept import About, KeptFile, Report, Shown, folders_of
from viveka.stores.incoming.outcomes import CREATED
from viveka.stores.models import Store, User


class KeptImport(KeptFile):
    """The one file of customers that a person has waiting in a store."""

    def foresee(self, data: bytes, about: About, now: datetime) -> Report:
        table = self._table(data, about)
        return _tell(about, table, preview_import(store=self.store, lines=table.lines))

    def bring_in(self, data: bytes, by: User, now: datetime) -> Report:
        about = self.about
        table = self._table(data, about)
        plan = import_customers(store=self.store, lines=table.lines, now=now, watch=self.note_progress)
        return _tell(about, table, plan)

    def _table(self, data: bytes, about: About) -> Table[Line]:
        without = about["without_bad_phones"]
        return COLUMNS.read(about, data, partial(read_lines, self.store, without_bad_phones=without))


def forget(store: Store, *, customers: Collection[int], phones: Collection[str], names: Collection[str]) -> None:
    """Remove every file of the store that says anything of these customers, with all that is kept about it.

    They are known by key, phone (E.164) or name, case ignored; where nothing could be read yet, the file goes too.
    """
    folded = {name.casefold() for name in names}
    for folder in folders_of(store):
        kept = KeptImport(store, None, folder=folder)
        said = list(kept.reports())
        if not said or any(
            line.key in customers or line.phone in phones or line.name.casefold() in folded
            for report in said
            for line in report.lines
        ):
            kept.drop()


def whom(judged: Judged) -> str:
    """The customer that the line is about, as a screen says it."""
    customer = judged.customer
    if customer is not None and customer.number:
        return str(customer)
    return "The same as in a line above" if judged.outcome != CREATED and customer is not None else ""


def _tell(about: About, table: Table[Line], plan: Plan) -> Report:
    return Report(about["name"], [_shown(judged) for judged in plan.lines], table.columns, table.ignored)


def _shown(judged: Judged) -> Shown:
    line, customer = judged.line, judged.customer
    return Shown(
        number=line.number,
        outcome=judged.outcome,
        phone=line.said.get("phone") or line.phone or "",
        name=line.said.get("name") or line.details.get("name", ""),
        whom=whom(judged),
        came_back=bool(judged.target and judged.target.came_back),
        why=line.why,
        key=customer.pk if customer is not None else None,
    )
