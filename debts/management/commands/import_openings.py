"""`manage.py import_openings FILE --store S`: opening balances out of a CSV or XLSX file."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from tqdm import tqdm

from debts.openings.days import read_day
from debts.openings.entering import Source, enter_openings, preview_openings
from debts.openings.judging import OpeningPlan
from debts.openings.lines import read_openings
from viveka.stores.errors import Refused
from viveka.stores.incoming.outcomes import CREATED, REFUSED, UNCHANGED, UPDATED
from viveka.stores.management.staff import manager_of
from viveka.stores.models import Store
from viveka.stores.money import show_amount

WORDS = {
    CREATED: "entered, new customers",
    UPDATED: "entered, customers known",
    UNCHANGED: "with nothing new",
    REFUSED: "refused",
}
PROGRESS_FROM = 1000


class Command(BaseCommand):
    """Every line that can come in comes in, all in one transaction; the others are told with number and reason."""

    help = (
        "Enters opening balances from a CSV or XLSX file with columns for name, phone, owes, since, paid ahead, known "
        "by their headings. The same line again changes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--store", required=True, metavar="SLUG", help="the store's short name")
        parser.add_argument("--day", help="since when, for lines that don't say it; left out: today")
        parser.add_argument("--by", help="the manager who brings it in; left out: the store's first manager")
        parser.add_argument("--dry-run", action="store_true", help="say what would happen and write nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        store = Store.objects.filter(slug=options["store"]).first()
        if store is None:
            raise CommandError(f"There is no store {options['store']}.")
        by, now, path = manager_of(store, options["by"]), timezone.now(), options["file"]
        try:
            day = read_day(options["day"], store.region) if options["day"] else store.day_of(now)
            lines = read_openings(store, {"name": path.name}, path.read_bytes()).lines
        except OSError as error:
            raise CommandError(f"The file can't be read: {error.strerror}.") from None
        except Refused as refusal:
            raise CommandError(refusal.message) from None
        if options["dry_run"]:
            self._tell(store, preview_openings(store=store, lines=lines, day=day, now=now))
            self.stdout.write("Nothing was written.")
            return
        with tqdm(unit="row", disable=len(lines) <= PROGRESS_FROM or not sys.stderr.isatty()) as bar:

            def watch(done: int, total: int) -> None:
                bar.total = total
                bar.update(done - bar.n)

            source = Source(path.name[:200], day)
            plan = enter_openings(store=store, lines=lines, source=source, by=by, now=now, watch=watch)
        self._tell(store, plan)

    def _tell(self, store: Store, plan: OpeningPlan) -> None:
        for judged in plan.lines:
            if judged.outcome == REFUSED:
                self.stderr.write(f"line {judged.line.number}: {judged.why}")
        for outcome, words in WORDS.items():
            self.stdout.write(f"Lines {words:<25} {plan.count(outcome):>9}")
        for name, words in (("owes", "Owed"), ("ahead", "Paid ahead")):
            self.stdout.write(f"{words:<21} {show_amount(plan.total(name), store.currency):>19}")
