"""`manage.py create_api_token --store SLUG --user NAME`: make a token and print it, alone, once."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from viveka.stores.models import ApiToken, Membership, Store


class Command(BaseCommand):
    help = "Makes a token for the JSON API and prints it. It is kept only as a hash, so it is not shown again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--store", required=True, metavar="SLUG", help="the store's short name")
        parser.add_argument("--user", required=True, metavar="NAME", help="who the program acts as")
        parser.add_argument("--name", default="", help="what the token is for, to tell it from others")

    def handle(self, *args: Any, **options: Any) -> None:
        store = Store.objects.filter(slug=options["store"]).first()
        if store is None:
            raise CommandError(f"There is no store {options['store']}.")
        people = Membership.objects.standing().filter(store=store, user__username__iexact=options["user"])
        membership = people.select_related("user").first()
        if membership is None:
            raise CommandError(f"{options['user']} has no role in {store}.")
        _, secret = ApiToken.objects.issue(store=store, user=membership.user, name=options["name"][:80])
        self.stdout.write(secret)
