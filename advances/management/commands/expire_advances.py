"""`manage.py expire_advances --store SLUG [--dry-run]`: the daily job, for a store that lets advances expire."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from advances.services import expire_advances
from viveka.stores.models import Store
from viveka.stores.money import ZERO, show_amount
from viveka.stores.phone import show_phone


class Command(BaseCommand):
    """Prints each advance with what remained of it. Twice on the same day changes nothing the second time."""

    help = "Lets what remains of advances older than the store's setting expire; --dry-run only lists them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--store", metavar="SLUG", required=True, help="the store's short name")
        parser.add_argument("--dry-run", action="store_true", help="write nothing")

    def handle(self, *args: Any, store: str, dry_run: bool, **options: Any) -> None:
        try:
            shop = Store.objects.get(slug=store)
        except Store.DoesNotExist:
            raise CommandError(f"There is no store {store}.", returncode=2) from None
        if shop.advance_expiry_days is None:
            self.stdout.write(f"Advances of {shop} never expire (see its settings).")
            return
        expired = expire_advances(store=shop, days=shop.advance_expiry_days, now=timezone.now(), dry_run=dry_run)
        for advance in expired:
            who = f"{advance.customer} {show_phone(advance.customer.phone, shop.region)}".strip()
            paid = f"{shop.day_of(advance.at):%d %b %Y}"
            self.stdout.write(f"{paid}  {show_amount(advance.remaining_amount, shop.currency):>16}  {who}")
        total = show_amount(sum((advance.remaining_amount for advance in expired), ZERO), shop.currency)
        word = "would expire" if dry_run else "expired"
        self.stdout.write(f"{len(expired)} advances {word}: {total}.")
