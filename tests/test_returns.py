"""Goods come back to the batches they came from, and money by the order of the house."""

from datetime import timedelta
from decimal import Decimal as D

import pytest
from django.utils import timezone

from advances.models import AdvancePayment
from advances.tests.factories import paid_ahead, remains
from billing.models import Bill, BillStatus, MoneyBack, Product, Return, StockMovement
from billing.services.buyer import Buyer
from billing.services.checkout import Terms
from billing.services.return_money import GiveBack
from billing.services.return_plan import ReturnItem
from billing.services.returns import CannotVoid, NothingLeft, TakenBack, return_goods, void_bill
from billing.services.tender import Tender
from billing.tests.factories import money_of, sell, stocked_product, take_back
from customers.models import Customer
from customers.tests.factories import CustomerFactory
from debts.models import Debt
from debts.services import CreditLimitPassed, reverse_payment, set_credit_account, write_off_debt
from debts.tests.factories import left, owes, pays
from viveka.books.check import check_books
from viveka.stores.errors import Missing, Refused
from viveka.stores.idempotency import KeyedRequest

pytestmark = pytest.mark.django_db
UPI = GiveBack("upi", "UTR 7")


@pytest.fixture(autouse=True)
def books_stay_sound(request):
    yield
    assert {verdict.rule.name: verdict.wrong for verdict in check_books() if not verdict.is_ok} == {}


@pytest.fixture
def asha(store):
    return CustomerFactory(store=store)


@pytest.fixture
def soap(store):
    """50 pieces at 100, which cost 80."""
    return stocked_product(store, batches=[(50, 80, 100)])


def bought(store, by, product, quantity, customer, *tenders):
    buyer = Buyer(customer_id=customer.pk) if customer else Buyer()
    return sell(store, by, [(product, quantity)], tenders=tenders or [Tender("cash")], buyer=buyer).bill


def void(bill, by, **rest):
    told = {"reason": "Wrong customer", "by": by, "now": timezone.now()} | rest
    return void_bill(store=bill.store, bill_id=bill.pk, **told).goods_return


def status(bill):
    found = Bill.objects.with_status().get(pk=bill.pk)
    return found.status, found.returned_total, found.returned_cost


def on_shelf(product):
    return [(batch.remaining, batch.cost_price) for batch in product.batches.order_by("received_at", "id")]


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


