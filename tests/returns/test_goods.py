"""Goods come back to the batches they came from."""

from decimal import Decimal as D

import pytest
from django.utils import timezone

from billing.models import Bill, BillStatus, Product, Return, StockMovement
from billing.services.checkout import Terms
from billing.services.return_plan import ReturnItem
from billing.services.returns import NothingLeft, TakenBack, return_goods
from billing.tests.factories import sell, stocked_product, take_back
from tests.returns.giving_back import on_shelf, status
from viveka.stores.errors import Missing, Refused
from viveka.stores.idempotency import KeyedRequest

pytestmark = pytest.mark.django_db


class TestGoods:
    def test_the_batch_taken_last_gets_them_back_first(self, store, cashier, manager):
        product = stocked_product(store, batches=[(10, 50, 100), (10, 30, 100)])
        bill = sell(store, cashier, [(product, 12)]).bill
        assert bill.total_cost == D(560)
        made = take_back(bill, 3, by=manager)
        assert on_shelf(product) == [(1, 50), (10, 30)]
        assert (made.total, made.total_cost) == (D(300), D(110))
        found = Bill.objects.with_status().get(pk=bill.pk)
        assert (found.total_cost - found.returned_cost, found.status) == (D(450), BillStatus.PART)
        assert Product.objects.get(pk=product.pk).current_stock == 11
        moved = StockMovement.objects.filter(return_line__goods_return=made).order_by("id")
        assert [(one.quantity, one.reason, one.bill_line_id) for one in moved] == [
            (D(2), "returned", bill.lines.get().pk),
            (D(1), "returned", bill.lines.get().pk),
        ]

    def test_what_sold_at_two_prices_comes_back_by_line(self, store, cashier, manager):
        product = stocked_product(store, batches=[(10, 50, 90), (10, 30, 95)])
        bill = sell(store, cashier, [(product, 12)]).bill
        made = take_back(bill, 1, 2, by=manager)
        assert on_shelf(product) == [(1, 50), (10, 30)]
        assert (made.total, made.total_cost) == (D(90 + 190), D(110))

    def test_written_off_goods_come_in_and_go_out_again(self, store, cashier, manager, soap):
        bill = sell(store, cashier, [(soap, 5)]).bill
        made = take_back(bill, 2, by=manager, restock=False)
        assert on_shelf(soap) == [(45, 80)]
        assert (made.total, made.total_cost, made.lines.get().is_restocked) == (D(200), D(160), False)
        moved = StockMovement.objects.filter(return_line__goods_return=made).order_by("id")
        assert [(one.quantity, one.reason) for one in moved] == [(2, "returned"), (-2, "adjusted")]

    def test_services_move_nothing(self, store, cashier, manager):
        cut = stocked_product(store, batches=[], selling_price=D(250), stock_policy="none")
        made = take_back(sell(store, cashier, [(cut, 2)]).bill, 1, by=manager)
        assert (made.total, made.total_cost) == (D(250), D(0))
        assert not StockMovement.objects.filter(product=cut).exists()

    def test_what_keeps_no_stock_any_more_is_written_off(self, store, cashier, manager):
        product = stocked_product(store, batches=[(2, 80, 100)])
        bill = sell(store, cashier, [(product, 2)]).bill
        Product.objects.filter(pk=product.pk).update(stock_policy="none")
        assert not take_back(bill, 2, by=manager).lines.get().is_restocked
        assert on_shelf(product) == [(0, 80)]

    def test_never_more_than_was_sold_and_not_returned(self, store, cashier, manager, soap):
        bill = sell(store, cashier, [(soap, 5)]).bill
        take_back(bill, 3, by=manager)
        for quantity in (3, "-1", "0.5"):
            with pytest.raises(Refused) as refusal:
                take_back(bill, quantity, by=manager)
            assert list(refusal.value.errors) == ["items.0.quantity"]
        take_back(bill, 2, by=manager)
        with pytest.raises(NothingLeft):
            take_back(bill, 1, by=manager)
        assert Return.objects.count() == 2

    def test_of_this_store_and_this_bill_alone(self, store, other_store, cashier, manager, soap):
        bill, another = (sell(store, cashier, [(soap, 1)]).bill for _ in range(2))
        told = {"reason": "x", "by": manager, "now": timezone.now()}
        line = another.lines.get().pk
        with pytest.raises(Missing):
            return_goods(store=store, bill_id=bill.pk, items=[ReturnItem(line, D(1))], **told)
        with pytest.raises(Missing):
            return_goods(store=other_store, bill_id=another.pk, items=[ReturnItem(line, D(1))], **told)
        for items, reason in (([], "x"), ([ReturnItem(line, D(1))] * 2, "x"), ([ReturnItem(line, D(1))], "  ")):
            with pytest.raises(Refused):
                return_goods(store=store, bill_id=another.pk, items=items, **(told | {"reason": reason}))
        assert not Return.objects.exists()

    def test_nothing_goes_into_closed_books(self, store, cashier, manager, soap):
        bill = sell(store, cashier, [(soap, 1)]).bill
        store.closed_until = store.day_of(timezone.now())
        store.save()
        with pytest.raises(Refused, match="closed"):
            take_back(Bill.objects.get(pk=bill.pk), 1, by=manager)

    def test_shares_of_a_discount_add_up_to_the_paisa(self, store, cashier, manager):
        """Three for 100 less a discount of 1: 33 each, and the last takes what remains."""
        product = stocked_product(store, batches=[(7, "1.11", "33.37")])
        bill = sell(store, cashier, [(product, 7)], terms=Terms(discount=D("1.23"))).bill
        made = [take_back(bill, 1, by=manager) for _ in range(7)]
        assert sum(one.total for one in made) == bill.total
        assert sum(one.total_cost for one in made) == bill.total_cost
        assert {one.total for one in made} == {D("33.19"), D("33.20")}
        assert status(bill) == (BillStatus.RETURNED, bill.total, bill.total_cost)

    def test_weighed_goods_come_back_in_parts(self, store, cashier, manager):
        sugar = stocked_product(store, batches=[(1, "33.33", "44.42"), (5, "35.55", "44.42")], unit="kg")
        bill = sell(store, cashier, [(sugar, "1.255")]).bill
        made = [take_back(bill, quantity, by=manager) for quantity in ("0.333", "0.5", "0.422")]
        assert (sum(one.total for one in made), sum(one.total_cost for one in made)) == (bill.total, bill.total_cost)
        assert on_shelf(sugar) == [(1, D("33.33")), (5, D("35.55"))]


class TestNumbers:
    def test_are_their_own_without_gaps(self, store, cashier, manager, soap):
        bill = sell(store, cashier, [(soap, 5)]).bill
        year = store.financial_year(store.day_of(timezone.now()))
        made = [take_back(bill, 1, by=manager) for _ in range(2)]
        with pytest.raises(Refused):
            take_back(bill, 9, by=manager)
        made.append(take_back(bill, 3, by=manager))
        assert [one.number for one in made] == [f"RET-{year}-{n:06d}" for n in (1, 2, 3)]

    def test_one_key_is_one_return(self, store, cashier, manager, soap):
        bill = sell(store, cashier, [(soap, 5)]).bill

        def send(body: bytes = b"{}") -> TakenBack:
            key = KeyedRequest(store, manager, "POST", "/returns", "k", body)
            items = [ReturnItem(bill.lines.get().pk, D(1))]
            return return_goods(
                store=store, bill_id=bill.pk, items=items, reason="x", by=manager, now=timezone.now(), request=key
            )

        first, again = send(), send()
        assert (first.is_replay, again.is_replay) == (False, True)
        assert first.goods_return.pk == again.goods_return.pk
        with pytest.raises(Refused):
            send(b"another")
        assert bill.lines.get().returned == 1
