"""A month of one customer, with the numbers written out, as a bookkeeper would."""

from datetime import UTC, date, datetime
from decimal import Decimal as D

import pytest

from customers.models import Customer
from customers.tests.factories import CustomerFactory
from debts.aging import Aged, read_aging, total_of
from debts.models import ReductionCause
from debts.services import reduce_debt, reverse_payment, write_off_debt
from debts.statement import read_statement
from debts.tests.factories import left, owes, pays
from viveka.stores.models import Store, User

pytestmark = pytest.mark.django_db


def april(day: int) -> datetime:
    return datetime(2026, 4, day, 6, 30, tzinfo=UTC)  # noon in India


@pytest.fixture
def asha(store: Store, manager: User) -> Customer:
    """April: two debts, four payments, a return, a write-off, a mistake."""
    asha = CustomerFactory(store=store, name="Asha Rao", number="CUST0001")
    first = owes(asha, 1000, now=april(1), due_on=date(2026, 4, 15), note="Saree")
    pays(asha, 400, now=april(10))
    second = owes(asha, 500, now=april(12), due_on=date(2026, 4, 30))
    over_both = pays(asha, 800, now=april(20), mode="upi", reference="UPI-9")
    assert left(first, second) == [D(0), D(300)]
    reduce_debt(debt=second, amount=D(100), cause=ReductionCause.RETURN, reason="Torn", by=manager, now=april(22))
    write_off_debt(store=store, debt_id=second.pk, amount=D(50), reason="Old customer", by=manager, now=april(25))
    pays(asha, 250, now=april(28), mode="card", keep_rest=True)
    assert left(first, second) == [D(0), D(0)]
    reverse_payment(store=store, payment_id=over_both.pk, reason="It was Usha", by=manager, now=april(29))
    assert left(first, second) == [D(600), D(200)]
    pays(asha, 100, now=april(30), mode="advance")
    assert left(first, second) == [D(500), D(200)]
    return asha


def test_the_statement_of_the_month(asha: Customer) -> None:
    told = read_statement(asha, date(2026, 4, 1), date(2026, 4, 30))
    lines = [
        (line.at.day, line.text, line.debit, line.credit, line.debt_balance, line.advance_balance, line.net)
        for line in told.lines
    ]
    none = D(0)
    assert lines == [
        (1, "Credit", D(1000), none, D(1000), none, D(1000)),
        (10, "Payment", none, D(400), D(600), none, D(600)),
        (12, "Credit", D(500), none, D(1100), none, D(1100)),
        (20, "Payment", none, D(800), D(300), none, D(300)),
        (22, "Goods returned", none, D(100), D(200), none, D(200)),
        (25, "Written off", none, D(50), D(150), none, D(150)),
        (28, "Payment", none, D(150), none, none, none),
        (28, "Advance paid", none, none, none, D(100), D(-100)),
        (29, "Payment reversed", D(800), none, D(800), D(100), D(700)),
        (30, "Payment", none, D(100), D(700), D(100), D(600)),
        (30, "Used from advance", none, none, D(700), none, D(700)),
    ]
    assert (told.opening_debt, told.opening_advance, told.opening_net) == (D(0), D(0), D(0))
    assert (told.closing_debt, told.closing_advance, told.net) == (D(700), D(0), D(700))
    notes = [(line.mode, line.reference, line.note) for line in told.lines if line.mode or line.note]
    assert notes == [
        ("", "", "Saree"),
        ("cash", "", ""),
        ("upi", "UPI-9", ""),
        ("", "", "Torn"),
        ("", "", "Old customer"),
        ("card", "", ""),
        ("card", "", ""),
        ("upi", "UPI-9", "It was Usha"),
        ("advance", "", ""),
    ]
    kept = Customer.objects.get(pk=asha.pk)
    assert (kept.debt_balance, kept.advance_balance) == (D(700), D(0))


def test_a_part_of_it_opens_with_what_closed_the_day_before(asha: Customer) -> None:
    told = read_statement(asha, date(2026, 4, 21), date(2026, 4, 28))
    assert (told.opening_debt, told.opening_advance) == (D(300), D(0))
    assert [line.text for line in told.lines] == ["Goods returned", "Written off", "Payment", "Advance paid"]
    assert [line.text for line in told.debt_lines] == ["Goods returned", "Written off", "Payment"]
    assert (told.closing_debt, told.closing_advance, told.net) == (D(0), D(100), D(-100))
    quiet = read_statement(asha, date(2026, 4, 26), date(2026, 4, 27))
    assert (quiet.opening_debt, list(quiet.lines), quiet.closing_debt) == (D(150), [], D(150))


@pytest.mark.parametrize(
    ("day", "aged"),
    [
        (date(2026, 3, 31), Aged()),
        (date(2026, 4, 15), Aged(not_due=D(1100))),
        (date(2026, 4, 16), Aged(not_due=D(500), to_30=D(600))),
        (date(2026, 4, 25), Aged(not_due=D(150))),
        (date(2026, 4, 28), Aged()),
        (date(2026, 4, 29), Aged(not_due=D(200), to_30=D(600))),
        (date(2026, 4, 30), Aged(not_due=D(200), to_30=D(500))),
        (date(2026, 5, 15), Aged(to_30=D(700))),
        (date(2026, 5, 16), Aged(to_30=D(200), to_60=D(500))),
        (date(2026, 6, 14), Aged(to_60=D(700))),
        (date(2026, 6, 15), Aged(to_60=D(200), to_90=D(500))),
        (date(2026, 7, 14), Aged(to_90=D(700))),
        (date(2026, 7, 15), Aged(to_90=D(200), over_90=D(500))),
        (date(2027, 1, 1), Aged(over_90=D(700))),
    ],
)
def test_aging_as_of_any_day(store: Store, asha: Customer, day: date, aged: Aged) -> None:
    owes(CustomerFactory(store=store, number="CUST0002"), 77, now=april(30))
    mine = [one for one in read_aging(store, day) if one.customer_id == asha.pk]
    assert total_of(mine) == aged
    assert read_aging(store, day, asha) == mine
    assert aged.total == read_statement(asha, None, day).closing_debt


def test_aging_of_everybody_is_in_the_order_of_their_numbers(store: Store, other_store: Store, asha: Customer) -> None:
    usha = CustomerFactory(store=store, name="Usha", number="CUST0002")
    owes(usha, 77, now=april(30))
    owes(CustomerFactory(store=other_store), 9, now=april(30))
    told = read_aging(store, date(2026, 5, 1))
    assert [(one.number, one.name, one.aged.total) for one in told] == [
        ("CUST0001", "Asha Rao", D(700)),
        ("CUST0002", "Usha", D(77)),
    ]
    assert total_of(told).amounts == (D(0), D(777), D(0), D(0), D(0))
