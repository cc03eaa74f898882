"""`manage.py recount --store SLUG [--dry-run]`: customers' statistics and balances, counted anew from the rows."""

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from viveka.legacy.recount import recount
from viveka.stores.models import Store


class Command(BaseCommand):
    """Says each difference that there was; normally there is none."""

    help = "Counts every customer's purchases, debts and advances anew, puts the records right, prints what differed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--store", required=True, metavar="SLUG", help="the store's short name")
        parser.add_argument("--dry-run", action="store_true", help="say what differs and change nothing")

    def handle(self, *args: Any, store: str, dry_run: bool, **options: Any) -> None:
        found = Store.objects.filter(slug=store).first()
        if found is None:
            raise CommandError(f"There is no store {store}.")
        began = time.monotonic()
        differences = recount(store=found, dry_run=dry_run)
        for one in differences:
            self.stdout.write(f"{one.number}  {one.field}: {one.stood}, counted {one.counted}")
        said = f"{len(differences)} differences" if differences else "No difference"
        done = ", nothing changed" if dry_run and differences else ""
        self.stdout.write(f"{said}{done} ({time.monotonic() - began:.1f} s).")
