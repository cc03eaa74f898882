"""The screens of opening balances: a file and a typed page, looked at before they are written; the list; the undo."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from customers.models import Customer
from debts.models import Debt, OpeningBalance
from debts.tests.factories import brought
from viveka.stores.models import Store, User
from viveka.stores.sheets import xlsx_bytes

pytestmark = pytest.mark.django_db
FILE = b"Party,Mobile,Balance due,Date,Jama,Remarks\nAsha,98765 43210,500,1/4/2025,,x\nRavi,12,5,,,\nMona,,,,20,\n"


@pytest.fixture(autouse=True)
def place(settings: Any, tmp_path: Path) -> None:
    settings.DATA = tmp_path


def go(name: str, *args: Any) -> str:
    return reverse(f"debts:{name}", args=args)


def upload(client: Client, data: bytes = FILE, **more: str) -> Any:
    told = {"file": SimpleUploadedFile("old.csv", data), "day": "2026-03-31"} | more
    return client.post(go("openings-file"), told, follow=True)


def confirm(client: Client) -> Any:
    token = client.get(go("openings-preview")).context["report"].token
    return client.post(go("openings-confirm"), {"token": token}, follow=True)


def typed(*rows: tuple[str, ...]) -> dict[str, Any]:
    blank = [("",) * 5] * 3
    names = ("name", "phone", "owes", "since", "ahead")
    return {"day": "2026-03-31"} | {name: [row[n] for row in (*rows, *blank)] for n, name in enumerate(names)}


def test_a_file_is_looked_at_then_entered_once(manager_client: Client) -> None:
    page = upload(manager_client)
    assert page.redirect_chain[-1][0] == go("openings-preview")
    assert page.context["counts"] == {"created": 2, "updated": 0, "unchanged": 0, "refused": 1}
    for words in ("₹500.00", "1 Apr 2025", "31 Mar 2026", "not a valid phone", "Left out: Remarks", "Enter 2 lines"):
        assert words in page.content.decode()
    assert not Customer.objects.exists()
    token = page.context["report"].token
    done = confirm(manager_client)
    assert "2 lines" in done.content.decode()
    assert OpeningBalance.objects.count() == 2
    again = manager_client.post(go("openings-confirm"), {"token": token}, follow=True)
    assert again.redirect_chain[-1][0] == go("openings-result")
    assert OpeningBalance.objects.count() == 2
    assert upload(manager_client).context["counts"]["unchanged"] == 2


def test_a_spreadsheet_with_days_and_amounts_of_its_own(manager_client: Client) -> None:
    rows = [["Name", "Owes", "Since"], ["Asha", Decimal("1200.50"), date(2025, 4, 1)], ["Ravi", 1250, ""]]
    file = SimpleUploadedFile("old.xlsx", xlsx_bytes(rows))
    page = manager_client.post(go("openings-file"), {"file": file, "day": "2026-03-31"}, follow=True)
    shown = [(line.name, line.owes, line.since) for line in page.context["lines"]]
    assert shown == [("Asha", "1200.50", "2025-04-01"), ("Ravi", "1250.00", "2026-03-31")]


def test_columns_that_say_nothing_are_asked_for(manager_client: Client) -> None:
    page = upload(manager_client, b"A,B,C\nAsha,98765 43210,500\n")
    assert page.redirect_chain[-1][0] == go("openings-columns")
    wrong = manager_client.post(go("openings-columns"), {"column-0": "name"})
    assert "what is owed" in wrong.content.decode()
    said = {"column-0": "name", "column-1": "phone", "column-2": "owes"}
    page = manager_client.post(go("openings-columns"), said, follow=True)
    assert page.context["counts"]["created"] == 1
    manager_client.post(go("openings-drop"))
    assert manager_client.get(go("openings-preview")).url == go("openings-file")


@pytest.mark.parametrize(
    ("data", "more", "words"),
    [
        (b"", {}, "empty"),
        (b"name,owes\n", {}, "no line below"),
        (b"\xff\x00\x00", {}, "not UTF-8"),
        (b"name,owes\n\x00,5\n", {}, "no CSV"),
        (FILE, {"day": ""}, "required"),
        (FILE, {"day": "3000-01-01"}, "A day between"),
    ],
)
def test_a_file_that_is_none_is_refused(manager_client: Client, data: bytes, more: dict[str, str], words: str) -> None:
    page = upload(manager_client, data, **more)
    assert words in page.content.decode()
    assert manager_client.get(go("openings-preview")).status_code == 302


def test_a_typed_page_keeps_what_was_typed_until_all_rows_are_right(manager_client: Client, store: Store) -> None:
    rows = (
        ("=Asha;;;;;", "98765 43210", "500", "1/4/25", ""),
        ("Ravi", "", "1,200", "yesterday", "-"),
        ("x", "", "", "", ""),
    )
    page = manager_client.post(go("openings-type"), typed(*rows))
    assert sorted(page.context["grid"].errors) == [2, 3]
    text = page.content.decode()
    for words in ("1,200", "yesterday", "2 rows", "This is no day", "98765 43210", "=Asha"):
        assert words in text
    assert "₹500.00" in text  # what can be read comes to this
    right = (rows[0], ("Ravi", "", "1200", "", "10.50"))
    page = manager_client.post(go("openings-type"), typed(*right), follow=True)
    assert page.redirect_chain[-1][0] == go("openings-preview")
    assert "₹1,700.00" in page.content.decode()
    back = manager_client.get(go("openings-type"))
    assert back.context["grid"].rows[0]["name"] == "=Asha;;;;;"
    assert not Debt.objects.exists()
    confirm(manager_client)
    opening = OpeningBalance.objects.get(customer__phone="+919876543210")
    assert (opening.source, opening.customer.name) == ("Typed by hand, line 1", "=Asha;;;;;")
    assert manager_client.get(go("openings-type")).context["grid"].rows == []
    page = manager_client.post(go("openings-type"), typed(*right), follow=True)
    assert page.context["counts"]["unchanged"] == 2


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        (typed(), "Type at least one row"),
        (typed(*[(f"N{n}", "", "5", "", "") for n in range(101)]), "At most 100 rows"),
        (typed(("A\x00b", "", "5", "", "")), "characters that are not text"),
        (typed(("Asha", "", "5", "", "")) | {"day": "x"}, "valid date"),
        ({"day": "2026-03-31", "name": ["Asha", "Ravi"], "owes": ["5"]}, "row"),
    ],
    ids=["none", "too many", "no text", "no day", "lame"],
)
def test_a_page_that_is_none_is_refused(manager_client: Client, sent: dict[str, Any], words: str) -> None:
    page = manager_client.post(go("openings-type"), sent)
    assert page.status_code == 200
    assert words in page.content.decode()
    assert not Customer.objects.exists()


def test_the_list_finds_and_the_undo_takes_out(manager_client: Client, store: Store, manager: User) -> None:
    brought(store, "Asha,98765 43210,500,,", "Ravi,98765 43211,,,300", by=manager)
    page = manager_client.get(go("openings"), {"q": "Asha"})
    assert [opening.customer.name for opening in page.context["page"].rows] == ["Asha"]
    assert (page.context["totals"]["owes"], page.context["totals"]["ahead"]) == (500, 300)
    opening = OpeningBalance.objects.get(customer__name="Asha")
    assert "khata.csv, line 2" in manager_client.get(opening.get_absolute_url()).content.decode()
    ahead = OpeningBalance.objects.get(customer__name="Ravi")
    for one, became in ((opening, opening.debt), (ahead, ahead.advance)):
        text = manager_client.get(became.get_absolute_url()).content.decode()
        assert go("opening-undo", one.pk) in text and one.source in text
    page = manager_client.post(go("opening-undo", opening.pk), {"reason": ""})
    assert "Say why" in page.content.decode()
    page = manager_client.post(go("opening-undo", opening.pk), {"reason": "Misread"}, follow=True)
    assert "Misread" in page.content.decode()
    assert manager_client.get(go("openings"), {"show": "undone"}).context["page"].rows == [opening]
    lines = manager_client.get(go("openings-csv")).getvalue().decode().splitlines()
    assert lines[1].split(",")[1:5] == ["Ravi", "98765 43211", "", "300.00"]
    assert manager_client.get(go("openings-xlsx"))["Content-Disposition"].endswith('.xlsx"')


def test_money_received_knows_nothing_of_openings(manager_client: Client, store: Store, manager: User) -> None:
    day = store.day_of(timezone.now())
    brought(store, "Asha,98765 43210,500,,40", day=day, by=manager)
    page = manager_client.get(reverse("billing:received"))
    assert "Asha" not in page.content.decode()
