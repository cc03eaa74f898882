"""A void takes the whole bill back; statistics follow, and a failure leaves no trace."""

from datetime import timedelta
from decimal import Decimal as D

import pytest
from django.utils import timezone

from advances.tests.factories import paid_ahead, remains
from billing.models import BillStatus, MoneyBack
from billing.services.buyer import Buyer
from billing.services.returns import CannotVoid, NothingLeft
from billing.services.tender import Tender
from billing.tests.factories import money_of, sell, stocked_product, take_back
from customers.tests.factories import CustomerFactory
from debts.models import Debt
from debts.tests.factories import left
from tests.returns.giving_back import bought, on_shelf, status, void

pytestmark = pytest.mark.django_db


class TestVoid:
    def test_a_void_leaves_nothing_of_the_bill(self, store, cashier, manager, asha):
        soap, cut = (
            stocked_product(store, batches=[(3, 50, 100), (9, 30, 110)]),
            stocked_product(store, batches=[], selling_price=D(250), stock_policy="none"),
        )
        advance, before = paid_ahead(asha, 60), CustomerFactory(store=store)
        bill = sell(
            store, cashier, [(soap, 5), (cut, 1)], buyer=Buyer(customer_id=asha.pk),
            tenders=[Tender("advance", D(60)), Tender("credit", D(100)), Tender("card")],
        ).bill  # fmt: skip
        made = void(bill, manager)
        assert money_of(made) == [("debt", D(100)), ("restored", D(60)), ("cash", D(610))]
        assert status(bill) == (BillStatus.VOID, bill.total, bill.total_cost)
        assert on_shelf(soap) == [(3, 50), (9, 30)]
        assert remains(advance) == [60]
        asha.refresh_from_db()
        figures = ("total_purchases", "purchase_count", "last_purchase_at", "debt_balance")
        assert [getattr(asha, name) for name in figures] == [getattr(before, name) for name in figures]

    def test_of_the_same_day_alone_and_whole(self, store, cashier, manager, soap):
        old = sell(store, cashier, [(soap, 1)], at=timezone.now() - timedelta(days=1)).bill
        part = sell(store, cashier, [(soap, 2)]).bill
        take_back(part, 1, by=manager)
        whole = sell(store, cashier, [(soap, 2)]).bill
        void(whole, manager)
        for bill, refusal in ((old, CannotVoid), (part, CannotVoid), (whole, NothingLeft)):
            with pytest.raises(refusal):
                void(bill, manager)


class TestStatistics:
    def test_follow_the_returns(self, store, cashier, manager, soap, asha):
        now = timezone.now()
        first = sell(store, cashier, [(soap, 1)], buyer=Buyer(customer_id=asha.pk), at=now - timedelta(days=2)).bill
        second = bought(store, cashier, soap, 5, asha)
        take_back(second, 2, by=manager)
        asha.refresh_from_db()
        assert (asha.total_purchases, asha.purchase_count, asha.last_purchase_at) == (400, 2, second.at)
        take_back(second, 3, by=manager)
        asha.refresh_from_db()
        assert (asha.total_purchases, asha.purchase_count, asha.last_purchase_at) == (100, 1, first.at)
        take_back(first, 1, by=manager)
        asha.refresh_from_db()
        assert (asha.total_purchases, asha.purchase_count, asha.last_purchase_at) == (0, 0, None)


def test_a_failure_on_the_way_leaves_no_trace(store, cashier, manager, soap, asha, monkeypatch):
    bill = bought(store, cashier, soap, 5, asha, Tender("credit"))

    def fail(*args: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("billing.services.returns._write_return", fail)
    with pytest.raises(RuntimeError):
        take_back(bill, 5, by=manager)
    assert not MoneyBack.objects.exists()
    assert (bill.lines.get().returned, on_shelf(soap), left(Debt.objects.get())) == (0, [(45, 80)], [500])
