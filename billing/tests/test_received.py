"""The list of money received: bills, debt payments, advances, and what went out again."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal as D

import pytest

from advances.models import ReferenceType
from advances.services import add_advance, refund_advance, reverse_advance
from billing.received import Received, Wanted, money_by_mode, money_received
from billing.services.buyer import Buyer
from billing.services.tender import Tender
from billing.tests.factories import sell, stocked_product
from customers.models import Customer
from customers.tests.factories import CustomerFactory
from debts.services import reverse_payment
from debts.tests.factories import owes, pays
from viveka.stores.models import Store, User

pytestmark = pytest.mark.django_db


def june(day: int, hour: int = 6) -> datetime:
    return datetime(2026, 6, day, hour, tzinfo=UTC)


@pytest.fixture
def asha(store: Store, cashier: User, manager: User) -> Customer:
    """A week of money."""
    asha = CustomerFactory(store=store, name="Asha Rao", number="CUST0001")
    soap, buyer = stocked_product(store, batches=[(100, 80, 100)]), Buyer(customer_id=asha.pk)
    told = {"now": june(3), "at": june(3)}
    mixed = [Tender("cash", D(50)), Tender("upi", D(150), "UPI-1"), Tender("credit")]
    sell(store, cashier, [(soap, 5)], tenders=mixed, buyer=buyer, **told)
    sell(store, manager, [(soap, 1)], now=june(3, 7))
    pays(asha, 500, now=june(4), keep_rest=True, mode="upi", reference="UPI-2", by=cashier)  # 300 owed, 200 kept
    sell(store, cashier, [(soap, 1)], tenders=[Tender("advance")], buyer=buyer, now=june(4, 7))
    advance = {"customer": asha, "by": cashier, "now": june(5)}
    first = add_advance(**advance, amount=D(70), mode="card", payment_reference="C-9")
    add_advance(**advance, amount=D(30), mode="", reference_type=ReferenceType.OPENING)
    wrong = add_advance(**advance, amount=D(9), mode="cash")
    reverse_advance(store=store, advance_id=wrong.pk, reason="Typed twice", by=manager, now=june(5, 7))
    refund_advance(store=store, advance_id=first.pk, amount=D(20), mode="cash", reason="x", by=manager, now=june(6))
    owes(asha, 40, now=june(6))
    pays(asha, 10, now=june(6, 7), mode="advance")
    by_mistake = pays(asha, 30, now=june(6, 8))
    reverse_payment(store=store, payment_id=by_mistake.pk, reason="Usha", by=manager, now=june(7))
    return asha


def told(rows: list[Received]) -> list[tuple[int, str, D, str, str]]:
    return [(one.at.day, one.kind, one.amount, one.mode, one.reference) for one in rows]


def test_all_of_it_newest_first(store: Store, other_store: Store, asha: Customer, cashier: User) -> None:
    add_advance(customer=CustomerFactory(store=other_store), amount=D(5), mode="cash", by=cashier, now=june(4))
    rows = money_received(store)
    assert sorted(told(rows)) == [
        (3, "bill", D(50), "cash", ""),
        (3, "bill", D(100), "cash", ""),
        (3, "bill", D(150), "upi", "UPI-1"),
        (4, "debt_payment", D(500), "upi", "UPI-2"),
        (5, "advance", D(9), "cash", ""),
        (5, "advance", D(70), "card", "C-9"),
        (5, "advance_reversal", D(-9), "cash", ""),
        (6, "advance_refund", D(-20), "cash", "C-9"),
        (6, "debt_payment", D(30), "cash", ""),
        (7, "debt_payment_reversal", D(-30), "cash", ""),
    ]
    assert [one.at for one in rows] == sorted((one.at for one in rows), reverse=True)
    assert {one.customer for one in rows} == {"CUST0001 - Asha Rao", ""}
    assert all(one.staff and one.text for one in rows)
    assert money_by_mode(store) == {"card": D(70), "cash": D(130), "upi": D(650)}


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"first": date(2026, 6, 4), "last": date(2026, 6, 4)}, [D(500)]),
        ({"first": date(2026, 6, 7)}, [D(-30)]),
        ({"last": date(2026, 6, 2)}, []),
        ({"mode": "card"}, [D(70)]),
        ({"kind": "advance_refund"}, [D(-20)]),
        ({"amount": D(30)}, [D(-30), D(30)]),
        ({"reference": "upi-"}, [D(500), D(150)]),
        ({"reference": "%"}, []),
        ({"amount": D(500), "mode": "cash"}, []),
    ],
    ids=str,
)
def test_i_paid_500_on_the_4th(store: Store, asha: Customer, wanted: dict[str, object], found: list[D]) -> None:
    assert [one.amount for one in money_received(store, Wanted(**wanted))] == found
    assert sum(money_by_mode(store, Wanted(**wanted)).values()) == sum(found)


def test_by_staff_and_customer(store: Store, asha: Customer, manager: User) -> None:
    amounts = [one.amount for one in money_received(store, Wanted(staff=manager.pk))]
    assert sorted(amounts) == [D(-30), D(-20), D(-9), D(100)]
    assert D(100) not in [one.amount for one in money_received(store, Wanted(customer=asha.pk))]


def test_page_after_page(store: Store, asha: Customer) -> None:
    whole, pages, last = money_received(store), [], None
    while page := money_received(store, before=last, limit=3):
        pages += page
        last = page[-1]
    assert pages == whole


def test_days_are_the_stores_own(store: Store, asha: Customer) -> None:
    pays(asha, 5, now=june(20, 19), at=june(20, 18) + timedelta(minutes=40), keep_rest=True)  # 00:10 of the 21st
    on_the_21st = Wanted(first=date(2026, 6, 21), last=date(2026, 6, 21))
    assert [one.amount for one in money_received(store, on_the_21st)] == [D(5)]
