"""`manage.py import_legacy SOURCE --store SLUG`: the books of an older program into a store."""

import csv
import sys
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone
from tqdm import tqdm

from billing.models import BooksRun
from viveka.legacy.importing import Wanted, import_books
from viveka.legacy.mapping import read_mapping
from viveka.legacy.reading import open_source
from viveka.legacy.reporting import Reasons, reasons, report_rows, told_lines
from viveka.stores.errors import Refused
from viveka.stores.models import Membership, Role, Store, User


class Bar:
    """How far it is, on a screen that shows it; one bar for each thing that is done."""

    def __init__(self) -> None:
        self.bar: tqdm | None = None
        self.what = ""

    def __call__(self, what: str, done: int, total: int | None) -> None:
        if what != self.what:
            self.close()
            self.what = what
            self.bar = tqdm(desc=what, total=total, disable=not sys.stderr.isatty(), unit=" rows")
        if self.bar is not None:
            self.bar.update(done - self.bar.n)

    def close(self) -> None:
        """The last bar stays as it is."""
        if self.bar is not None:
            self.bar.close()


def find_store(slug: str) -> Store:
    """The store of a short name. Raises CommandError."""
    store = Store.objects.filter(slug=slug).first()
    if store is None:
        raise CommandError(f"There is no store {slug}.")
    return store


def find_staff(store: Store, username: str | None) -> User:
    """Who is said to do it: the person of this name in the store, or its first manager. Raises CommandError."""
    standing = Membership.objects.standing().filter(store=store).select_related("user").order_by("pk")
    if username:
        found = standing.filter(user__username=username).first()
        if found is None:
            raise CommandError(f"{username} has no role in {store}.")
        return found.user
    found = standing.filter(role=Role.MANAGER).first()
    if found is None:
        raise CommandError(f"{store} has no manager. Say --by USERNAME.")
    return found.user


def write_csv(run: BooksRun, path: str | None) -> None:
    """The report as a CSV file, where one is wanted."""
    if path:
        with Path(path).open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows(report_rows(run))


class Command(BaseCommand):
    """What is here already stays as it is; a run that was stopped is taken up again."""

    help = "Brings sales, debts and payments of an older program into a store; run again, it changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("source", help="an SQLite file, or a folder of CSV files (plain or gzip)")
        parser.add_argument("--store", required=True, metavar="SLUG", help="the store's short name")
        parser.add_argument("--mapping", metavar="FILE", help="which column is what: a TOML file or a shipped one")
        parser.add_argument("--by", metavar="USERNAME", help="who is named on the bills, not the first manager")
        parser.add_argument("--report", metavar="FILE", help="write the report to this CSV file as well")
        parser.add_argument("--dry-run", action="store_true", help="do it, report it, and keep nothing of it")

    def handle(self, *args: Any, source: str, store: str, mapping: str | None, **options: Any) -> None:
        began, bar, of = time.monotonic(), Bar(), find_store(store)
        try:
            said = read_mapping(mapping)
            opened = open_source(Path(source), said)
            wanted = Wanted(opened, said, of, find_staff(of, options["by"]), timezone.now())
            run, why = (self._dry if options["dry_run"] else self._kept)(wanted, bar, options["report"])
        except Refused as refusal:
            raise CommandError(refusal.message) from None
        finally:
            bar.close()
        self._tell(run, why, began, dry_run=options["dry_run"])

    def _kept(self, wanted: Wanted, bar: Bar, report: str) -> tuple[BooksRun, Reasons]:
        run = import_books(wanted, bar)
        write_csv(run, report)
        return run, reasons(run)

    def _dry(self, wanted: Wanted, bar: Bar, report: str) -> tuple[BooksRun, Reasons]:
        with transaction.atomic():
            told = self._kept(wanted, bar, report)
            transaction.set_rollback(True)
        return told

    def _tell(self, run: BooksRun, why: Reasons, began: float, *, dry_run: bool) -> None:
        for kind, said in told_lines(run.counts):
            self.stdout.write(f"{kind}: {said}")
        for reason, n in why:
            self.stdout.write(f"    {n:>7,}  {reason}")
        kept = "Dry run, nothing is kept" if dry_run else f"Report {run.pk}: each line of it under Old books"
        self.stdout.write(f"{kept} ({time.monotonic() - began:.1f} s).")
