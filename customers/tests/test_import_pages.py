"""A file looked at first, then brought in: nothing is written before the confirmation."""

import os
import time
from dataclasses import replace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from customers import kept_imports
from customers.import_lines import COLUMNS as KNOWN
from customers.kept_imports import KeptImport
from customers.models import Customer
from customers.tests.factories import CustomerFactory
from viveka.stores.changes import with_previous
from viveka.stores.incoming.kept import KEPT_FOR, RUNS_FOR
from viveka.stores.sheets import xlsx_bytes
from viveka.stores.tests.factories import staff

pytestmark = pytest.mark.django_db
IMPORT, PREVIEW, CONFIRM, PROGRESS, DROP, RESULT, TEMPLATE = (
    reverse(f"customers:import{part}")
    for part in ("", "-preview", "-confirm", "-progress", "-drop", "-result", "-template")
)
TEXT = (
    "Name,Phone,Email,Shoe size\n"
    "Asha Rao,98765 43210,asha@example.com,7\n"
    "Ravi,98765 43211,,\n"
    "Uma,98765O3212,,\n"
    "<b>Zoya</b>,,,\n"
)


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.DATA = tmp_path
    return tmp_path / "imports"


@pytest.fixture
def asha(store):
    return CustomerFactory(store=store, name="Asha", phone="+919876543210")


def upload(client, text=TEXT, name="people.csv", **more):
    data = text if isinstance(text, bytes) else text.encode()
    return client.post(IMPORT, {"file": SimpleUploadedFile(name, data), **more})


def token(client):
    return client.get(PREVIEW).context["report"].token


def confirm(client, **headers):
    return client.post(CONFIRM, {"token": token(client)}, headers=headers)


def outcomes(response):
    return [line.outcome for line in response.context["report"].lines]


class TestPreview:
    def test_tells_line_by_line_and_writes_nothing(self, manager_client, asha):
        assert upload(manager_client).url == PREVIEW
        response = manager_client.get(PREVIEW)
        assert outcomes(response) == ["updated", "created", "refused", "created"]
        page = response.content.decode()
        assert str(asha.number) in page
        assert "not a valid phone" in page
        assert "Shoe size" in page
        assert "98765O3212" in page  # as it was written
        assert "<b>Zoya" not in page
        asha.refresh_from_db()
        assert (Customer.objects.count(), asha.name) == (1, "Asha")
        assert [line.name for line in manager_client.get(PREVIEW, {"show": "refused"}).context["lines"]] == ["Uma"]

    def test_reads_a_spreadsheet(self, manager_client):
        rows = [("Name", "Phone"), ("Asha", "98765 43210")]
        upload(manager_client, xlsx_bytes(rows), "people.xlsx")
        assert outcomes(manager_client.get(PREVIEW)) == ["created"]

    def test_bad_phones_may_be_left_out(self, manager_client):
        upload(manager_client, without_bad_phones="on")
        assert "refused" not in outcomes(manager_client.get(PREVIEW))
        confirm(manager_client)
        assert "98765O3212" in Customer.objects.get(name="Uma").note

    def test_pages_turn_over_many_lines(self, manager_client):
        upload(manager_client, "Name\n" + "".join(f"Person {n}\n" for n in range(250)))
        response = manager_client.get(PREVIEW, {"page": 3})
        assert len(response.context["lines"]) == 50
        for page in ("x", "0", "999", "-1", "1e9"):
            assert manager_client.get(PREVIEW, {"page": page}).status_code == 200

    @pytest.mark.parametrize(
        ("data", "name"),
        [
            (b"", "a.csv"),
            (b"\x00\x01", "a.csv"),
            (b"\xff\xff\xff", "a.csv"),
            (b"PK\x03\x04 no spreadsheet", "a.xlsx"),
            (b"old", "a.xls"),
            (b"Name,Phone\n", "a.csv"),
            (b"Name\n" + b"a\n" * 30, "a.csv"),
            (b"Name\n" + b"a" * 3000, "a.csv"),
        ],
    )
    def test_what_is_no_such_file_is_said_and_not_kept(self, manager_client, folder, monkeypatch, data, name):
        monkeypatch.setattr(kept_imports, "COLUMNS", replace(KNOWN, most_lines=20))
        monkeypatch.setattr("viveka.stores.incoming.forms.MOST_BYTES", 2000)
        response = upload(manager_client, data, name)
        assert response.status_code == 200
        assert response.context["form"].errors["file"]
        assert not list(folder.glob("*"))

    def test_no_file_is_said(self, manager_client):
        assert manager_client.post(IMPORT, {"file": "text"}).context["form"].errors["file"]


