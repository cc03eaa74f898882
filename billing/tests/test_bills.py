"""Finding bills, and reading one."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from billing.models import Bill, PaymentMethod
from billing.services.buyer import Buyer
from billing.services.checkout import Terms
from billing.services.tender import Tender
from billing.tests.factories import sell, stocked_product
from customers.models import Customer
from viveka.stores.models import Store, User
from viveka.stores.paging import newest_page
from viveka.stores.tests.factories import staff

pytestmark = pytest.mark.django_db
LIST = reverse("billing:bills")
LAKSHMI = Buyer(phone="98765 43210", name="Lakshmi Rao")


@pytest.fixture
def at_till(client: Client, cashier: User) -> Client:
    client.force_login(cashier)
    return client


def found(client: Client, **query: Any) -> list[Bill]:
    return client.get(LIST, query).context["page"].rows


class TestList:
    @pytest.mark.parametrize(
        "words",
        [
            "98765 43210", "+91-98765-43210", "098765 43210", "९८७६५४३२१०", "4321", "6543", "lak", "RAO laks",
            "cust0001", "BILL-2627-000002", "BILL-2627-2", "bill-2627-000002", "2", "000002", " 2 ",
        ],
    )  # fmt: skip
    def test_finds_by_what_the_bill_says(self, at_till: Client, store: Store, cashier: User, words: str) -> None:
        at = datetime(2026, 5, 4, 6, 0, tzinfo=UTC)
        product = stocked_product(store)
        sold = [
            sell(store, cashier, [(product, 1)], buyer=buyer, now=timezone.now(), at=at + timedelta(minutes=n)).bill
            for n, buyer in enumerate((Buyer(), LAKSHMI, Buyer(name="Ravi")))
        ]
        assert found(at_till, q=words) == [sold[1]]

    def test_finds_by_the_copy_whatever_became_of_the_customer(
        self, at_till: Client, store: Store, cashier: User
    ) -> None:
        bill = sell(store, cashier, [(stocked_product(store), 1)], buyer=LAKSHMI).bill
        Customer.objects.update(name="Sita", phone="+919000000001")
        assert found(at_till, q="lakshmi") == found(at_till, q="43210") == [bill]
        assert found(at_till, q="sita") == found(at_till, q="+919000000001") == []

    def test_finds_by_day_in_the_stores_zone(self, at_till: Client, store: Store, cashier: User) -> None:
        product = stocked_product(store)
        late = sell(store, cashier, [(product, 1)], at=datetime(2026, 5, 4, 18, 20, tzinfo=UTC)).bill  # 23:50
        early = sell(store, cashier, [(product, 1)], at=datetime(2026, 5, 4, 18, 40, tzinfo=UTC)).bill  # 00:10
        assert found(at_till, from_day="2026-05-04", to_day="2026-05-04") == [late]
        assert found(at_till, from_day="2026-05-05") == [early]
        assert found(at_till, to_day="2026-05-05") == [early, late]
        assert found(at_till, from_day="2026-05-06") == []

    def test_finds_by_amount_cashier_and_method(self, at_till: Client, store: Store, cashier: User) -> None:
        product = stocked_product(store, batches=[(50, 80, 100)])
        other = staff(store)
        one = sell(store, cashier, [(product, 1)]).bill
        two = sell(store, other, [(product, 2)], tenders=[Tender(PaymentMethod.UPI)]).bill
        assert (
            found(at_till, amount="100") == found(at_till, cashier=cashier.pk) == found(at_till, method="cash") == [one]
        )
        assert (
            found(at_till, amount="200.00") == found(at_till, cashier=other.pk) == found(at_till, method="upi") == [two]
        )

    @pytest.mark.parametrize(
        "query",
        [
            {"q": "\0"}, {"q": "'); --"}, {"q": "9" * 90}, {"q": "x" * 500}, {"amount": "NaN"}, {"amount": "1e5"},
            {"from_day": "0001-01-01"}, {"to_day": "9999-12-31"}, {"from_day": "yesterday"}, {"cashier": "x"},
            {"cashier": "9" * 40}, {"method": "gold"}, {"before": "x~y"}, {"before": "2026-01-01 00:00:00~x"},
            {"before": "9999-12-31 23:59:59+00:00~019a0000-0000-7000-8000-000000000000"},
            {"after": "0001-01-01 00:00:00+00:00~019a0000-0000-7000-8000-000000000000"},
        ],
    )  # fmt: skip
    def test_takes_any_question(self, at_till: Client, query: dict[str, str]) -> None:
        assert at_till.get(LIST, query).status_code == 200

    def test_shows_the_newest_first_page_by_page(self, at_till: Client, store: Store, cashier: User) -> None:
        product = stocked_product(store, batches=[(90, 80, 100)])
        now = timezone.now()
        moments = [now - timedelta(hours=n // 2) for n in range(30)]  # two at each moment
        sold = [sell(store, cashier, [(product, 1)], at=at, now=now).bill for at in moments]
        wanted = sorted(sold, key=lambda bill: (bill.at, bill.pk), reverse=True)
        first = at_till.get(LIST).context["page"]
        second = at_till.get(LIST, {"before": first.older}).context["page"]
        assert first.rows + second.rows == wanted
        assert (len(first.rows), second.older) == (25, "")
        assert at_till.get(LIST, {"after": second.newer}).context["page"].rows == wanted[:25]

    def test_only_the_own_store(self, at_till: Client, other_store: Store) -> None:
        sell(other_store, staff(other_store), [(stocked_product(other_store), 1)], buyer=LAKSHMI)
        assert found(at_till) == found(at_till, q="lakshmi") == found(at_till, q="1") == []

    def test_profit_is_for_those_who_see_cost(self, client: Client, store: Store, cashier: User, manager: User) -> None:
        sell(store, cashier, [(stocked_product(store, batches=[(5, "63.21", 100)]), 1)])
        for person, sees in ((cashier, False), (manager, True), (staff(store, "auditor"), True)):
            client.force_login(person)
            assert ("36.79" in client.get(LIST).content.decode()) is sees


class TestBill:
    def sale(self, store: Store, cashier: User) -> Bill:
        product = stocked_product(store, batches=[(3, "61.01", 100), (9, "65.03", 110)], name="Basmati rice")
        return sell(
            store,
            cashier,
            [(product, 5)],
            buyer=LAKSHMI,
            terms=Terms(discount=Decimal(20)),
            tenders=[Tender("upi", amount=Decimal(100)), Tender("cash", received=Decimal(500))],
        ).bill

    def test_tells_lines_batches_payments_and_customer(self, at_till: Client, store: Store, cashier: User) -> None:
        bill = self.sale(store, cashier)
        page = at_till.get(bill.get_absolute_url())
        assert [line.quantity for line in page.context["lines"]] == [3, 2]
        assert [move.taken for line in page.context["lines"] for move in line.movements.all()] == [3, 2]
        text = page.content.decode()
        for shown in (
            bill.number, "Basmati rice", "₹500.00", "₹20.00", "UPI", "₹400.00", "CUST0001 - Lakshmi Rao",
            "98765 43210", reverse("billing:receipt", args=[bill.pk]), reverse("customer", args=[bill.customer_id]),
        ):  # fmt: skip
            assert shown in text, shown

    def test_cost_and_profit_are_for_managers_and_auditors(
        self, client: Client, store: Store, cashier: User, manager: User
    ) -> None:
        bill = self.sale(store, cashier)
        for person, sees in ((cashier, False), (manager, True), (staff(store, "auditor"), True)):
            client.force_login(person)
            text = client.get(bill.get_absolute_url()).content.decode()
            assert ("Profit" in text) is (str(bill.profit) in text) is ("183.03" in text) is sees


_MANY = """
INSERT INTO billing_bill
    (id, store_id, number, year, sequence, at, day, created_at, cashier_id, customer_id, customer_number, customer_name,
     customer_phone, for_name, subtotal, discount, rounding, total, total_cost, change, reference_number)
