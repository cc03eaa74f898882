"""`python -m benchmarks.duplicates FILE …`: how many likely duplicates are right, and how many are found.

A file is one of invented Australians in which the same person has the same `rec_id // 10` (FEBRL). It comes in through
the product's own import, where a phone is one customer; what is measured is what the phone alone did not join.
Everything happens in a transaction that is rolled back.
"""

import gzip
import os
import sys
import time
from collections import defaultdict
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

COLUMNS = {
    "name": ("given_name", "surname"),
    "address": ("street_number", "address_1", "address_2", "suburb", "state", "postcode"),
    "phone": ("phone_number",),
}


@dataclass(frozen=True)
class Measured:
    """Pairs of customers who are one person (true), those offered (found), and those of them that are right."""

    lines: int
    customers: int
    joined: int
    true: int
    found: int
    right: int
    import_seconds: float
    search_seconds: float

    @property
    def precision(self) -> float:
        return self.right / self.found if self.found else 0.0

    @property
    def recall(self) -> float:
        return self.right / self.true if self.true else 1.0


def measure(path: Path) -> Measured:
    """Import the file into a new store of region AU and look for duplicates there, in the caller's transaction."""
    from django.utils import timezone

    from customers.duplicates import find_duplicates
    from customers.import_lines import read_lines
    from customers.importing import import_customers
    from viveka.stores.services import create_store
    from viveka.stores.sheets import read_table

    store = create_store(slug=path.name.partition(".")[0][:40].lower(), name="Febrl", region="AU")
    rows = list(read_table("contacts.csv", gzip.decompress(path.read_bytes())))
    header, rows = rows[0], rows[1:]
    began = time.monotonic()
    columns = {name: [header.index(heading) for heading in headings] for name, headings in COLUMNS.items()}
    lines = list(read_lines(store, rows, columns, without_bad_phones=True))
    plan = import_customers(store=store, lines=lines, now=timezone.now())
    imported = time.monotonic()
    found = {(pair.first, pair.second) for pair in find_duplicates(store)}
    searched = time.monotonic()

    people: dict[int, set[int]] = defaultdict(set)
    for judged in plan.lines:
        if judged.customer is not None:
            people[int(rows[judged.line.number - 2][header.index("rec_id")]) // 10].add(judged.customer.pk)
    true = {pair for records in people.values() for pair in combinations(sorted(records), 2)}
    customers = sum(target.is_new for target in plan.targets)
    return Measured(
        len(lines), customers, len(lines) - customers, len(true), len(found), len(true & found),
        imported - began, searched - imported,
    )  # fmt: skip


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "viveka.settings")
    import django

    django.setup()
    from django.db import transaction

    print("file                           lines customers joined  true found precision recall  import  search")
    for name in sys.argv[1:]:
        with transaction.atomic():
            got = measure(Path(name))
            transaction.set_rollback(True)
        print(
            f"{Path(name).name[:30]:<30} {got.lines:>5} {got.customers:>9} {got.joined:>6} {got.true:>5} {got.found:>5}"
            f" {got.precision:>9.3f} {got.recall:>6.3f} {got.import_seconds:>5.1f} s {got.search_seconds:>5.1f} s"
        )


if __name__ == "__main__":
    main()
