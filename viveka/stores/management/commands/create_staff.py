"""`manage.py create_staff --store S --username U --role R`: give a person a role in a store."""

import secrets
import sys
from argparse import ArgumentParser
from getpass import getpass
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from viveka.stores.errors import Refused
from viveka.stores.management.commands.create_store import in_words
from viveka.stores.models import Role, Store, User
from viveka.stores.services import add_member


class Command(BaseCommand):
    """Make a person, or give one who exists a role in one more store; an existing account is not changed."""

    help = "Gives a person a role in a store; makes the account where there is none."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--store", required=True, help="the store's short name")
        parser.add_argument("--username", required=True, help="the name to sign in with")
        parser.add_argument("--role", required=True, choices=Role.values)
        parser.add_argument("--password", help="left out: asked for on a terminal, else made up and printed")

    def handle(self, *args: Any, **options: Any) -> None:
        store = Store.objects.filter(slug=options["store"]).first()
        if store is None:
            raise CommandError(f"There is no store {options['store']}.")
        username, password, made_up = options["username"], options["password"] or "", False
        if not password and not User.objects.filter(username__iexact=username).exists():
            made_up = not sys.stdin.isatty()
            password = secrets.token_urlsafe(9) if made_up else ask_password(username)
        try:
            membership, is_new = add_member(store=store, username=username, role=options["role"], password=password)
        except Refused as refusal:
            raise CommandError(in_words(refusal)) from None
        name, role = membership.user.get_username(), membership.get_role_display().lower()
        self.stdout.write(f"{name} is {role} of {store.name}.")
        if not is_new:
            self.stdout.write("The account was there already; its password stays as it is.")
        elif made_up:
            self.stdout.write(f"Password: {password}")


def ask_password(username: str) -> str:
    """Ask twice on the terminal, again until it is a good one."""
    while True:
        password = getpass(f"Password for {username}: ")
        try:
            validate_password(password, User(username=username))
        except ValidationError as error:
            print(" ".join(error.messages), file=sys.stderr)
            continue
        if password == getpass("The same again: "):
            return password
        print("These were two different ones.", file=sys.stderr)
