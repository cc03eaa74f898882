"""The admin's pages, model by model: the manager's own store, the superuser's people, nobody else."""

from django.contrib import admin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.sweep import Sweep, written
from tests.url_table import ADMIN_PAGES
from tests.world import ROW_OF, SUPERUSERS

LABELS = sorted(model._meta.label_lower for model in admin.site._registry)
OF_A_STORE = [label for label in LABELS if label not in SUPERUSERS]
OF_AN_OBJECT = ("change", "delete", "history")
PLAIN = sorted(ADMIN_PAGES - {"admin:app_list", "admin:logout", "admin:autocomplete"})
SUPERUSER_TOO = {"stores.store", "stores.membership"}


def page(label: str, kind: str, *args: object) -> str:
    return reverse(f"admin:{label.replace('.', '_')}_{kind}", args=args)


class TestEveryAdminPage(Sweep):
    def pages(self, label: str) -> list[str]:
        key = ROW_OF[label](self.world.ours) if label in ROW_OF else 1
        return [page(label, "changelist"), page(label, "add"), *(page(label, kind, key) for kind in OF_AN_OBJECT)]

    def root(self) -> Client:
        return self.client_for(self.world.root)

    def test_only_managers_come_in(self) -> None:
        nobody, clients = Client(), [self.signed_in(self.world.ours, role) for role in ("cashier", "auditor")]
        for url in [url for label in LABELS for url in self.pages(label)]:
            with self.judged(url):
                response = nobody.get(url)
                assert (response.status_code, response.url.split("?")[0]) == (302, reverse("sign-in"))
                for client in clients:
                    assert client.get(url).status_code == client.post(url).status_code == 403

    def test_the_admins_own_pages_are_for_managers(self) -> None:
        for name in PLAIN:
            with self.judged(name):
                assert Client().get(reverse(name), follow=True).request["PATH_INFO"] == reverse("sign-in")
                cashier = self.signed_in(self.world.ours, "cashier").get(reverse(name), follow=True)
                assert cashier.status_code == 403
                manager = self.signed_in(self.world.ours, "manager").get(reverse(name), follow=True)
                assert manager.status_code == 200

    def test_a_manager_reads_the_own_store(self) -> None:
        client = self.signed_in(self.world.ours, "manager")
        for label in OF_A_STORE:
            key = ROW_OF[label](self.world.ours)
            with self.judged(label):
                for url in (page(label, "changelist"), page(label, "change", key), page(label, "history", key)):
                    assert client.get(url).status_code == 200
                assert client.get(page(label, "delete", key)).status_code == 403
                assert client.get(page(label, "add")).status_code in {200, 302, 403}

    def test_another_stores_row_is_answered_as_one_that_is_not_there(self) -> None:
        client = self.signed_in(self.world.ours, "manager")
        for label in OF_A_STORE:
            theirs = ROW_OF[label](self.world.theirs)
            missing = "00000000-0000-7000-8000-000000000000" if "-" in str(theirs) else 987654321
            with self.judged(label):
                for kind in OF_AN_OBJECT:
                    for method in (client.get, client.post):
                        got, nothing = method(page(label, kind, theirs)), method(page(label, kind, missing))
                        assert got.status_code == nothing.status_code in {302, 403, 404}
                        assert getattr(got, "url", "") == getattr(nothing, "url", "")
                assert f"/{theirs}/change/" not in client.get(page(label, "changelist")).content.decode()

    def test_people_and_logs_are_the_superusers(self) -> None:
        client, root = self.signed_in(self.world.ours, "manager"), self.root()
        for label in sorted(SUPERUSERS):
            with self.judged(label):
                assert client.get(page(label, "changelist")).status_code == 403
                assert client.get(page(label, "add")).status_code == client.post(page(label, "add")).status_code == 403
                assert root.get(page(label, "changelist")).status_code == 200

    def test_a_manager_touches_no_password(self) -> None:
        url = reverse("admin:auth_user_password_change", args=[self.world.ours.person("cashier").pk])
        client = self.signed_in(self.world.ours, "manager")
        assert client.get(url).status_code == client.post(url).status_code == 403

    def test_reading_in_the_admin_never_writes(self) -> None:
        client = self.signed_in(self.world.ours, "manager")
        for label in OF_A_STORE:
            with self.judged(label), CaptureQueriesContext(connection) as queries:
                for url in self.pages(label):
                    client.get(url)
                assert written(queries) == []

    def test_the_superuser_without_a_store_meets_no_fault(self) -> None:
        root = self.root()
        assert root.get(reverse("admin:index")).status_code == 200
        for label in OF_A_STORE:
            with self.judged(label):
                opened = label in SUPERUSER_TOO
                for kind in ("changelist", "add"):
                    assert root.get(page(label, kind)).status_code == (200 if opened else 403)
                for url in self.pages(label):
                    assert root.get(url).status_code in ({200, 403} if opened else {302, 403})

    def test_looking_up_by_content_type_is_closed(self) -> None:
        client = self.signed_in(self.world.ours, "manager")
        assert client.get(f"/admin/r/1/{self.world.theirs.store.pk}/").status_code == 404
