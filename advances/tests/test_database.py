"""What the services refuse, the database refuses too, whoever asks."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal as D
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, IntegrityError, ProgrammingError, connection, transaction
from django.utils import timezone

from advances.models import AdvancePayment, Deduction, Utilization, WalletEntry
from advances.services import refund_advance, restore_advances
from advances.tests.factories import paid_ahead, used
from customers.tests.factories import CustomerFactory
from viveka.stores.ids import new_id
from viveka.stores.models import Store, User

pytestmark = pytest.mark.django_db
TABLES = ["advances_advancepayment", "advances_deduction", "advances_utilization", "advances_walletentry"]


@pytest.fixture
def advance(store: Store, cashier: User) -> AdvancePayment:
    return paid_ahead(CustomerFactory(store=store), 500, by=cashier)


@contextmanager
def refused(error: type[DatabaseError], words: str) -> Iterator[None]:
    with pytest.raises(error, match=words), transaction.atomic():
        yield
        run("SET CONSTRAINTS ALL IMMEDIATE")


def run(sql: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values or None)


def test_a_manager_allows_what_goes_out_and_nothing_else(advance: AdvancePayment) -> None:
    with refused(IntegrityError, "wallet_allowed_where_money_goes"):
        run(
            "INSERT INTO advances_walletentry (store_id, customer_id, advance_id, cause, change, mode, reason, by_id,"
            " allowed_by_id, at, created_at) SELECT store_id, customer_id, id, 'expiry', -1, '', 'x', by_id, by_id, at,"
            " at FROM advances_advancepayment"
        )


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ("remaining_amount = 499.99", "advance_adds_up"),
        ("utilized_amount = 0.01", "advance_adds_up"),
        ("utilized_amount = 600, remaining_amount = -100", "check constraint"),
        ("refunded_amount = -1, remaining_amount = 501", "refunded_amount_check"),
        ("expired_amount = 'NaN'", "check constraint"),
        ("status = 'utilized'", "advance_status_follows_amounts"),
        ("utilized_amount = 500, remaining_amount = 0", "advance_status_follows_amounts"),
        ("utilized_amount = 500, remaining_amount = 0, status = 'expired'", "advance_status_follows_amounts"),
    ],
)
def test_running_amounts_always_add_up(advance: AdvancePayment, change: str, rule: str) -> None:
    with refused(IntegrityError, rule):
        run(f"UPDATE advances_advancepayment SET {change}")


@pytest.mark.parametrize(
    ("fields", "rule"),
    [
        ({"amount": D(0), "remaining_amount": D(0)}, "advance_is_at_least_a_paisa"),
        ({"amount": D("-1"), "remaining_amount": D("-1")}, "check constraint"),
        ({"mode": "cheque"}, "advance_mode_known"),
        ({"mode": ""}, "advance_mode_known"),
        ({"reference_type": "gift"}, "advance_reference_known"),
        ({"reference_type": "enquiry", "reference_id": UUID(int=1)}, "advance_reference_known"),
        ({"reference_type": "booking", "reference_id": None}, "advance_reference_known"),
    ],
    ids=str,
)
def test_no_advance_breaks_a_rule(advance: AdvancePayment, fields: dict[str, Any], rule: str) -> None:
    with refused(IntegrityError, rule):
        copy_of(advance, **fields)


def copy_of(row: Any, **fields: Any) -> None:
    """The row once more, with these fields; without what Django would look at."""
    values = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
    key = {"id": new_id()} if "uuid" in type(row.pk).__name__.lower() else {"id": None}
    type(row).objects.bulk_create([type(row)(**{**values, **key, **fields})])


@pytest.mark.parametrize("model", [AdvancePayment, Deduction, WalletEntry])
def test_no_row_ties_two_stores(advance: AdvancePayment, other_store: Store, model: type[AdvancePayment]) -> None:
    theirs = CustomerFactory(store=other_store)
    used(advance.customer, 10)
    row = model.objects.order_by("pk").first()
    with refused(IntegrityError, "_customer_store_key"):
        if model is Deduction:
            write_use(advance, customer_id=theirs.pk)
        elif model is WalletEntry:
            run(
                "INSERT INTO advances_walletentry (store_id, customer_id, advance_id, by_id, at, created_at, cause,"
                " change, mode, reason) SELECT store_id, %s, id, by_id, at, at, 'refund', -1, 'cash', 'x'"
                " FROM advances_advancepayment",
                theirs.pk,
            )
        else:
            copy_of(row, customer_id=theirs.pk)


def write_use(advance: AdvancePayment, amount: D = D(10), part: D = D(10), **fields: Any) -> Deduction:
    """A deduction as the service writes it, without the running amounts."""
    now = timezone.now()
    told = {"store_id": advance.store_id, "at": now, "created_at": now}
    deduction = Deduction(**{**told, "customer_id": advance.customer_id, "by": advance.by, "amount": amount, **fields})
    Utilization.objects.bulk_create([Utilization(**told, deduction=deduction, advance=advance, amount=part)])
    deduction.save(force_insert=True)
    return deduction


class TestUses:
    def test_a_deduction_is_the_sum_of_its_parts(self, advance: AdvancePayment) -> None:
        with refused(IntegrityError, "parts of 10.00 do not make 10.01"):
            write_use(advance, amount=D("10.01"))

    def test_nothing_is_added_to_one_that_stands(self, advance: AdvancePayment) -> None:
        deduction, other = used(advance.customer, 10), paid_ahead(advance.customer, 5)
        with refused(IntegrityError, "nothing can be added"):
            Utilization.objects.create(
                store=advance.store, deduction=deduction, advance=other, amount=D(1), at=timezone.now()
            )

    def test_a_part_without_its_deduction_does_not_last(self, advance: AdvancePayment) -> None:
        with refused(IntegrityError, "deduction_store_key"):
            Utilization.objects.create(
                store=advance.store, deduction_id=uuid4(), advance=advance, amount=D(1), at=timezone.now()
            )

    def test_no_more_is_given_back_than_was_used(self, advance: AdvancePayment) -> None:
        used(advance.customer, 10)
        with refused(IntegrityError, "utilization_restored_at_most_once"):
            Utilization.objects.update(restored_amount=D("10.01"))


@pytest.mark.parametrize(
    ("columns", "rule"),
    [
        ("'refund', 10, 'cash', 'x'", "wallet_sign_follows_cause"),
        ("'gift', 10, '', 'x'", "wallet_sign_follows_cause"),
        ("'advance', 0, '', ''", "wallet_sign_follows_cause"),
        ("'advance', 500, '', ''", "wallet_advance_taken_once"),
        ("'deduction', -10, '', ''", "wallet_use_has_a_deduction"),
        ("'refund', -10, '', 'x'", "wallet_refund_has_a_mode"),
        ("'expiry', -10, 'cash', 'x'", "wallet_refund_has_a_mode"),
        ("'refund', -10, 'cash', ''", "wallet_undoing_has_a_reason"),
        ("'refund', 'NaN', 'cash', 'x'", "change_check"),
    ],
)
def test_no_wallet_entry_breaks_a_rule(advance: AdvancePayment, columns: str, rule: str) -> None:
    with refused(IntegrityError, rule):
        run(
            "INSERT INTO advances_walletentry (store_id, customer_id, advance_id, by_id, at, created_at, cause, change,"
            f" mode, reason) SELECT store_id, customer_id, id, by_id, at, at, {columns} FROM advances_advancepayment"
        )


def test_only_the_calendar_has_no_name(advance: AdvancePayment) -> None:
    with refused(IntegrityError, "wallet_names_who"):
        run(
            "INSERT INTO advances_walletentry (store_id, customer_id, advance_id, at, created_at, cause, change, mode,"
            " reason) SELECT store_id, customer_id, id, at, at, 'reversal', -1, '', 'x' FROM advances_advancepayment"
        )


@pytest.mark.parametrize("table", TABLES)
class TestWhatHappenedStays:
    @pytest.fixture(autouse=True)
    def books(self, advance: AdvancePayment, manager: User) -> None:
        now = timezone.now()
        deduction = used(advance.customer, 100)
        restore_advances(deduction=deduction, amount=D(5), by=manager, now=now, reason="x")
        refund_advance(
            store=advance.store, advance_id=advance.pk, amount=D(1), mode="cash", reason="x", by=manager, now=now
        )

    def test_nothing_is_deleted(self, table: str) -> None:
        with refused(ProgrammingError, "Cannot delete"):
            run(f"DELETE FROM {table}")

    def test_nothing_is_emptied(self, table: str) -> None:
        run("SET CONSTRAINTS ALL IMMEDIATE")
        with refused(ProgrammingError, "never deleted"):
            run(f"TRUNCATE {', '.join(TABLES)} CASCADE")

    def test_nothing_is_edited(self, table: str) -> None:
        columns = {"at": timezone.now() - timedelta(days=1), "amount": D(7)}
        if table == "advances_walletentry":
            columns = {"at": columns["at"], "change": D(-7), "reason": "y"}
        for column, value in columns.items():
            with refused(ProgrammingError, "Cannot update"):
                run(f"UPDATE {table} SET {column} = %s", value)
