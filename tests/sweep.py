"""What the sweeps share: a world made once, rows judged each in a savepoint of its own, all faults named at once."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction
from django.test import Client, TestCase
from django.test.utils import CaptureQueriesContext
from django.urls.resolvers import URLPattern, URLResolver

from tests.world import Shop, World, make_world

# Sessions are Django's and axes counts failed sign-ins: neither is the shop's data.
WRITES = re.compile(r'^\s*(INSERT INTO|UPDATE|DELETE FROM)\s+"?(?!django_session|axes_)', re.IGNORECASE)


class Sweep(TestCase):
    world: World

    @classmethod
    def setUpTestData(cls) -> None:
        cls.world = make_world()

    @contextmanager
    def judged(self, *about: object) -> Iterator[None]:
        """One case: a fault names it and the others go on; what it writes is taken back."""
        with self.subTest(" ".join(map(str, about))), transaction.atomic():
            try:
                yield
            finally:
                transaction.set_rollback(True)

    def signed_in(self, shop: Shop, role: str) -> Client:
        client = Client()
        client.force_login(shop.person(role))
        return client


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
