"""`manage.py check_books [--store SLUG] [--json]`: do the books keep every rule?"""

import json
import sys
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from viveka.books.check import Verdict, check_books
from viveka.stores.models import Store

SHOWN = 5


class Command(BaseCommand):
    """Exit code 0: all is well; 1: something is wrong, and its ids are printed; 2: there is no such store."""

    help = "Checks every rule of the books and prints the ids of what breaks one (exit code 1 when anything does)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--store", metavar="SLUG", help="one store alone, by its short name")
        parser.add_argument("--json", action="store_true", help="print JSON, with every id")

    def handle(self, *args: Any, store: str | None, json: bool, **options: Any) -> None:
        began = time.monotonic()
        verdicts = check_books(self._store(store))
        is_ok = self._print_json(verdicts, began) if json else self._print_table(verdicts, began)
        if not is_ok:
            sys.exit(1)

    def _store(self, slug: str | None) -> Store | None:
        if slug is None:
            return None
        try:
            return Store.objects.get(slug=slug)
        except Store.DoesNotExist:
            raise CommandError(f"There is no store {slug}.", returncode=2) from None

    def _print_table(self, verdicts: Iterator[Verdict], began: float) -> bool:
        broken = checked = 0
        for verdict in verdicts:
            checked += 1
            broken += not verdict.is_ok
            self.stdout.write(f"{verdict.rule.name:<40} {'ok' if verdict.is_ok else len(verdict.wrong):>7}")
            if not verdict.is_ok:
                more = f" and {len(verdict.wrong) - SHOWN} more" if len(verdict.wrong) > SHOWN else ""
                self.stdout.write(f"    should be: {verdict.rule.says}")
                self.stdout.write(f"    is not:    {', '.join(map(str, verdict.wrong[:SHOWN]))}{more}")
            self.stdout.flush()
        said = f"{broken} of {checked} rules are broken" if broken else f"All {checked} rules hold"
        self.stdout.write(f"{said} ({time.monotonic() - began:.1f} s).")
        return not broken

    def _print_json(self, verdicts: Iterator[Verdict], began: float) -> bool:
        rules = [
            {
                "name": verdict.rule.name,
                "says": verdict.rule.says,
                "ok": verdict.is_ok,
                "wrong": len(verdict.wrong),
                "ids": [one if isinstance(one, int) else str(one) for one in verdict.wrong],
            }
            for verdict in verdicts
        ]
        is_ok = all(rule["ok"] for rule in rules)
        answer = {"ok": is_ok, "seconds": round(time.monotonic() - began, 2), "rules": rules}
        self.stdout.write(json.dumps(answer, indent=2))
        return is_ok
