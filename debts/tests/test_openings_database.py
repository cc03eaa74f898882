"""What the services refuse of opening balances, the database refuses too, whoever asks."""

from datetime import date

import pytest
from django.db import IntegrityError, ProgrammingError
from django.utils import timezone

from customers.tests.factories import CustomerFactory
from debts.models import OpeningBalance
from debts.openings.undoing import undo_opening
from debts.tests.factories import owes
from debts.tests.test_database import refused, run
from debts.tests.test_openings import enter
from viveka.stores.models import Store, User

pytestmark = pytest.mark.django_db
OPENING = (
    "INSERT INTO debts_openingbalance (store_id, customer_id, debt_id, advance_id, row_key, file, line, by_id, at,"
    " created_at, is_undone) SELECT store_id, {}, {}, {}, {}, '', {}, by_id, at, at, false FROM debts_openingbalance"
)


@pytest.fixture
def opening(store: Store, manager: User) -> OpeningBalance:
    enter(store, manager, "Asha,98765 43210,500,,40", day=date(2026, 3, 31))
    return OpeningBalance.objects.get()


@pytest.mark.parametrize(
    ("row", "rule"),
    [
        (("customer_id", "NULL", "NULL", "''", "1"), "opening_is_of_something"),
        (("customer_id", "debt_id", "NULL", "''", "1"), "debt_id"),
        (("customer_id", "%(debt)s", "NULL", "''", "1"), "opening_debt_once_per_customer"),
        (("customer_id", "%(debt)s", "NULL", "''", "1000000001"), "opening_line_is_a_line"),
        (("%(other)s", "%(debt)s", "NULL", "row_key", "1"), "opening_row_once"),
        (("%(other)s", "gen_random_uuid()", "NULL", "''", "1"), "debts_openingbalance_debt_store_key"),
        (("%(other)s", "NULL", "gen_random_uuid()", "''", "1"), "debts_openingbalance_advance_store_key"),
        (("%(theirs)s", "%(debt)s", "NULL", "''", "1"), "debts_openingbalance_customer_store_key"),
    ],
)
def test_no_opening_breaks_a_rule(opening: OpeningBalance, other_store: Store, row: tuple[str, ...], rule: str) -> None:
    other = CustomerFactory(store=opening.store)
    ids = {"other": other.pk, "theirs": CustomerFactory(store=other_store).pk, "debt": owes(other, 5).pk}
    with refused(IntegrityError, rule):
        run(OPENING.format(*(part % {name: f"'{pk}'" for name, pk in ids.items()} for part in row)))


def test_an_opening_of_an_advance_comes_once(opening: OpeningBalance) -> None:
    with refused(IntegrityError, "opening_advance_once_per_customer"):
        run(OPENING.format("customer_id", "NULL", "gen_random_uuid()", "''", "1"))


@pytest.mark.parametrize(
    "change",
    ["customer_id = customer_id + 1", "line = 7", "row_key = 'x'", "file = 'x'", "at = now()", "debt_id = NULL"],
)
def test_an_opening_stays_as_it_is(opening: OpeningBalance, change: str) -> None:
    with refused(ProgrammingError if "row_key" not in change else Exception, "Cannot update"):
        run(f"UPDATE debts_openingbalance SET {change}")


def test_an_opening_is_undone_once_with_a_reason_and_never_goes(opening: OpeningBalance, manager: User) -> None:
    told = {"store": opening.store, "pk": opening.pk, "reason": "Misread", "by": manager}
    undo_opening(**told, now=timezone.now())
    again = (
        "INSERT INTO debts_openingundo (store_id, opening_id, reason, by_id, at, created_at)"
        " SELECT store_id, opening_id, {}, by_id, at, at FROM debts_openingundo"
    )
    with refused(IntegrityError, "opening_id"):
        run(again.format("'x'"))
    with refused(IntegrityError, "opening_undo_has_a_reason"):
        run(again.format("''"))
    for table in ("debts_openingundo", "debts_openingbalance"):
        with refused(Exception, "Cannot delete"):
            run(f"DELETE FROM {table}")