COLUMNS = reverse("customers:import-columns")


class TestColumns:
    def test_are_asked_for_where_the_headings_are_not_known(self, manager_client):
        assert upload(manager_client, "Wer,Wo,Was\nAsha,98765 43210,vip\n").url == COLUMNS
        assert manager_client.get(PREVIEW).url == COLUMNS
        page = manager_client.get(COLUMNS).content.decode()
        assert "Wer" in page
        assert "98765 43210" in page
        manager_client.post(COLUMNS, {"column-0": "name", "column-1": "phone"})
        report = manager_client.get(PREVIEW).context["report"]
        assert (report.columns, report.ignored) == ({"name": "Wer", "phone": "Wo"}, ["Was"])
        confirm(manager_client)
        assert Customer.objects.get().phone == "+919876543210"

    def test_may_be_put_right_where_they_are(self, manager_client):
        upload(manager_client, "Name,Phone,Remarks\nAsha,98765 43210,Pune\n")
        said = token(manager_client)
        assert manager_client.get(COLUMNS).context["form"]["column-2"].value() == "note"
        manager_client.post(COLUMNS, {"column-0": "name", "column-1": "phone", "column-2": "address"})
        assert manager_client.post(CONFIRM, {"token": said}).url == PREVIEW  # what was seen then is not this
        confirm(manager_client)
        assert (Customer.objects.get().address, Customer.objects.get().note) == ("Pune", "")

    def test_a_file_may_have_no_headings(self, manager_client):
        assert upload(manager_client, "Asha,98765 43210\nRavi,98765 43211\n").url == COLUMNS
        manager_client.post(COLUMNS, {"column-0": "name", "column-1": "phone", "no_header": "on"})
        assert [line.number for line in manager_client.get(PREVIEW).context["report"].lines] == [1, 2]
        confirm(manager_client)
        assert Customer.objects.count() == 2

    @pytest.mark.parametrize(
        "said",
        [{}, {"column-0": "note"}, {"column-0": "x"}, {"column-0": "phone", "column-1": "phone"}, {"column-9": "name"}],
    )
    def test_a_choice_that_is_none_is_said(self, manager_client, said):
        upload(manager_client, "Wer,Wo\nAsha,98765 43210\n")
        response = manager_client.post(COLUMNS, said)
        assert response.status_code == 200
        assert response.context["form"].errors
        assert manager_client.get(PREVIEW).url == COLUMNS

    def test_without_a_file_there_is_nothing_to_say(self, manager_client):
        assert manager_client.get(COLUMNS).url == IMPORT


