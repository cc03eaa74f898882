"""`manage.py import_customers FILE --store S`: customers out of a CSV or XLSX file."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from tqdm import tqdm

from customers.import_lines import COLUMNS, read_lines
from customers.importing import Plan, import_customers, preview_import
from viveka.stores.incoming.outcomes import OUTCOMES, REFUSED
from viveka.stores.models import Store
from viveka.stores.sheets import UnreadableFile, read_table

PROGRESS_FROM = 1000


class Command(BaseCommand):
    """Every line that can come in comes in, all in one transaction; the others are told with number and reason."""

    help = "Creates and updates customers from a CSV or XLSX file. The columns are known by their headings."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--store", required=True, metavar="SLUG", help="the store's short name")
        parser.add_argument("--preview", action="store_true", help="say what would happen and write nothing")
        parser.add_argument(
            "--without-bad-phones",
            action="store_true",
            help="bring in a line with a bad phone without it; the note keeps what was written",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        store = Store.objects.filter(slug=options["store"]).first()
        if store is None:
            raise CommandError(f"There is no store {options['store']}.")
        try:
            rows = read_table(options["file"].name, options["file"].read_bytes())
            header = next(rows, [])
            columns = COLUMNS.guess(header)
            COLUMNS.check(columns, header)
            lines = list(read_lines(store, rows, columns, without_bad_phones=options["without_bad_phones"]))
        except OSError as error:
            raise CommandError(f"The file can't be read: {error.strerror}.") from None
        except UnreadableFile as refusal:
            raise CommandError(refusal.message) from None
        if options["preview"]:
            self._tell(preview_import(store=store, lines=lines))
            return
        with tqdm(unit="customer", disable=len(lines) <= PROGRESS_FROM or not sys.stderr.isatty()) as bar:

            def watch(done: int, total: int) -> None:
                bar.total = total
                bar.update(done - bar.n)

            plan = import_customers(store=store, lines=lines, now=timezone.now(), watch=watch)
        self._tell(plan)

    def _tell(self, plan: Plan) -> None:
        for judged in plan.lines:
            if judged.outcome == REFUSED:
                self.stderr.write(f"line {judged.line.number}: {judged.line.why}")
        for outcome in OUTCOMES:
            self.stdout.write(f"Lines {outcome:<10} {plan.count(outcome):>7}")
        self.stdout.write(f"Customers new    {sum(target.is_new for target in plan.targets):>7}")
