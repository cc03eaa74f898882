"""Advances in numbers: a spring told by hand, day by day, and what the reports make of it."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal as D
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from advances.models import AdvancePayment
from advances.services import (
    Paid,
    add_advance,
    deduct_advance,
    expire_advances,
    refund_advance,
    restore_advances,
    reverse_advance,
)
from advances.services.record_parts import Content, Line, Slot, Who
from advances.services.recording import record_appointment, record_booking
from customers.models import Customer
from customers.tests.factories import CustomerFactory
from viveka.reports.advance_customers import highest_balances, new_customers, paid_ahead_again
from viveka.reports.advance_uses import how_fast_used, services_that_bring_advances
from viveka.reports.advances import Span, advances_by_kind, advances_by_step, held_now, total_of
from viveka.stores.models import Store, User
from viveka.stores.money import ZERO

pytestmark = pytest.mark.django_db
SPRING = Span(date(2026, 3, 1), date(2026, 3, 31))


def at(day: int, hour: int = 12) -> datetime:
    """An hour of a day of March in India."""
    return datetime(2026, 3, day, hour, tzinfo=UTC) - timedelta(hours=5, minutes=30)


@pytest.fixture
def asha(store: Store) -> Customer:
    return CustomerFactory(store=store, name="Asha", created_at=at(1))


@pytest.fixture
def spring(store: Store, other_store: Store, asha: Customer, cashier: User) -> dict[str, AdvancePayment]:
    """Asha pays 500 on the 1st, 300 on the 5th, uses 600 on the 9th, gets 50 back on the 10th and 100 of it refunded on
    the 12th. Ravi pays 70 on the 5th by mistake, and brings 40 along, which expire on the 31st. Somebody elsewhere too.
    """
    by: dict[str, Any] = {"by": cashier}
    ravi, elsewhere = CustomerFactory(store=store, name="Ravi", created_at=at(5)), CustomerFactory(store=other_store)

    def pay(who: Customer, amount: int, day: int, **rest: Any) -> AdvancePayment:
        return add_advance(customer=who, amount=D(amount), mode=rest.pop("mode", "cash"), now=at(day), **by, **rest)

    made = {"first": pay(asha, 500, 1), "brought": pay(ravi, 40, 2, reference_type="opening", mode="")}
    made |= {"second": pay(asha, 300, 5), "wrong": pay(ravi, 70, 5)}
    pay(elsewhere, 999, 5)
    reverse_advance(store=store, advance_id=made["wrong"].pk, reason="Typed twice", now=at(6), **by)
    use = deduct_advance(customer=asha, amount=D(600), now=at(9), **by)
    restore_advances(deduction=use, amount=D(50), now=at(10), reason="Returned", **by)
    told = {"mode": "cash", "reason": "Asked for it"}
    refund_advance(store=store, advance_id=made["second"].pk, amount=D(100), now=at(12), **told, **by)
    expire_advances(store=store, days=28, now=at(31), by=cashier)
    return made


def by_day(store: Store, span: Span, step: str = "day") -> dict[date, tuple[D, ...]]:
    return {
        one.begins: (
            one.moved.collected, one.moved.used, one.moved.given_back, one.moved.refunded, one.moved.expired,
            one.outstanding,
        )
        for one in advances_by_step(store, span, step)
        if one.moved.went or one.moved.change
    }  # fmt: skip


def march(day: int) -> date:
    return date(2026, 3, day)


def test_day_by_day_with_what_was_held_at_its_end(
    store: Store, spring: dict[str, AdvancePayment], django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(3):
        days = by_day(store, SPRING)
    assert days == {
        march(1): (500, 0, 0, 0, 0, 500),
        march(2): (40, 0, 0, 0, 0, 540),
        march(5): (370, 0, 0, 0, 0, 910),
        march(6): (0, 0, 0, 70, 0, 840),
        march(9): (0, 600, 0, 0, 0, 240),
        march(10): (0, 0, 50, 0, 0, 290),
        march(12): (0, 0, 0, 100, 0, 190),
        march(31): (0, 0, 0, 0, 40, 150),
    }
    assert held_now(store) == 150
    whole = total_of(advances_by_step(store, SPRING))
    assert (whole.count, whole.collected, whole.change) == (4, 910, 150)


def test_a_day_that_is_over_looks_the_same_for_ever(store: Store, spring: dict[str, AdvancePayment]) -> None:
    part = Span(march(5), march(9))
    assert by_day(store, part)[march(9)][-1] == 240
    kinds = {one.name: (one.open_count, one.outstanding, one.average_left) for one in advances_by_kind(store, part)}
    assert kinds == {"Direct": (1, 200, 200), "Opening balance": (1, 40, 40)}


def test_by_weeks_and_months(store: Store, spring: dict[str, AdvancePayment]) -> None:
    weeks = by_day(store, SPRING, "week")
    assert weeks[date(2026, 2, 23)] == (500, 0, 0, 0, 0, 500)  # the 1st is a Sunday
    assert weeks[march(9)] == (0, 600, 50, 100, 0, 190)
    assert by_day(store, SPRING, "month") == {march(1): (910, 600, 50, 170, 40, 150)}
    assert list(by_day(store, SPRING, "year")) == [date(2026, 1, 1)]


def test_by_what_brought_them(store: Store, spring: dict[str, AdvancePayment]) -> None:
    direct, opening = advances_by_kind(store, SPRING)
    assert (direct.moved.count, direct.moved.collected, direct.moved.used, direct.moved.refunded) == (3, 870, 600, 170)
    assert (direct.open_count, direct.outstanding, direct.average_left) == (1, 150, 150)
    assert (opening.moved.expired, opening.open_count, opening.average_left) == (40, 0, None)


def test_the_day_ends_at_midnight_in_the_shop(store: Store, asha: Customer, cashier: User) -> None:
    for now in (at(3, 23) + timedelta(minutes=59), at(4, 0) + timedelta(minutes=10), at(4, 5) + timedelta(minutes=25)):
        add_advance(customer=asha, amount=D(1), mode="cash", by=cashier, now=now)
    assert {day: told[0] for day, told in by_day(store, SPRING).items()} == {march(3): 1, march(4): 2}
    assert total_of(advances_by_step(store, Span(march(4), march(4)))).collected == 2


def test_how_fast_they_are_used(store: Store, spring: dict[str, AdvancePayment]) -> None:
    """500 after 8 days; of 100 after 4 days 50 came back."""
    speed = how_fast_used(store, SPRING)
    told = {one.name: (one.uses, one.amount, one.share) for one in speed.ages if one.uses}
    assert told == {"Within a week": (1, 50, D("9.1")), "Within 30 days": (1, 500, D("90.9"))}
    assert speed.average_days == D("7.6")
    assert how_fast_used(store, Span(march(1), march(2))).average_days is None


def test_who_has_most_and_who_pays_ahead_again(
    store: Store, asha: Customer, spring: dict[str, AdvancePayment], cashier: User
) -> None:
    assert [(one.name, one.advance_balance) for one in highest_balances(store)] == [("Asha", 150)]
    count, (again,) = paid_ahead_again(store, SPRING)
    assert (count, again.customer, again.times, again.paid) == (1, asha, 2, 800)
    assert paid_ahead_again(store, Span(march(1), march(4))) == (1, [])  # then it was the first time
    assert paid_ahead_again(store, Span(march(6), march(9))) == (0, [])


def test_new_customers_by_day_and_week(store: Store, spring: dict[str, AdvancePayment]) -> None:
    found = {one.begins: (one.new, one.paid_ahead) for one in new_customers(store, SPRING) if one.new}
    assert found == {march(1): (1, 1), march(5): (1, 0)}  # what Ravi paid was a mistake
    weeks = [(one.begins, one.new) for one in new_customers(store, SPRING, "week") if one.new]
    assert weeks == [(date(2026, 2, 23), 1), (march(2), 1)]


def test_which_services_bring_advances(store: Store, cashier: User) -> None:
    told: dict[str, Any] = {"store": store, "by": cashier, "now": at(3), "who": Who("9876543210")}
    hair, nails = Line(name="Haircut"), Line(name="Nails")
    slot = Slot(at(4), 30, None)
    record_appointment(**told, slot=slot, content=Content([hair, nails]), paid=Paid(D("100.01"), "cash"))
    record_appointment(**told, slot=slot, content=Content([Line(name="haircut")]), paid=Paid(D(60), "cash"))
    record_appointment(**told, slot=slot, content=Content([nails]))
    record_booking(**told, content=Content([Line(name="Sari")]), paid=Paid(D(500), "upi"))
    found = [(one.name.lower(), one.advances, one.amount) for one in services_that_bring_advances(store, SPRING)]
    assert found[0] == ("sari", 1, 500)
    assert found[1][:2] == ("haircut", 2) and found[1][2] in (D("110.00"), D("110.01"))
    assert found[2][:2] == ("nails", 1)
    assert services_that_bring_advances(store, Span(march(4), march(9))) == []


def test_a_span_ends_where_the_books_do(store: Store, spring: dict[str, AdvancePayment]) -> None:
    today = march(31)
    assert Span.of(store, None, None, today) == SPRING
    assert Span.of(store, date(1950, 1, 1), date(2199, 12, 31), today) == SPRING
    assert Span.of(store, march(9), march(12), today) == Span(march(9), march(12))


def test_nothing_paid_ahead_is_no_error(store: Store) -> None:
    span = Span.of(store, None, None, march(9))
    assert span == Span(march(9), march(9))
    assert [one.outstanding for one in advances_by_step(store, span)] == [ZERO]
    assert advances_by_kind(store, span) == services_that_bring_advances(store, span) == highest_balances(store) == []
    assert (paid_ahead_again(store, span), how_fast_used(store, span).average_days) == ((0, []), None)


MANY = """
INSERT INTO customers_customer (store_id, number, phone, name, email, address, gst_number, gender, note, is_active,
    created_at, updated_at, advance_balance, debt_balance, total_purchases, purchase_count)
