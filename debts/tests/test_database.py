"""What the services refuse, the database refuses too, whoever asks."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal as D
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, ProgrammingError, connection, transaction
from django.utils import timezone

from advances.tests.factories import paid_ahead, used
from customers.models import Customer
from customers.tests.factories import CustomerFactory
from debts.models import Allocation, Debt, DebtPayment, ReductionCause
from debts.services import reduce_debt, reverse_payment, set_credit_account
from debts.tests.factories import owes, pays
from viveka.stores.models import Store, User

pytestmark = pytest.mark.django_db
TABLES = [
    "debts_debt",
    "debts_debtpayment",
    "debts_allocation",
    "debts_debtreduction",
    "debts_paymentreversal",
]


@pytest.fixture
def debt(store: Store, cashier: User) -> Debt:
    return owes(CustomerFactory(store=store), 500, by=cashier)


@contextmanager
def refused(error: type[DatabaseError], words: str) -> Iterator[None]:
    with pytest.raises(error, match=words), transaction.atomic():
        yield
        run("SET CONSTRAINTS ALL IMMEDIATE")


def run(sql: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values or None)


DEBT = (
    "INSERT INTO debts_debt (id, store_id, customer_id, amount, due_on, for_name, note, allowed_by_id, allowed_why,"
    " by_id, at, created_at, paid, returned, written_off, balance, status) SELECT gen_random_uuid(), store_id, {},"
    " {}, due_on, '', '', {}, by_id, at, at, 0, 0, 0, {}, 'open' FROM debts_debt"
)


@pytest.mark.parametrize(
    ("customer", "amount", "allowed", "rule"),
    [
        ("NULL", "5", "NULL, ''", 'null value in column "customer_id"'),
        ("0", "5", "NULL, ''", "debts_debt_customer_store_key"),
        ("customer_id", "0", "NULL, ''", "debt_is_at_least_a_paisa"),
        ("customer_id", "-5", "NULL, ''", "check constraint"),
        ("customer_id", "'NaN'", "NULL, ''", "check constraint"),
        ("customer_id", "5", "by_id, ''", "debt_exception_has_a_reason"),
        ("customer_id", "5", "NULL, 'x'", "debt_exception_has_a_reason"),
    ],
)
def test_no_debt_breaks_a_rule(debt: Debt, customer: str, amount: str, allowed: str, rule: str) -> None:
    with refused(IntegrityError, rule):
        run(DEBT.format(customer, amount, allowed, amount))


def test_no_debt_ties_two_stores(debt: Debt, other_store: Store) -> None:
    theirs = CustomerFactory(store=other_store)
    with refused(IntegrityError, "debts_debt_customer_store_key"):
        run(DEBT.format(theirs.pk, 5, "NULL, ''", 5))


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ("balance = 499.99", "debt_adds_up"),
        ("paid = 1", "debt_adds_up"),
        ("paid = 600, balance = -100", "check constraint"),
        ("returned = 'NaN'", "check constraint"),
        ("status = 'settled'", "debt_status_follows_amounts"),
        ("paid = 500, balance = 0", "debt_status_follows_amounts"),
        ("paid = 500, balance = 0, status = 'written_off'", "debt_status_follows_amounts"),
    ],
)
def test_running_amounts_always_add_up(debt: Debt, change: str, rule: str) -> None:
    with refused(IntegrityError, rule):
        run(f"UPDATE debts_debt SET {change}")


def test_nobody_without_phone_and_name_owes(store: Store) -> None:
    CustomerFactory(store=store, phone=None, name="Walk-in Customer")
    with refused(IntegrityError, "placeholder_without_phone_owes_nothing"):
        Customer.objects.update(debt_balance=1)


def test_a_customer_who_owes_is_not_deleted(debt: Debt) -> None:
    with refused(ProgrammingError, "Cannot delete"):
        run("DELETE FROM customers_customer")


class TestPayments:
    def write(self, debt: Debt, *, parts: D = D(10), **fields: Any) -> None:
        """A payment as the service writes it, without the running amounts."""
        now = timezone.now()
        told = {"store_id": debt.store_id, "customer_id": debt.customer_id, "amount": D(10), "mode": "cash"}
        payment = DebtPayment(**told | {"by": debt.by, "at": now, "created_at": now} | fields)
        Allocation.objects.create(store=debt.store, payment=payment, debt=debt, amount=parts, at=now)
        payment.save(force_insert=True)

    def test_is_its_parts_and_what_was_kept(self, debt: Debt) -> None:
        with refused(IntegrityError, "parts of 9.99 do not make 10.00"):
            self.write(debt, parts=D("9.99"))
        kept = paid_ahead(debt.customer, 5)
        self.write(debt, parts=D(5), kept_amount=D(5), kept_advance=kept)

    @pytest.mark.parametrize(
        ("fields", "rule"),
        [
            ({"mode": "credit"}, "debt_payment_mode_known"),
            ({"mode": "advance"}, "debt_payment_instrument_follows_mode"),
            ({"kept_amount": D(5), "parts": D(5)}, "debt_payment_keeps_part_of_itself"),
            ({"customer_id": None}, "null value"),
        ],
        ids=str,
    )
    def test_breaks_no_rule(self, debt: Debt, fields: dict[str, Any], rule: str) -> None:
        with refused(IntegrityError, rule):
            self.write(debt, **fields)

    def test_money_is_not_from_the_balance(self, debt: Debt) -> None:
        paid_ahead(debt.customer, 10)
        deduction = used(debt.customer, 10)
        with refused(IntegrityError, "debt_payment_instrument_follows_mode"):
            self.write(debt, deduction=deduction)

    def test_a_deduction_pays_one_thing(self, debt: Debt) -> None:
        paid_ahead(debt.customer, 10)
        deduction = used(debt.customer, 10)
        self.write(debt, mode="advance", deduction=deduction)
        with refused(IntegrityError, "duplicate key"):
            self.write(debt, mode="advance", deduction=deduction)

    def test_nothing_is_added_to_one_that_stands(self, debt: Debt) -> None:
        payment, other = pays(debt.customer, 10), owes(debt.customer, 5)
        with refused(IntegrityError, "nothing can be added"):
            Allocation.objects.create(store=debt.store, payment=payment, debt=other, amount=D(1), at=timezone.now())

    def test_a_part_without_its_payment_does_not_last(self, debt: Debt) -> None:
        with refused(IntegrityError, "payment_store_key"):
            Allocation.objects.create(store=debt.store, payment_id=uuid4(), debt=debt, amount=D(1), at=timezone.now())

    def test_is_reversed_once_and_with_a_reason(self, store: Store, debt: Debt, cashier: User) -> None:
        payment = pays(debt.customer, 10)
        insert = (
            "INSERT INTO debts_paymentreversal (store_id, payment_id, reason, by_id, at, created_at)"
            " SELECT store_id, id, %s, by_id, at, at FROM debts_debtpayment"
        )
        with refused(IntegrityError, "payment_reversal_has_a_reason"):
            run(insert, "")
        reverse_payment(store=store, payment_id=payment.pk, reason="x", by=cashier, now=timezone.now())
        with refused(IntegrityError, "duplicate key"):
            run(insert, "again")


@pytest.mark.parametrize(
    ("values", "rule"),
    [
        ("'return', 0, 'x'", "debt_reduction_is_at_least_a_paisa"),
        ("'gift', 5, 'x'", "debt_reduction_cause_known"),
        ("'return', 5, ''", "debt_reduction_has_a_reason"),
    ],
)
def test_no_reduction_breaks_a_rule(debt: Debt, values: str, rule: str) -> None:
    with refused(IntegrityError, rule):
        run(
            "INSERT INTO debts_debtreduction (store_id, debt_id, by_id, at, created_at, cause, amount, reason)"
            f" SELECT store_id, id, by_id, at, at, {values} FROM debts_debt"
        )


def test_one_credit_account_each_and_none_is_deleted(debt: Debt, manager: User) -> None:
    told = {"customer": debt.customer, "by": manager, "credit_limit": D(5), "terms_days": None}
    account = set_credit_account(**told)
    with refused(IntegrityError, "credit_account_once_per_customer"):
        account.pk = None
        account.save(force_insert=True)
    with refused(IntegrityError, "credit_terms_within_ten_years"):
        run("UPDATE debts_creditaccount SET terms_days = 3651")
    with refused(ProgrammingError, "Cannot delete"):
        run("DELETE FROM debts_creditaccount")


@pytest.mark.parametrize("table", TABLES)
class TestWhatHappenedStays:
    @pytest.fixture(autouse=True)
    def books(self, store: Store, debt: Debt, manager: User) -> None:
        now = timezone.now()
        reduce_debt(debt=debt, amount=D(1), cause=ReductionCause.RETURN, reason="x", by=manager, now=now)
        payment = pays(debt.customer, 10)
        reverse_payment(store=store, payment_id=payment.pk, reason="x", by=manager, now=now)

    def test_nothing_is_deleted(self, table: str) -> None:
        with refused(ProgrammingError, "Cannot delete"):
            run(f"DELETE FROM {table}")

    def test_nothing_is_emptied(self, table: str) -> None:
        run("SET CONSTRAINTS ALL IMMEDIATE")
        with refused(ProgrammingError, "never deleted"):
            run(f"TRUNCATE {table} CASCADE")

    def test_nothing_is_edited(self, table: str) -> None:
        column, value = ("reason", "y") if table == "debts_paymentreversal" else ("amount", D(7))
        for name, changed in ((column, value), ("at", timezone.now() - timedelta(days=1))):
            with refused(ProgrammingError, "Cannot update"):
                run(f"UPDATE {table} SET {name} = %s", changed)
