"""What the sweeps share: a world made once, rows judged each in a savepoint of its own, all faults named at once."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import transaction
from django.test import Client, TestCase
from django.test.utils import CaptureQueriesContext
from django.urls.resolvers import URLPattern, URLResolver

from tests.world import Shop, World, make_world
from viveka.stores.models import User

# Sessions are Django's and axes counts failed sign-ins: neither is the shop's data.
WRITES = re.compile(r'^\s*(INSERT INTO|UPDATE|DELETE FROM)\s+"?(?!django_session|axes_)', re.IGNORECASE)


class Sweep(TestCase):
    world: World
    sessions: dict[int, str]

    @classmethod
    def setUpTestData(cls) -> None:
        cls.world = make_world()
        shops = (cls.world.ours, cls.world.theirs)
        people = [cls.world.root, *(membership.user for shop in shops for membership in shop.staff.values())]
        cls.sessions = {person.pk: _session_of(person) for person in people}

    def setUp(self) -> None:
        self.clients: dict[int, Client] = {}

    @contextmanager
    def judged(self, *about: object) -> Iterator[None]:
        """One case: a fault names it and the others go on; what it writes is taken back."""
        with self.subTest(" ".join(map(str, about))), transaction.atomic():
            try:
                yield
            finally:
                transaction.set_rollback(True)

    def signed_in(self, shop: Shop, role: str) -> Client:
        return self.client_for(shop.person(role))

    def client_for(self, person: User) -> Client:
        """The person's one client in this test, whose session is as it was after signing in."""
        if person.pk not in self.clients:
            self.clients[person.pk] = Client()
        client = self.clients[person.pk]
        client.cookies.clear()
        client.cookies[settings.SESSION_COOKIE_NAME] = self.sessions[person.pk]
        return client


def _session_of(person: User) -> str:
    client = Client()
    client.force_login(person)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def url_names(resolver: URLResolver, spaces: tuple[str, ...] = ()) -> Iterator[str]:
    """The names of all URLs with their namespaces; `unnamed` are the admin's redirects and its last resort."""
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            inner = (*spaces, pattern.namespace) if pattern.namespace else spaces
            yield from url_names(pattern, inner)
        elif isinstance(pattern, URLPattern):
            yield ":".join((*spaces, pattern.name or "unnamed"))


def written(queries: CaptureQueriesContext) -> list[str]:
    return [query["sql"] for query in queries.captured_queries if WRITES.match(query["sql"])]
