"""`manage.py create_store --slug S --name N`: a new store."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from viveka.stores.errors import Refused
from viveka.stores.services import create_store


class Command(BaseCommand):
    """Make a store; its people come with `create_staff`."""

    help = "Makes a store. Its people come with create_staff."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--slug", required=True, help="short name for addresses, for example shivik-mart")
        parser.add_argument("--name", required=True, help="the name on receipts")
        parser.add_argument("--region", default="IN", help="country in which phones are read (IN)")
        parser.add_argument("--currency", default="INR", help="three capitals (INR)")
        parser.add_argument("--timezone", default="Asia/Kolkata", help="the store's own time (Asia/Kolkata)")

    def handle(self, *args: Any, **options: Any) -> None:
        fields = {name: options[name] for name in ("slug", "name", "region", "currency", "timezone")}
        try:
            store = create_store(**fields)
        except Refused as refusal:
            raise CommandError(in_words(refusal)) from None
        self.stdout.write(f"{store.name} is there. Give it people: manage.py create_staff --store {store.slug} …")


def in_words(refusal: Refused) -> str:
    """A refusal as lines for a terminal, each with its option's name."""
    lines = [f"--{field}: {' '.join(sentences)}" for field, sentences in refusal.errors.items()]
    return "\n".join(lines) or refusal.message