SELECT gen_random_uuid(), %(store)s, 'OLD-2425-' || lpad(n::text, 6, '0'), '2425', n, at, at::date, at, %(by)s,
       %(customer)s, 'CUST' || n, 'Person ' || n, '+9190000' || lpad(n::text, 5, '0'), '', 100, 0, 0, 100, 80, 0, ''
  FROM generate_series(1, 6000) AS n
 CROSS JOIN LATERAL (SELECT timestamptz '2024-04-01' + n * interval '20 minutes' AS at) AS t
"""


def test_number_phone_and_day_are_found_by_index(store: Store, cashier: User) -> None:
    """Among 6,000 bills, as PostgreSQL itself plans it."""
    bill = sell(store, cashier, [(stocked_product(store), 1)], buyer=LAKSHMI).bill
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE billing_bill DISABLE TRIGGER USER")
        cursor.execute(_MANY, {"store": store.pk, "by": cashier.pk, "customer": bill.customer_id})
        cursor.execute("ALTER TABLE billing_bill ENABLE TRIGGER USER")
        cursor.execute("ANALYZE billing_bill")
    bills = Bill.objects.of(store)
    for rows, is_search, index in (
        (bills.matching("OLD-2425-000777"), True, "bill_number_once"),
        (bills.matching("777"), True, "bill_sequence_once"),
        (bills.matching("00777"), True, "bill_by_buyer"),
        (bills.matching("laks"), True, "bill_by_buyer"),
        (bills.of_days(date(2024, 6, 1), date(2024, 6, 2)), False, "bill_by_day"),
        (bills.of_days(date(2024, 6, 15), None), False, "bill_newest_first"),
        (bills, False, "bill_newest_first"),
    ):
        with CaptureQueriesContext(connection) as asked:
            assert newest_page(rows, {}, by="at", is_search=is_search).rows
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN {asked.captured_queries[0]['sql']}")
            plan = "\n".join(line for (line,) in cursor.fetchall())
        assert index in plan and "Seq Scan" not in plan, plan
