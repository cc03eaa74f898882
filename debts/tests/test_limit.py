"""How much a customer may owe: judged on what would be owed afterwards; a manager's permission is recorded."""

from datetime import UTC, date, datetime
from decimal import Decimal as D

import pytest

from customers.models import Customer
from customers.tests.factories import CustomerFactory
from debts.models import CreditAccount, Debt
from debts.services import CreditLimitPassed, CreditStopped, Permission, set_credit_account, standing_of
from debts.tests.factories import owes, pays
from viveka.stores.errors import Refused
from viveka.stores.models import Store, User
from viveka.stores.tests.factories import staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def asha(store: Store) -> Customer:
    return CustomerFactory(store=store, name="Asha Rao", number="CUST0007")


def account(
    customer: Customer, by: User, limit: int | None = 1000, terms: int | None = None, is_active: bool = True
) -> CreditAccount:
    limit_ = None if limit is None else D(limit)
    return set_credit_account(customer=customer, by=by, credit_limit=limit_, terms_days=terms, is_active=is_active)


def test_at_the_limit_and_a_paisa_above(asha: Customer, manager: User) -> None:
    account(asha, manager)
    owes(asha, 900)
    with pytest.raises(CreditLimitPassed) as refusal:
        owes(asha, "100.01")
    assert refusal.value.message == "The credit limit is ₹1,000.00, ₹900.00 is owed, ₹100.00 is left."
    owes(asha, 100)
    assert Debt.objects.count() == 2


def test_what_was_paid_may_be_owed_again(asha: Customer, manager: User) -> None:
    account(asha, manager)
    owes(asha, 1000)
    pays(asha, 300)
    owes(asha, 300)


def test_a_manager_may_let_it_pass_and_that_is_recorded(asha: Customer, manager: User) -> None:
    account(asha, manager)
    within = owes(asha, 900, permission=Permission(manager, "Wedding"))
    beyond = owes(asha, 500, permission=Permission(manager, "Wedding"))
    assert (within.allowed_by, within.allowed_why) == (None, "")  # it was not needed
    assert (beyond.allowed_by, beyond.allowed_why) == (manager, "Wedding")


@pytest.mark.parametrize(("role", "why"), [("cashier", "Wedding"), ("auditor", "Wedding"), ("manager", " ")])
def test_only_a_manager_with_a_reason(store: Store, asha: Customer, manager: User, role: str, why: str) -> None:
    account(asha, manager, 0)
    with pytest.raises(Refused) as refusal:
        owes(asha, 1, permission=Permission(staff(store, role), why))
    assert set(refusal.value.errors) == {"permission"}


def test_a_manager_of_another_store_is_none(other_store: Store, asha: Customer, manager: User) -> None:
    account(asha, manager, 0)
    with pytest.raises(Refused, match="Only a manager"):
        owes(asha, 1, permission=Permission(staff(other_store, "manager"), "Wedding"))


def test_the_stores_default_holds_without_an_account(store: Store, asha: Customer, manager: User) -> None:
    store.default_credit_limit, store.default_terms_days = D(50), 30
    store.save()
    with pytest.raises(CreditLimitPassed):
        owes(asha, 51)
    assert owes(asha, 50, at=datetime(2026, 4, 1, 6, tzinfo=UTC)).due_on == date(2026, 5, 1)
    account(asha, manager, None, None)  # the account's own: no limit, no terms
    assert owes(asha, 10_000).due_on is None
    account(asha, manager, 99_999, 7)
    assert owes(asha, 1, at=datetime(2026, 4, 1, 6, tzinfo=UTC)).due_on == date(2026, 4, 8)
    assert CreditAccount.objects.count() == 1
    assert standing_of(asha).left(D(90_000)) == D(9_999)


def test_credit_may_need_an_account(store: Store, asha: Customer, manager: User) -> None:
    store.credit_needs_account = True
    store.save()
    with pytest.raises(CreditStopped, match="CUST0007 - Asha Rao has no credit account"):
        owes(asha, 1)
    account(asha, manager)
    owes(asha, 1)


def test_stopped_is_stopped_whoever_permits(asha: Customer, manager: User) -> None:
    account(asha, manager, is_active=False)
    with pytest.raises(CreditStopped, match="stopped"):
        owes(asha, 1, permission=Permission(manager, "Wedding"))


def test_limits_and_terms_leave_a_trace(asha: Customer, manager: User) -> None:
    account(asha, manager, 1000)
    account(asha, manager, 2000, 15)
    history = CreditAccount.pgh_event_model.objects.order_by("pgh_id").values_list("credit_limit", "terms_days")
    assert list(history) == [(D(1000), None), (D(2000), 15)]
    for limit, terms, field in ((-1, None, "credit_limit"), (None, 3651, "terms_days"), (None, -1, "terms_days")):
        with pytest.raises(Refused) as refusal:
            account(asha, manager, limit, terms)
        assert set(refusal.value.errors) == {field}
