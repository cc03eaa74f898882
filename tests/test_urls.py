"""Every address of the product, as everybody who should not be there; and reading never writes."""

import re
import uuid
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver, reverse

from tests.sweep import Sweep, url_names, written
from tests.url_table import ADMIN_PAGES, ALL, API_CALLS, ROWS, Row, nothing
from tests.world import ROW_OF, SUPERUSERS, Shop

CLOSED = [row for row in ROWS if not row.public]
NAMING = [row for row in ROWS if row.of]
READABLE = [row for row in ROWS if row.get]
MODEL_PAGE = re.compile(r"admin:(?P<app>[a-z]+)_(?P<model>[a-z]+)_(changelist|add|history|delete|change)")
OF_A_PERSON = {"choose-store", "change-password", "sign-out"}  # whatever the store


def address(row: Row, shop: Shop) -> str:
    return reverse(row.name, kwargs=(row.of or nothing)(shop))


def missing(row: Row, shop: Shop) -> str:
    """The address of an object that no store has."""
    keys = (row.of or nothing)(shop)
    return reverse(
        row.name, kwargs={k: uuid.UUID(int=1) if isinstance(v, uuid.UUID) else 98765 for k, v in keys.items()}
    )


def state(shop: Shop) -> list[dict[str, Any]]:
    """The shop's records as the database has them."""
    records = [shop.customer, shop.product, shop.line, shop.cart, *shop.staff.values()]
    return [type(record)._base_manager.filter(pk=record.pk).values().get() for record in records]


def test_every_url_has_a_row() -> None:
    rows = [row.name for row in ROWS]
    assert len(rows) == len(set(rows))
    known = {*rows, *API_CALLS, *ADMIN_PAGES, "admin:unnamed", "admin:auth_user_password_change"}
    models = {*ROW_OF, *SUPERUSERS}
    strangers = set()
    for name in set(url_names(get_resolver())) - known:
        page = MODEL_PAGE.fullmatch(name)
        if not page or f"{page['app']}.{page['model']}" not in models:
            strangers.add(name)
    assert strangers == set(), "add a row to tests/url_table/ (or the model to ROW_OF in tests/world.py)"


def test_every_row_is_a_url() -> None:
    names = set(url_names(get_resolver()))
    assert {row.name for row in ROWS} | API_CALLS | ADMIN_PAGES <= names


class TestEveryUrl(Sweep):
    def test_who_is_not_signed_in_is_sent_to_the_sign_in_page(self) -> None:
        nobody = Client()
        for row in CLOSED:
            for method in row.methods:
                with self.judged(row, method):
                    response = getattr(nobody, method)(address(row, self.world.ours))
                    assert response.status_code == 302
                    assert response.url.startswith(reverse("sign-in"))

    def test_a_role_that_may_not_is_refused(self) -> None:
        for row in CLOSED:
            for role in ALL - row.who:
                for method in row.methods:
                    client = self.signed_in(self.world.ours, role)
                    with self.judged(row, method, role):
                        assert getattr(client, method)(address(row, self.world.ours)).status_code == 403

    def test_who_has_no_role_in_any_store_comes_nowhere(self) -> None:
        for row in CLOSED:
            for method in row.methods if row.name not in OF_A_PERSON else []:
                with self.judged(row, method):
                    client = self.client_for(self.world.root)
                    response = getattr(client, method)(address(row, self.world.ours))
                    assert (response.status_code, response.url) == (302, reverse("choose-store"))

    def test_another_stores_object_is_not_there(self) -> None:
        before = state(self.world.ours)
        for row in NAMING:
            for role in row.who:
                client = self.signed_in(self.world.theirs, role)
                for method in row.methods:
                    with self.judged(row, method, role):
                        assert getattr(client, method)(missing(row, self.world.ours)).status_code == row.missing
                        assert getattr(client, method)(address(row, self.world.ours)).status_code == row.missing
                        assert state(self.world.ours) == before

    def test_other_methods_are_refused(self) -> None:
        for row in ROWS:
            client = Client() if row.public else self.signed_in(self.world.ours, sorted(row.who)[-1])
            for method in {"get", "post", "put", "patch", "delete"} - set(row.methods):
                with self.judged(row, method):
                    assert getattr(client, method)(address(row, self.world.ours)).status_code == 405

    def test_a_role_that_may_comes_in_and_reading_never_writes(self) -> None:
        for row in READABLE:
            for role in row.who:
                client = self.signed_in(self.world.ours, role)
                for headers in ({}, {"HX-Request": "true"}):
                    with self.judged(row, role, headers), CaptureQueriesContext(connection) as queries:
                        response = client.get(address(row, self.world.ours), headers=headers)
                        assert response.status_code in {200, 302}
                        assert not getattr(response, "url", "").startswith(reverse("sign-in"))
                        assert written(queries) == []

    def test_an_empty_post_is_no_fault(self) -> None:
        for row in ROWS:
            for role in row.who if row.post else []:
                with self.judged(row, role):
                    response = self.signed_in(self.world.ours, role).post(address(row, self.world.ours), {})
                    assert response.status_code < 500

    def test_the_pages_of_one_store_show_nothing_of_another(self) -> None:
        theirs = self.world.theirs
        hidden: list[Any] = [theirs.customer.name, theirs.product.name, theirs.store.name, theirs.bill.pk]
        client = self.signed_in(self.world.ours, "manager")
        for row in READABLE:
            with self.judged(row):
                response = client.get(address(row, self.world.ours))
                page = (response.getvalue() if response.streaming else response.content).decode(errors="replace")
                assert [word for word in hidden if re.search(rf"\b{re.escape(str(word))}\b", page)] == []
