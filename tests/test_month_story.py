"""A month of one customer through the counter, with the numbers written out as a bookkeeper would sign them."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal as D
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse

from billing.models import Bill, Product
from billing.received import Wanted, money_by_mode
from billing.services.buyer import Buyer
from billing.services.return_money import GiveBack
from billing.services.returns import void_bill
from billing.services.stock import receive_batch
from billing.services.tender import Tender
from billing.tests.factories import ProductFactory, money_of, sell, take_back
from customers.models import Customer
from customers.tests.factories import CustomerFactory
from debts.aging import Aged, read_aging, total_of
from debts.models import Debt
from debts.services import write_off_debt
from debts.statement import Statement, read_statement
from debts.tests.factories import left, owes, pays
from viveka.books.check import check_books
from viveka.stores.models import Store, User
from viveka.stores.tests.callers import Caller

pytestmark = pytest.mark.django_db
NONE = D(0)
CREDIT = Tender("credit")


def april(day: int) -> datetime:
    return datetime(2026, 4, day, 6, 30, tzinfo=UTC)  # noon in India


@pytest.fixture
def soap(store: Store, manager: User) -> Product:
    """100 pieces at ₹100, which cost ₹80, on the shelf since November."""
    soap = ProductFactory(store=store, name="Neem Soap")
    told: dict[str, Any] = {"quantity": D(100), "cost_price": D(80), "selling_price": D(100)}
    since = datetime(2025, 11, 1, 6, tzinfo=UTC)
    receive_batch(product=soap, **told, received_at=since, now=since, by=manager)
    return soap


@pytest.fixture
def asha(store: Store) -> Customer:
    return CustomerFactory(store=store, name="Asha Rao")


def buys(customer: Customer, soap: Product, quantity: int, *tenders: Tender, by: User, now: datetime) -> Bill:
    buyer = Buyer(customer_id=customer.pk)
    return sell(customer.store, by, [(soap, quantity)], tenders=tenders, buyer=buyer, now=now).bill


def wrong() -> dict[str, Any]:
    return {verdict.rule.name: verdict.wrong for verdict in check_books() if not verdict.is_ok}


def written(told: Statement) -> list[tuple[int, str, D, D, D, D, D]]:
    return [
        (line.at.day, line.text, line.debit, line.credit, line.debt_balance, line.advance_balance, line.net)
        for line in told.lines
    ]


def owed_by_aging(store: Store, day: date) -> D:
    return total_of(read_aging(store, day)).total


@pytest.fixture
def month(store: Store, cashier: User, manager: User, soap: Product, asha: Customer) -> Customer:
    """April: three sales on credit, three payments, returns of each kind, a write-off, an advance left over."""
    first = buys(asha, soap, 10, Tender("credit", due_on=date(2026, 4, 15)), by=cashier, now=april(1))
    pays(asha, 400, now=april(5), by=cashier)
    cash = Tender("cash", D(100))
    second = buys(asha, soap, 5, cash, Tender("credit", due_on=date(2026, 4, 30)), by=cashier, now=april(8))
    pays(asha, 700, mode="upi", reference="UPI-9", now=april(12), by=cashier)
    debts = [Debt.objects.get(payment__bill=bill) for bill in (first, second)]
    assert left(*debts) == [D(0), D(300)], "600 settled the first, 100 began the second"
    made = take_back(second, 2, by=manager, now=april(15))
    assert money_of(made) == [("debt", D(200))], "money for it never came in: none goes out"
    write_off_debt(store=store, debt_id=debts[1].pk, amount=D(40), reason="Old customer", by=manager, now=april(20))
    pays(asha, 100, now=april(24), keep_rest=True, by=cashier)
    assert left(*debts) == [D(0), D(0)]
    third = buys(asha, soap, 3, Tender("advance", D(40)), CREDIT, by=cashier, now=april(27))
    made = take_back(third, 3, by=manager, now=april(29))
    assert money_of(made) == [("debt", D(260)), ("restored", D(40))]
    made = take_back(second, 3, by=manager, now=april(30))
    assert money_of(made) == [("cash", D(260)), ("given_up", D(40))], "what was paid for it, not what was given up"
    return asha


def test_the_statement_of_a_month_at_the_counter(store: Store, soap: Product, month: Customer) -> None:
    told = read_statement(month, date(2026, 4, 1), date(2026, 4, 30))
    assert (told.opening_debt, told.opening_advance, told.opening_net) == (NONE, NONE, NONE)
    assert written(told) == [
        (1, "Credit", D(1000), NONE, D(1000), NONE, D(1000)),
        (5, "Payment", NONE, D(400), D(600), NONE, D(600)),
        (8, "Credit", D(400), NONE, D(1000), NONE, D(1000)),
        (12, "Payment", NONE, D(700), D(300), NONE, D(300)),
        (15, "Goods returned", NONE, D(200), D(100), NONE, D(100)),
        (20, "Written off", NONE, D(40), D(60), NONE, D(60)),
        (24, "Payment", NONE, D(60), NONE, NONE, NONE),
        (24, "Advance paid", NONE, NONE, NONE, D(40), D(-40)),
        (27, "Credit", D(260), NONE, D(260), D(40), D(220)),
        (27, "Used from advance", NONE, NONE, D(260), NONE, D(260)),
        (29, "Goods returned", NONE, D(260), NONE, NONE, NONE),
        (29, "Given back to advance", NONE, NONE, NONE, D(40), D(-40)),
    ]
    assert (told.closing_debt, told.closing_advance, told.net) == (NONE, D(40), D(-40)), "we hold ₹40"
    kept = Customer.objects.get(pk=month.pk)
    assert (kept.debt_balance, kept.advance_balance, kept.total_purchases) == (NONE, D(40), D(1000))
    # The drawer agrees: ₹1,040 came in and stayed, for goods of ₹1,000 that were kept and ₹40 that we hold.
    assert money_by_mode(store, Wanted(date(2026, 4, 1), date(2026, 4, 30))) == {"cash": D(340), "upi": D(700)}
    soap.refresh_from_db()
    assert soap.current_stock == D(90)
    assert wrong() == {}


def test_a_program_is_told_the_same(store: Store, month: Customer) -> None:
    """The API's statement is the screen's, without the lines that move the advance alone."""
    office = Caller(store, "manager")
    for first, last in ((1, 30), (9, 23), (24, 27), (28, 28)):
        told = read_statement(month, date(2026, 4, first), date(2026, 4, last))
        days = {"from": f"2026-04-{first:02d}", "to": f"2026-04-{last:02d}"}
        said = office.get(f"/customers/{month.pk}/statement", **days).body
        ends = [said[name] for name in ("openingBalance", "closingBalance", "advanceBalance", "net")]
        assert ends == [f"{one:.2f}" for one in (told.opening_debt, told.closing_debt, told.closing_advance, told.net)]
        assert [(line["type"], line["debit"], line["credit"], line["balance"]) for line in said["lines"]] == [
            (line.kind, f"{line.debit:.2f}", f"{line.credit:.2f}", f"{line.debt_balance:.2f}")
            for line in told.lines
            if line.debt_change
        ]


def test_who_owes_is_deleted_by_no_door(store: Store, manager_client: Client, month: Customer) -> None:
    """By the screen, the API, the admin and raw SQL it is refused, and nothing changes."""
    owes(month, 5, now=april(30))
    before = Customer.objects.filter(pk=month.pk).values().get()
    screen = manager_client.post(reverse("customers:delete", args=[month.pk]), {"reason": "Moved"})
    assert "owes ₹5.00 and has ₹40.00 in advance" in screen.content.decode()
    assert Caller(store, "manager").delete(f"/customers/{month.pk}").status == 409
    admin = reverse("admin:customers_customer_delete", args=[month.pk])
    assert (manager_client.get(admin).status_code, manager_client.post(admin, {"post": "yes"}).status_code) == (
        403,
        403,
    )
    for sql in ("DELETE FROM customers_customer WHERE id = %s",
                "UPDATE customers_customer SET deleted_at = now() WHERE id = %s"):  # fmt: skip
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, [month.pk])
    assert Customer.objects.filter(pk=month.pk).values().get() == before


def test_each_day_of_it_opens_with_what_closed_the_day_before(store: Store, month: Customer) -> None:
    closing = (NONE, NONE)
    for day in (date(2026, 3, 31) + timedelta(days=n) for n in range(32)):
        told = read_statement(month, day, day)
        assert (told.opening_debt, told.opening_advance) == closing
        closing = (told.closing_debt, told.closing_advance)
        assert owed_by_aging(store, day) == told.closing_debt
    assert closing == (NONE, D(40))
    aged = {day: total_of(read_aging(store, date(2026, 4, day))) for day in (10, 14, 16, 28)}
    assert aged == {
        10: Aged(not_due=D(1000)),
        14: Aged(not_due=D(300)),
        16: Aged(not_due=D(100)),
        28: Aged(to_30=D(260)),
    }


def test_bought_on_credit_paid_next_week_and_returned(
    store: Store, cashier: User, manager: User, soap: Product, asha: Customer
) -> None:
    """Cash up to what was paid, though nothing was paid on the bill itself."""
    bill = buys(asha, soap, 5, CREDIT, by=cashier, now=april(1))
    pays(asha, 180, now=april(8), by=cashier)
    assert money_of(take_back(bill, 4, by=manager, now=april(10))) == [("debt", D(320)), ("cash", D(80))]
    assert money_of(take_back(bill, 1, by=manager, now=april(11))) == [("cash", D(100))]
    assert written(read_statement(asha, None, date(2026, 4, 30))) == [
        (1, "Credit", D(500), NONE, D(500), NONE, D(500)),
        (8, "Payment", NONE, D(180), D(320), NONE, D(320)),
        (10, "Goods returned", NONE, D(320), NONE, NONE, NONE),
    ]
    assert money_by_mode(store) == {"cash": NONE}, "180 came in, 180 went out"
    assert wrong() == {}


def test_bought_on_credit_and_returned_unpaid(
    store: Store, cashier: User, manager: User, soap: Product, asha: Customer
) -> None:
    """No cash, whatever the manager would rather give; a void the same."""
    bill = buys(asha, soap, 5, CREDIT, by=cashier, now=april(1))
    give = GiveBack("cash", over_debts=True)
    assert money_of(take_back(bill, 2, by=manager, now=april(2), give_back=give)) == [("debt", D(200))]
    assert money_of(take_back(bill, 3, by=manager, now=april(3), give_back=give)) == [("debt", D(300))]
    another = buys(asha, soap, 1, CREDIT, by=cashier, now=april(4))
    told: dict[str, Any] = {"reason": "x", "by": manager, "now": april(4), "give_back": give}
    assert money_of(void_bill(store=store, bill_id=another.pk, **told).goods_return) == [("debt", D(100))]
    assert [row[1:5] for row in written(read_statement(asha, None, date(2026, 4, 30)))] == [
        ("Credit", D(500), NONE, D(500)),
        ("Goods returned", NONE, D(200), D(300)),
        ("Goods returned", NONE, D(300), NONE),
        ("Credit", D(100), NONE, D(100)),
        ("Goods returned", NONE, D(100), NONE),
    ]
    assert money_by_mode(store) == {}
    assert wrong() == {}


def pages(client: Client, customer: Customer) -> dict[str, bytes]:
    """December as the pages, files and papers tell it."""
    statement, span = f"/debts/customers/{customer.pk}/statement", "?first=2025-12-01&last=2025-12-31"
    found = {}
    for where in (f"{statement}/{span}", f"{statement}.csv{span}", f"{statement}.pdf{span}",
                  "/debts/aging/?day=2025-12-31", "/debts/aging.csv?day=2025-12-31"):  # fmt: skip
        answer = client.get(where, headers={"HX-Request": "true"})
        assert answer.status_code == 200
        found[where] = answer.getvalue()
    return found


def test_december_reads_the_same_after_what_came_back_in_january(
    store: Store, cashier: User, manager: User, manager_client: Client, soap: Product, asha: Customer
) -> None:
    """Byte for byte, after returns of December's bills, payments and a write-off in January."""
    december, january = (lambda day: datetime(2025, 12, day, 6, 30, tzinfo=UTC)), datetime(2026, 1, 2, 6, tzinfo=UTC)
    first = buys(asha, soap, 5, CREDIT, by=cashier, now=december(3))
    pays(asha, 130, now=december(10), keep_rest=True, by=cashier)
    second = buys(asha, soap, 4, Tender("cash", D(150)), CREDIT, by=cashier, now=december(30))
    third = owes(asha, 60, now=december(31), by=cashier)
    before = pages(manager_client, asha)
    assert all(b"680.00" in before[where] for where in before if ".pdf" not in where)
    take_back(first, 2, by=manager, now=january)
    pays(asha, 300, now=january + timedelta(days=1), keep_rest=True, by=cashier)
    take_back(second, 4, by=manager, now=january + timedelta(days=2), give_back=GiveBack("advance"))
    take_back(first, 3, by=manager, now=january + timedelta(days=3))
    if rest := left(third)[0]:
        day = january + timedelta(days=4)
        write_off_debt(store=store, debt_id=third.pk, amount=rest, reason="x", by=manager, now=day)
    assert pages(manager_client, asha) == before
    assert owed_by_aging(store, date(2025, 12, 31)) == D(680) != owed_by_aging(store, date(2026, 1, 31))
    assert wrong() == {}