class TestMoney:
    def test_cash_for_what_was_paid_in_cash(self, store, cashier, manager, soap):
        bill = sell(store, cashier, [(soap, 5)]).bill
        made = take_back(bill, 2, by=manager, give_back=UPI)
        assert list(made.money.values_list("way", "amount", "reference")) == [("upi", D(200), "UTR 7")]

    def test_the_debt_of_the_bill_is_lowered_first(self, store, cashier, manager, soap, asha):
        bill = bought(store, cashier, soap, 5, asha, Tender("cash", D(200)), Tender("credit"))
        assert money_of(take_back(bill, 2, by=manager)) == [("debt", D(200))]
        assert money_of(take_back(bill, 2, by=manager)) == [("debt", D(100)), ("cash", D(100))]
        assert money_of(take_back(bill, 1, by=manager)) == [("cash", D(100))]
        assert Customer.objects.get(pk=asha.pk).debt_balance == 0

    def test_advances_get_back_what_was_used_of_them_the_last_first(self, store, cashier, manager, soap, asha):
        old, young = paid_ahead(asha, 100), paid_ahead(asha, 300)
        bill = bought(store, cashier, soap, 5, asha, Tender("advance", D(350)), Tender("cash"))
        assert remains(old, young) == [0, 50]
        assert money_of(take_back(bill, 3, by=manager)) == [("restored", D(300))]
        assert remains(old, young) == [50, 300]
        assert money_of(take_back(bill, 2, by=manager)) == [("restored", D(50)), ("cash", D(150))]
        assert remains(old, young) == [100, 300]
        assert AdvancePayment.objects.count() == 2

    def test_other_open_debts_come_before_money(self, store, cashier, manager, soap, asha):
        debt = owes(asha, 120)
        bill = bought(store, cashier, soap, 5, asha)
        assert money_of(take_back(bill, 1, by=manager)) == [("other_debt", D(100))]
        assert money_of(take_back(bill, 1, by=manager)) == [("other_debt", D(20)), ("cash", D(80))]
        assert left(debt) == [0]

    def test_unless_a_manager_chooses_money(self, store, cashier, manager, soap, asha):
        debt = owes(asha, 120)
        bill = bought(store, cashier, soap, 5, asha)
        made = take_back(bill, 1, by=manager, give_back=GiveBack("cash", over_debts=True))
        assert (money_of(made), left(debt)) == ([("cash", D(100))], [120])

    def test_credit_paid_next_week_and_returned_is_money_up_to_what_was_paid(self, store, cashier, manager, soap, asha):
        bill = bought(store, cashier, soap, 5, asha, Tender("credit"))
        pays(asha, 180)
        assert money_of(take_back(bill, 4, by=manager)) == [("debt", D(320)), ("cash", D(80))]
        assert money_of(take_back(bill, 1, by=manager)) == [("cash", D(100))]

    def test_a_debt_paid_from_the_balance_goes_back_to_the_balance(self, store, cashier, manager, soap, asha):
        advance = paid_ahead(asha, 300)
        bill = bought(store, cashier, soap, 5, asha, Tender("credit"))
        pays(asha, 300, mode="advance")
        pays(asha, 150)
        made = take_back(bill, 5, by=manager)
        assert money_of(made) == [("debt", D(50)), ("restored", D(300)), ("cash", D(150))]
        assert remains(advance) == [300]

    def test_a_payment_that_was_reversed_brought_nothing(self, store, cashier, manager, soap, asha):
        bill = bought(store, cashier, soap, 5, asha, Tender("credit"))
        wrong = pays(asha, 500)
        take_back(bill, 1, by=manager)
        reverse_payment(store=store, payment_id=wrong.pk, reason="x", by=manager, now=timezone.now())
        assert Customer.objects.get(pk=asha.pk).debt_balance == 500  # a hundred went out that never came in
        assert money_of(take_back(bill, 4, by=manager)) == [("debt", D(400))]
        assert Customer.objects.get(pk=asha.pk).debt_balance == 100

    def test_a_return_at_the_limit_passes(self, store, cashier, manager, soap, asha):
        set_credit_account(customer=asha, by=manager, credit_limit=D(500), terms_days=None)
        bill = bought(store, cashier, soap, 5, asha, Tender("credit"))
        with pytest.raises(CreditLimitPassed):
            bought(store, cashier, soap, 1, asha, Tender("credit"))
        take_back(bill, 1, by=manager)
        bought(store, cashier, soap, 1, asha, Tender("credit"))

    def test_what_was_given_up_is_not_given_back(self, store, cashier, manager, soap, asha):
        bill = bought(store, cashier, soap, 5, asha, Tender("credit"))
        pays(asha, 300)
        debt = Debt.objects.get(customer=asha)
        write_off_debt(store=store, debt_id=debt.pk, amount=None, reason="x", by=manager, now=timezone.now())
        assert money_of(take_back(bill, 5, by=manager)) == [("cash", D(300)), ("given_up", D(200))]

    def test_what_another_return_paid_of_a_debt_was_received_for_it(self, store, cashier, manager, soap, asha):
        """500 came in for the first bill; it paid the second one's debt, and goes out when that comes back."""
        paid = bought(store, cashier, soap, 5, asha)
        owed = bought(store, cashier, soap, 5, asha, Tender("credit"))
        assert money_of(take_back(paid, 5, by=manager)) == [("other_debt", D(500))]
        assert money_of(take_back(owed, 5, by=manager)) == [("cash", D(500))]

    def test_kept_as_an_advance_where_it_is_chosen(self, store, cashier, manager, soap, asha):
        bill = bought(store, cashier, soap, 5, asha)
        made = take_back(bill, 2, by=manager, give_back=GiveBack("advance"))
        advance = AdvancePayment.objects.get(customer=asha)
        assert money_of(made) == [("advance", D(200))]
        assert (advance.reference_type, advance.reference_id, advance.mode) == ("return", made.pk, "")
        with pytest.raises(Refused):
            take_back(sell(store, cashier, [(soap, 1)]).bill, 1, by=manager, give_back=GiveBack("advance"))

    def test_ways_are_known(self, store, cashier, manager, soap):
        bill = sell(store, cashier, [(soap, 1)]).bill
        for way in ("debt", "restored", "given_up", "gold", ""):
            with pytest.raises(Refused):
                take_back(bill, 1, by=manager, give_back=GiveBack(way))

    def test_free_goods_give_nothing_back(self, store, cashier, manager, asha):
        gift = stocked_product(store, batches=[(5, 0, 0)])
        bill = sell(store, cashier, [(gift, 1)], tenders=[], buyer=Buyer(customer_id=asha.pk)).bill
        assert money_of(take_back(bill, 1, by=manager)) == []
        assert Customer.objects.get(pk=asha.pk).purchase_count == 0


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
