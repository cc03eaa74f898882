"""`manage.py load_demo [--if-empty]`: a made-up shop to look at and try things in."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from viveka.demo.load import PASSWORDS, SLUG, load_demo
from viveka.stores.models import Membership, Store


class Command(BaseCommand):
    """Load the demo store Shivik Mart once, and say how to sign in to it."""

    help = "Makes the demo store Shivik Mart with three months of sales, and prints its sign-ins."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--if-empty", action="store_true", help="only where there is no store yet")

    def handle(self, *args: Any, **options: Any) -> None:
        made = load_demo(now=timezone.now(), if_empty=options["if_empty"], say=self.say)
        if made or Store.objects.filter(slug=SLUG).exists():
            if not made and not options["if_empty"]:
                self.say("The demo store is there already.")
            self.print_sign_ins()

    def say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()

    def print_sign_ins(self) -> None:
        """The demo's people with their passwords, as far as these still hold."""
        standing = Membership.objects.standing().filter(store__slug=SLUG, user__username__in=PASSWORDS)
        for membership in standing.select_related("user").order_by("role"):
            name = membership.user.get_username()
            password = PASSWORDS[name] if membership.user.check_password(PASSWORDS[name]) else "(changed)"
            self.say(f"  {membership.get_role_display():8} {name:6} {password}")