class TestConfirm:
    def test_brings_in_what_was_shown_and_tells_it(self, manager_client, asha, folder):
        upload(manager_client)
        assert confirm(manager_client).url == RESULT
        asha.refresh_from_db()
        assert (asha.name, asha.email) == ("Asha Rao", "asha@example.com")
        assert set(Customer.objects.values_list("name", flat=True)) == {"Asha Rao", "Ravi", "<b>Zoya</b>"}
        response = manager_client.get(RESULT)
        assert response.context["counts"] == {"created": 2, "updated": 1, "unchanged": 0, "refused": 1}
        assert Customer.objects.get(name="Ravi").get_absolute_url() in response.content.decode()
        assert {path.name for path in folder.glob("*/*")} == {"about", "result"}

    def test_the_history_says_who_brought_it_in(self, manager_client, manager, asha):
        upload(manager_client)
        confirm(manager_client)
        for name in ("Asha Rao", "Ravi"):
            events = Customer.pgh_event_models["update"].objects.filter(pgh_obj__name=name)
            assert with_previous(events).order_by("-pgh_id").first().who == manager.username

    def test_answers_htmx_with_the_way_on(self, manager_client):
        upload(manager_client)
        assert confirm(manager_client, **{"HX-Request": "true"})["HX-Redirect"] == RESULT

    def test_twice_is_once(self, manager_client):
        upload(manager_client)
        said = token(manager_client)
        for _ in range(2):
            manager_client.post(CONFIRM, {"token": said})
        assert Customer.objects.count() == 3
        assert manager_client.get(PREVIEW).url == RESULT

    @pytest.mark.parametrize("said", ["", "x", "\x00"])
    def test_of_another_file_than_the_one_seen_does_nothing(self, manager_client, said):
        upload(manager_client)
        assert manager_client.post(CONFIRM, {"token": said}).url == PREVIEW
        assert not Customer.objects.exists()

    def test_a_fault_leaves_the_file_to_try_again(self, manager_client, monkeypatch):
        upload(manager_client)
        said = token(manager_client)

        def fail(**kwargs):
            raise RuntimeError("made to fail")

        with monkeypatch.context() as patch, pytest.raises(RuntimeError):
            patch.setattr("customers.kept_imports.import_customers", fail)
            manager_client.post(CONFIRM, {"token": said})
        assert not Customer.objects.exists()
        assert manager_client.post(CONFIRM, {"token": said}).url == RESULT

    def test_a_server_killed_meanwhile_leaves_the_file_to_try_again(self, manager_client, manager, store):
        upload(manager_client)
        kept, said = KeptImport(store, manager), token(manager_client)
        kept.take(said)
        kept.note_progress(1000, 2500)
        os.utime(kept.folder / "taken", (0, time.time() - RUNS_FOR - 1))
        assert manager_client.get(PREVIEW).context["report"].token == said
        assert manager_client.post(CONFIRM, {"token": said}).url == RESULT
        assert Customer.objects.count() == 3

    def test_above_a_thousand_it_says_how_far_it_is(self, manager_client, manager, store, monkeypatch):
        seen = []
        note = KeptImport.note_progress

        def watched(kept, done, total):
            note(kept, done, total)
            seen.append(kept.progress)

        monkeypatch.setattr(KeptImport, "note_progress", watched)
        upload(manager_client, "Name\n" + "".join(f"Person {n}\n" for n in range(2500)))
        confirm(manager_client)
        assert seen == [(1000, 2500), (2000, 2500), (2500, 2500)]
        assert RESULT in manager_client.get(PROGRESS).content.decode()

    def test_while_it_runs_no_other_file_is_taken(self, manager_client, manager, store):
        upload(manager_client)
        KeptImport(store, manager).take(token(manager_client))
        assert "being brought in" in str(upload(manager_client).context["form"].errors)
        assert "file is being read" in manager_client.get(RESULT).content.decode()
        KeptImport(store, manager).note_progress(1000, 2500)
        assert "1,000 of 2,500" in manager_client.get(PROGRESS).content.decode()
        manager_client.post(DROP)
        assert KeptImport(store, manager).is_running


class TestKeeping:
    def test_each_person_sees_their_own_file_alone(self, manager_client, client, store, other_store):
        upload(manager_client)
        for place in (store, other_store):
            client.force_login(staff(place, "manager"))
            assert client.get(PREVIEW).url == IMPORT
            assert client.post(CONFIRM, {"token": token(manager_client)}).status_code == 302
        assert not Customer.objects.exists()

    def test_a_dropped_file_is_gone(self, manager_client, folder):
        upload(manager_client)
        assert manager_client.post(DROP).url == IMPORT
        assert not list(folder.glob("*"))

    def test_an_old_file_is_not_shown_and_goes_with_the_next_upload(self, manager_client, client, store, folder):
        upload(manager_client)
        said = token(manager_client)
        (kept,) = folder.glob("*")
        os.utime(kept / "about", (0, time.time() - KEPT_FOR - 1))
        assert manager_client.get(PREVIEW).url == IMPORT
        manager_client.post(CONFIRM, {"token": said})
        assert not Customer.objects.exists()
        client.force_login(staff(store, "manager"))
        upload(client)
        assert not kept.exists()

    def test_nobody_else_on_the_machine_reads_it(self, manager_client, folder):
        upload(manager_client, name="../../evil.csv")
        (kept,) = folder.glob("*")
        assert kept.stat().st_mode & 0o077 == 0


class TestDoors:
    @pytest.mark.parametrize("who", ["cashier_client", "auditor_client"])
    def test_only_managers_import(self, request, who):
        client = request.getfixturevalue(who)
        assert upload(client).status_code == 403
        assert client.get(PREVIEW).status_code == 403
        assert IMPORT not in client.get(reverse("customers:list")).content.decode()

    def test_the_template_is_understood(self, manager_client):
        upload(manager_client, manager_client.get(TEMPLATE).getvalue())
        report = manager_client.get(PREVIEW).context["report"]
        assert (report.ignored, outcomes(manager_client.get(PREVIEW))) == ([], ["created"])
