"""`manage.py find_duplicates --store S [--csv FILE]`: records that may be one person."""

import sys
import time
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from tqdm import tqdm

from customers.duplicates import Duplicate, refresh_duplicates
from customers.models import Customer, LikelyPair
from viveka.stores.models import Store
from viveka.stores.phone import show_phone
from viveka.stores.sheets import csv_lines

SHOWN = 20


class Command(BaseCommand):
    """Looks through the whole store and keeps what it finds for the managers' list."""

    help = "Finds customers of a store that may be one person; managers merge or dismiss them on the list."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--store", required=True, metavar="SLUG", help="the store's short name")
        parser.add_argument("--csv", type=Path, metavar="FILE", help="write all pairs there")

    def handle(self, *args: Any, **options: Any) -> None:
        store = Store.objects.filter(slug=options["store"]).first()
        if store is None:
            raise CommandError(f"There is no store {options['store']}.")
        began = time.monotonic()
        with tqdm(unit="pair", unit_scale=True, disable=not sys.stderr.isatty()) as bar:

            def watch(done: int, total: int) -> None:
                bar.total = total
                bar.update(done - bar.n)

            found = refresh_duplicates(store=store, now=timezone.now(), watch=watch)
        dismissed = set(
            LikelyPair.objects.of(store).filter(dismissed_at__isnull=False).values_list("first_id", "second_id")
        )
        offered = [pair for pair in found if (pair.first, pair.second) not in dismissed]
        self.stdout.write(f"{len(offered)} likely duplicates ({time.monotonic() - began:.1f} s).")
        if options["csv"]:
            try:
                with options["csv"].open("w", encoding="utf-8", newline="") as file:
                    file.writelines(csv_lines(_table(store, offered)))
            except OSError as error:
                raise CommandError(f"The file can't be written: {error.strerror}.") from None
            return
        for row in list(_table(store, offered[:SHOWN]))[1:]:
            self.stdout.write("  ".join(str(cell) for cell in row))
        if len(offered) > SHOWN:
            self.stdout.write(f"and {len(offered) - SHOWN} more: --csv FILE writes them all.")


def _table(store: Store, pairs: Sequence[Duplicate]) -> Iterator[tuple[Any, ...]]:
    yield "Number", "Name", "Phone", "Other number", "Other name", "Other phone", "Score", "Agree"
    keys = {key for pair in pairs for key in (pair.first, pair.second)}
    known = Customer.objects.of(store).in_bulk(keys)
    for pair in pairs:
        both = [known[pair.first], known[pair.second]]
        said = [cell for one in both for cell in (one.number, one.name, show_phone(one.phone, store.region))]
        yield *said, pair.bits, ", ".join(pair.reasons)
