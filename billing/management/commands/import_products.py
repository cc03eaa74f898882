"""`manage.py import_products FILE --store S`: products and their opening stock out of a file."""

import sys
from argparse import ArgumentParser
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from tqdm import tqdm

from billing.services.import_products import Report, import_products
from billing.services.import_rows import COLUMNS, read_file
from viveka.stores.management.staff import manager_of
from viveka.stores.models import Store
from viveka.stores.sheets import UnreadableFile


class Command(BaseCommand):
    """Import a file: every line that can go in goes in, the others are told with their number and the reason."""

    help = (
        "Creates and updates products from a CSV (UTF-8) or XLSX file and receives their opening batches. "
        f"Columns: {', '.join(COLUMNS)}; one of name, barcode and sku must be there. "
        "The same file again changes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--store", required=True, help="the store's short name")
        parser.add_argument("--by", help="the manager who brings it in; left out: the store's first manager")

    def handle(self, *args: Any, **options: Any) -> None:
        store = Store.objects.filter(slug=options["store"]).first()
        if store is None:
            raise CommandError(f"There is no store {options['store']}.")
        by = manager_of(store, options["by"])
        try:
            reading = read_file(options["file"].read_bytes(), store)
        except OSError as error:
            raise CommandError(f"The file can't be read: {error.strerror}.") from None
        except UnreadableFile as refusal:
            raise CommandError(refusal.message) from None
        self.tell(import_products(store=store, by=by, reading=reading, now=timezone.now(), watch=with_progress))

    def tell(self, report: Report) -> None:
        for line, reason in sorted(report.refused):
            self.stderr.write(f"line {line}: {reason}")
        self.stdout.write(f"Lines read        {report.read}")
        self.stdout.write(f"Products created  {report.created}")
        self.stdout.write(f"Products updated  {report.updated}")
        self.stdout.write(f"Batches received  {report.batches}")
        if report.known_batches:
            self.stdout.write(f"Batches known     {report.known_batches} (an earlier import brought them)")
        self.stdout.write(f"Lines refused     {len(report.refused)}")


def with_progress(rows: Iterable[Any]) -> Iterable[Any]:
    return tqdm(rows, desc="Lines", unit="line", disable=not sys.stderr.isatty())
