"""Every page takes as many statements for forty of what it lists as for one."""

import re
import shutil
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any
from unittest import mock

from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.db.models import QuerySet
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings
from django.urls import reverse

from tests.api.calls import CALLS, PLACES
from tests.growth.growing import MANY
from tests.growth.shop import Grown, grow_shop
from tests.growth.table import PAGES, SENT, Shows, Still
from tests.sweep import Sweep
from tests.test_admin_urls import OF_A_STORE, page
from tests.url_table import ROWS, nothing
from tests.world import ROW_OF
from viveka.stores.middleware import SESSION_STORE
from viveka.stores.models import ApiToken
from viveka.stores.sheets import read_table

READABLE = {row.name: row for row in ROWS if row.get}
OF = {row.name: row.of or nothing for row in ROWS}
AT_LEAST = 2
"""So many more rows have to be seen where forty stand for one: the shortest list shows three."""
MOST = 30
"""Statements that any page may take."""
API_OF_ONE = {"get /customers/{customer_id}", "get /customers/by-phone/{phone}", "get /enquiries/{enquiry_id}"}
Seen = tuple[list[str], str]


def test_every_page_that_is_read_has_an_entry() -> None:
    assert set(READABLE) == set(PAGES), "add an entry to tests/growth/table.py"
    assert all(isinstance(said, Still) == (not isinstance(said, list | Shows)) for said in PAGES.values())


class TestQueryCounts(Sweep):
    few: Grown
    many: Grown
    sessions: dict[tuple[int, str], str]

    @classmethod
    def setUpClass(cls) -> None:
        folder = Path(tempfile.mkdtemp())
        cls.addClassCleanup(shutil.rmtree, folder)
        cls.enterClassContext(override_settings(DATA=folder))
        super().setUpClass()

    @classmethod
    def setUpTestData(cls) -> None:
        cls.few, cls.many = grow_shop(1), grow_shop(MANY)
        cls.sessions = {
            (shop.store.pk, who): signed_in(shop, who)
            for shop in (cls.few, cls.many)
            for who in ("cashier", "manager", "auditor", "importer", "typist")
        }

    def client_of(self, shop: Grown, said: Shows | Still) -> Client:
        """A machine that was just switched on, at the till where that is wanted."""
        client = Client()
        own = getattr(said, "session", {})
        key = signed_in(shop, said.who, **own) if own else self.sessions[shop.store.pk, said.who]
        client.cookies[settings.SESSION_COOKIE_NAME] = key
        if getattr(said, "at_till", True):
            client.cookies[f"till-{shop.store.pk}"] = str(shop.standing.till_id)
        return client

    def seen(self, name: str, said: Shows | Still, shop: Grown, *, sends: bool = False) -> Seen:
        """The statements of a page, and what stands on it."""
        client = self.client_of(shop, said)
        ContentType.objects.clear_cache()
        address = reverse(name, kwargs=(said.of or OF[name])(shop))
        query = said.query(shop) if said.query else {}
        with CaptureQueriesContext(connection) as queries:
            if sends:
                response: Any = client.post(address, query, headers={"HX-Request": "true"})
            else:
                response = client.get(address, query)
            text = text_of(response)
        assert response.status_code == 200 or (isinstance(said, Still) and response.url in {"/", "/counter/"}), response
        return [query["sql"] for query in queries.captured_queries], text

    def compare(self, name: str, said: Shows | Still, *, sends: bool = False) -> None:
        (few, less), (many, more) = (self.seen(name, said, shop, sends=sends) for shop in (self.few, self.many))
        paging = getattr(said, "paging", 0)
        assert len(few) <= len(many) <= min(len(few) + paging, MOST), more_often(few, many)
        for pattern in said.rows if isinstance(said, Shows) else ():
            grown = len(distinct(pattern, more)) - len(distinct(pattern, less))
            assert grown >= AT_LEAST, f"only {grown} more of {pattern or 'its bytes'} in {more[:20_000]}"

    def test_of_every_page(self) -> None:
        for name, said in PAGES.items():
            for one in said if isinstance(said, list) else [said]:
                with self.judged(name, one.who):
                    self.compare(name, one)

    def test_of_what_comes_of_a_form(self) -> None:
        for name, said in SENT:
            with self.judged(name):
                self.compare(name, said, sends=True)

    def test_of_the_admins_lists(self) -> None:
        """A page of one row against one of ten."""
        client = self.client_of(self.many, Still(""))
        for label in OF_A_STORE:
            shown = admin.site._registry[apps.get_model(label)]
            with self.judged(label):
                read_lists = []
                for rows in (1, 10):
                    with mock.patch.object(shown, "list_per_page", rows):
                        read_lists.append(read(client, page(label, "changelist"))[0])
                assert len(read_lists[0]) == len(read_lists[1]), more_often(*read_lists)

    def test_of_the_admins_pages_with_rows(self) -> None:
        clients = [(shop, self.client_of(shop, Still(""))) for shop in (self.few, self.many)]
        for label in OF_A_STORE:
            if admin.site._registry[apps.get_model(label)].inlines:
                with self.judged(label):
                    few, many = (
                        read(client, page(label, "change", ROW_OF[label](shop)))[0] for shop, client in clients
                    )
                    assert len(few) == len(many), more_often(few, many)

    def test_of_every_reading_call_of_the_api(self) -> None:
        for call in CALLS:
            if call.method == "get":
                with self.judged(call):
                    (few, less), (many, more) = (self.called(call, shop) for shop in (self.few, self.many))
                    assert len(few) == len(many), more_often(few, many)
                    assert (len(more) > 2 * len(less)) == (str(call) not in API_OF_ONE), f"{less}\n{more}"

    def called(self, call: Any, shop: Grown) -> Seen:
        own = {f"{name}_id": str(record.pk) for name, record in shop.records.items()}
        address = re.sub(r"{(\w+)}", lambda part: own.get(part[1]) or str(PLACES[part[1]](shop)), call.path)
        _, secret = ApiToken.objects.issue(store=shop.store, user=shop.person("manager"))
        return read(Client(), f"/api/v1{address}", {"Authorization": f"Bearer {secret}"})

    def test_would_see_a_statement_a_row(self) -> None:
        """The control: with nothing fetched along, pages take a statement a row, and that is told."""
        with mock.patch.object(QuerySet, "select_related", lambda rows, *names: rows):
            for name in ("billing:bills", "tokens"):
                said = PAGES[name]
                with self.judged(name), self.assertRaisesRegex(AssertionError, r"\d+ more: SELECT"):
                    self.compare(name, said[0] if isinstance(said, list) else said)