SELECT {store}, 'CUST' || n + 10000, '+9190' || lpad(n::text, 8, '0'), 'Asha ' || n, '', '', '', '', '', true,
       now() - mod(n, 730) * interval '1 day', now(), mod(n, 50), 0, 0, 0
  FROM generate_series(1, 30000) AS n;
INSERT INTO advances_advancepayment (id, store_id, customer_id, reference_type, amount, mode, payment_reference, notes,
    by_id, at, created_at, utilized_amount, refunded_amount, expired_amount, remaining_amount, status)
SELECT gen_random_uuid(), {store}, id, 'direct', 100, 'cash', '', '', {by}, created_at, now(),
       CASE WHEN mod(id, 50) = 0 THEN 0 ELSE 100 END, 0, 0, CASE WHEN mod(id, 50) = 0 THEN 100 ELSE 0 END,
       CASE WHEN mod(id, 50) = 0 THEN 'active' ELSE 'utilized' END
  FROM customers_customer WHERE store_id = {store};
INSERT INTO advances_walletentry (store_id, customer_id, advance_id, cause, change, mode, reason, by_id, at, created_at)
SELECT {store}, customer_id, id, 'advance', 100, '', '', {by}, at, now() FROM advances_advancepayment
 WHERE store_id = {store};
ANALYZE customers_customer, advances_advancepayment, advances_walletentry
"""


def test_the_days_asked_for_are_read_through_an_index(store: Store, manager: User) -> None:
    """30,000 customers with an advance each over two years: a week is read without going through the rest."""
    with connection.cursor() as cursor:
        for statement in MANY.format(store=store.pk, by=manager.pk).split(";"):
            cursor.execute(statement)
    today = store.day_of(timezone.now())
    week = Span(today - timedelta(days=6), today)
    plans: list[str] = []

    def explained(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if not sql.startswith("EXPLAIN"):
            with connection.cursor() as cursor:
                cursor.execute(f"EXPLAIN {sql}", params)
                plans.append("\n".join(lines(cursor.fetchall())))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(explained):
        assert total_of(advances_by_step(store, week)).count > 200
        assert advances_by_kind(store, week)
        assert how_fast_used(store, week).average_days is None
        assert len(highest_balances(store)) == 50
        assert paid_ahead_again(store, week)[0] > 200
        assert sum(one.new for one in new_customers(store, week)) > 200
    assert len(plans) >= 9
    for plan in plans:
        for table in ("advances_advancepayment", "advances_walletentry", "customers_customer"):  # the full ones
            assert f"Seq Scan on {table}" not in plan, plan


def lines(rows: list[tuple[str]]) -> Iterator[str]:
    return (line for (line,) in rows)
