"""`manage.py link_customers --store SLUG --create debtors|phones|named`: who owes what old books say."""

import time
from argparse import ArgumentParser
from contextlib import nullcontext
from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils import timezone

from viveka.legacy.linking import link_customers
from viveka.legacy.people import CREATE, DEBTORS
from viveka.legacy.reporting import reasons, told_lines
from viveka.management.commands.import_legacy import Bar, find_staff, find_store, write_csv


class Command(BaseCommand):
    """Repeatable: what has its owner stays as it is."""

    help = "Links old bills and debts to customers: by phone, else by a name that one customer has."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--store", required=True, metavar="SLUG", help="the store's short name")
        parser.add_argument(
            "--create", choices=CREATE, default=DEBTORS,
            help="who gets a record: who owed something; also everybody with a phone; also everybody with a name",
        )  # fmt: skip
        parser.add_argument("--by", metavar="USERNAME", help="who is named on the debts, not the first manager")
        parser.add_argument("--report", metavar="FILE", help="write the report to this CSV file as well")
        parser.add_argument("--dry-run", action="store_true", help="do it, report it, and keep nothing of it")

    def handle(self, *args: Any, store: str, create: str, dry_run: bool, **options: Any) -> None:
        began, bar, of = time.monotonic(), Bar(), find_store(store)
        by = find_staff(of, options["by"])
        with transaction.atomic() if dry_run else nullcontext():
            run = link_customers(store=of, create=create, by=by, now=timezone.now(), watch=bar)
            bar.close()
            write_csv(run, options["report"])
            for kind, said in told_lines(run.counts):
                self.stdout.write(f"{kind}: {said}")
            for reason, n in reasons(run):
                self.stdout.write(f"    {n:>7,}  {reason}")
            if dry_run:
                transaction.set_rollback(True)
        kept = "Dry run, nothing is kept" if dry_run else f"Report {run.pk}: each line of it under Old books"
        self.stdout.write(f"{kept} ({time.monotonic() - began:.1f} s).")
