"""Balances that customers bring along, from a list to the books: whose they are, once each, and out again."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal as D
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from advances.models import AdvancePayment
from customers.models import Customer, RecordEvent
from customers.records import delete_customer
from customers.tests.factories import CustomerFactory
from debts.models import Debt, OpeningBalance
from debts.openings.days import read_day
from debts.openings.judging import OpeningPlan
from debts.openings.undoing import undo_opening
from debts.services import reverse_debt, reverse_payment
from debts.statement import read_statement
from debts.tests.factories import brought, pays
from viveka.stores.errors import Conflict, Refused
from viveka.stores.models import Store, User

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 31)


def enter(store: Store, by: User, *rows: str, day: date = DAY) -> OpeningPlan:
    return brought(store, *rows, day=day, by=by)


def told(plan: OpeningPlan) -> list[tuple[str, str]]:
    return [(judged.outcome, judged.why) for judged in plan.lines]


def assert_sound(store: Store) -> None:
    call_command("check_books", store=store.slug, stdout=StringIO())


def test_a_list_becomes_debts_and_advances(store: Store, manager: User) -> None:
    known = CustomerFactory(store=store, name="Asha Rao", phone="+919876543210")
    plan = enter(
        store, manager, "Asha R,98765 43210,1200.50,1/4/2025,", "Ravi,98765 43211,,,300", "Meena,,70,,30.25",
        "Nobody,,0,,", "Empty,,,,", "Bad,12,5,,", "Late,,5,2999-01-01,", "Odd,,5.005,,-1",
    )  # fmt: skip
    outcomes = ["updated", "created", "created", "unchanged", "refused", "refused", "refused", "refused"]
    assert [judged.outcome for judged in plan.lines] == outcomes
    assert (plan.total("owes"), plan.total("ahead")) == (D("1270.50"), D("330.25"))
    assert sorted(Customer.objects.values_list("name", "debt_balance", "advance_balance")) == [
        ("Asha Rao", D("1200.50"), D(0)), ("Meena", D(70), D("30.25")), ("Ravi", D(0), D(300)),
    ]  # fmt: skip
    debt = known.debts.get()
    assert (debt.note, debt.for_name, store.day_of(debt.at)) == ("Opening balance", "Asha R", date(2025, 4, 1))
    advance = AdvancePayment.objects.get(customer__name="Ravi")
    assert (advance.mode, advance.reference_type, advance.notes) == ("", "opening", "Opening balance")
    assert store.day_of(advance.at) == DAY
    opening = debt.opening
    assert (opening.customer, opening.source, opening.by) == (known, "khata.csv, line 2", manager)
    statement = read_statement(Customer.objects.get(name="Meena"), DAY, DAY)
    assert (statement.opening_net, statement.closing_debt, statement.closing_advance) == (D(0), D(70), D("30.25"))
    assert_sound(store)


def test_the_same_row_again_changes_nothing(store: Store, manager: User) -> None:
    rows = ["Asha,98765 43210,500,2025-04-01,", "Ravi,,20,,"]
    enter(store, manager, *rows, rows[0])
    asha = Customer.objects.get(name="Asha")
    Customer.objects.filter(name="Ravi").update(name="Ravi Kumar")  # the row is known, whatever its customer is called
    plan = enter(store, manager, rows[1], '"  asha ",+919876543210,500.00,01-04-2025,0', day=date(2026, 4, 30))
    assert [judged.outcome for judged in plan.lines] == ["unchanged", "unchanged"]
    assert "came in before" in plan.lines[0].why
    assert plan.lines[1].customer == asha
    assert (Debt.objects.count(), Customer.objects.count()) == (2, 2)


def test_a_second_opening_for_one_customer_is_refused_and_leaves_no_trace(store: Store, manager: User) -> None:
    rows = "Asha,98765 43210,500,,", "Asha Rao,98765 43210,600,,", "Asha,98765 43210,,,50", "Asha,98765 43210,,,60"
    plan = enter(store, manager, *rows)
    assert told(plan) == [
        ("created", ""), ("refused", "Line 2 is about the same customer already."), ("updated", ""),
        ("refused", "Line 4 is about the same customer already."),
    ]  # fmt: skip
    gone = CustomerFactory(store=store, phone="+919876543299")
    delete_customer(store=store, pk=gone.pk, by=manager, now=timezone.now())
    plan = enter(store, manager, "Asha,98765 43210,501,,", "Back,98765 43299,5,,")
    why = "Has an opening balance already: owes ₹500.00 since 31 Mar 2026. Undo that first if it is wrong."
    assert told(plan) == [("refused", why), ("updated", "")]
    asha = Customer.objects.get(phone="+919876543210")
    assert (asha.debt_balance, asha.advance_balance) == (D(500), D(50))
    gone.refresh_from_db()
    assert gone.deleted_at is None
    assert RecordEvent.objects.filter(customer=gone, what="came_back").exists()
    assert_sound(store)


def test_closed_books_take_no_opening(store: Store, manager: User) -> None:
    Store.objects.filter(pk=store.pk).update(closed_until=DAY)
    store.refresh_from_db()
    plan = enter(store, manager, "Asha,,5,,", "Ravi,,5,1 Apr 2026,", "Mona,,5,30/03/26,")
    assert [judged.outcome for judged in plan.lines] == ["refused", "created", "refused"]
    assert plan.lines[0].why == "The books are closed until 31 Mar 2026."
    assert not Customer.objects.filter(name="Asha").exists()


def test_no_limit_is_asked_and_the_terms_of_the_customer_hold(store: Store, manager: User) -> None:
    Store.objects.filter(pk=store.pk).update(default_credit_limit=D(100), default_terms_days=10)
    store.refresh_from_db()
    enter(store, manager, "Asha,,5000,,")
    assert Debt.objects.get().due_on == DAY + timedelta(days=10)


def test_an_opening_is_undone_and_the_right_one_follows(store: Store, manager: User) -> None:
    enter(store, manager, "Asha,98765 43210,500,,40")
    opening = OpeningBalance.objects.get()
    asha, undo = opening.customer, {"store": store, "pk": opening.pk, "by": manager, "reason": "Misread"}
    paid = pays(asha, 10)
    with pytest.raises(Conflict, match="is paid or given up"):
        undo_opening(**undo, now=timezone.now())
    with pytest.raises(Refused, match="Say why"):
        undo_opening(**undo | {"reason": " "}, now=timezone.now())
    asha.refresh_from_db()
    assert (asha.debt_balance, asha.advance_balance) == (D(490), D(40))
    reverse_payment(store=store, payment_id=paid.pk, reason="x", by=manager, now=timezone.now())
    reverse_debt(store=store, debt_id=opening.debt_id, reason="x", by=manager, now=timezone.now())
    undo_opening(**undo, now=timezone.now())
    with pytest.raises(Conflict, match="undone already"):
        undo_opening(**undo, now=timezone.now())
    asha.refresh_from_db()
    assert (asha.debt_balance, asha.advance_balance) == (D(0), D(0))
    assert told(enter(store, manager, "Asha,98765 43210,50,,"))[0][0] == "updated"
    assert_sound(store)


def test_statements_do_not_grow_with_the_list(store: Store, manager: User) -> None:
    def count(rows: Sequence[str]) -> int:
        with CaptureQueriesContext(connection) as caught:
            enter(store, manager, *rows)
        return len(caught)

    enter(store, manager, "First,,1,,1")
    few = count(["Asha,98765 43210,5,,5", "Ravi,98765 43211,5,,5"])
    assert count([f"N {n},98765 4{n:04d},5,,5" for n in range(40)]) == few


@pytest.mark.parametrize(
    ("text", "region", "day"),
    [
        ("2024-04-01", "IN", date(2024, 4, 1)),
        ("1/4/2024", "IN", date(2024, 4, 1)),
        ("01.04.24", "IN", date(2024, 4, 1)),
        ("1/4/2024", "US", date(2024, 1, 4)),
        ("1-Apr-24", "IN", date(2024, 4, 1)),
        ("April 1, 2024", "US", date(2024, 4, 1)),
        ("2024-04-01 13:30:00", "IN", date(2024, 4, 1)),
    ],
)
def test_days_as_old_books_write_them(text: str, region: str, day: date) -> None:
    assert read_day(text, region) == day


@pytest.mark.parametrize("text", ["31/02/2024", "2024", "x" * 50, "0000-01-01", "1/4/999", "12/31/2024", "1900-01-01"])
def test_what_is_no_day_is_refused(text: str) -> None:
    with pytest.raises(Refused):
        read_day(text, "IN")


def test_the_command_tells_and_enters(store: Store, manager: User, tmp_path: Path) -> None:
    file = tmp_path / "old.csv"
    file.write_text("party;mobile no;balance due\nAsha;9876543210;500\nBad;12;5\n")
    out, err = StringIO(), StringIO()
    options: dict[str, Any] = {"store": store.slug, "day": "31/3/2026", "stdout": out, "stderr": err}
    call_command("import_openings", str(file), dry_run=True, **options)
    assert "Nothing was written." in out.getvalue()
    assert not Debt.objects.exists()
    call_command("import_openings", str(file), **options)
    call_command("import_openings", str(file), **options)
    assert "₹500.00" in out.getvalue()
    assert err.getvalue().count("line 3: This is not a valid phone number") == 3
    assert OpeningBalance.objects.get().source == "old.csv, line 2"
    with pytest.raises(CommandError, match="There is no store"):
        call_command("import_openings", str(file), store="nowhere")
    with pytest.raises(CommandError, match="what is owed"):
        file.write_text("name\nAsha\n")
        call_command("import_openings", str(file), **options)