def signed_in(shop: Grown, who: str, **own: Any) -> str:
    """The key of a session of this person in the store."""
    client = Client()
    client.force_login(shop.person(who))
    session = client.session
    session.update({SESSION_STORE: shop.store.pk, **own})
    session.save()
    return str(session.session_key)


def read(client: Client, address: str, headers: dict[str, str] | None = None) -> Seen:
    ContentType.objects.clear_cache()
    with CaptureQueriesContext(connection) as queries:
        response = client.get(address, headers=headers or {})
        assert response.status_code == 200, (address, response)
        text = text_of(response)
    return [query["sql"] for query in queries.captured_queries], text


def text_of(response: HttpResponse) -> str:
    """What is on a page or in a file; the size of a file that has no text stands for it."""
    data = response.getvalue()
    kind = response.headers["Content-Type"]
    if "spreadsheet" in kind:
        return "\n".join(" ".join(map(str, row)) for row in read_table("seen.xlsx", data))
    return "x " * (len(data) // 500) if "pdf" in kind else data.decode()


def distinct(pattern: str, text: str) -> set[str]:
    return set(re.findall(pattern, text)) if pattern else set(map(str, range(len(text))))


def more_often(few: list[str], many: list[str]) -> str:
    """Which statements a page of many takes more often, without what differs between two of a kind."""
    kinds = [Counter(re.sub(r"'[^']*'|\d+", "?", sql) for sql in one) for one in (few, many)]
    told = [f"{count} more: {sql[:700]}" for sql, count in (kinds[1] - kinds[0]).items()]
    told += [f"{count} fewer: {sql[:700]}" for sql, count in (kinds[0] - kinds[1]).items()]
    return f"{len(few)} statements for one, {len(many)} for many\n" + "\n".join(told)
