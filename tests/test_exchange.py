"""Exchange: goods come back and others leave in one transaction; only the difference moves."""

from decimal import Decimal as D

import pytest
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from advances.tests.factories import paid_ahead
from billing.models import Bill, CartReturn, Payment, Return
from billing.received import money_by_mode
from billing.services.buyer import Buyer
from billing.services.checkout import complete_cart
from billing.services.exchange import carry_return, drop_return
from billing.services.return_money import IN_CASH, GiveBack
from billing.services.return_plan import ReturnItem
from billing.services.returns import void_bill
from billing.services.tender import Tender
from billing.tests.factories import filled_cart, money_of, sell, stocked_product, take_back
from customers.tests.factories import CustomerFactory
from debts.tests.factories import owes
from viveka.books.check import check_books
from viveka.stores.errors import Conflict, Refused

pytestmark = pytest.mark.django_db


CASH = (Tender("cash"),)


@pytest.fixture
def soap(store):
    return stocked_product(store, batches=[(50, 80, 100)], name="Soap")


@pytest.fixture
def oil(store):
    return stocked_product(store, batches=[(50, 100, 130)], name="Oil")


@pytest.fixture
def swap(store, cashier, manager):
    """Bring back so much of the bill's first line, take so much of a product instead, pay in cash."""

    def do(bill, quantity, product, wanted, tenders=CASH, give_back=IN_CASH):
        cart = filled_cart(store, cashier, [(product, wanted)])
        item = ReturnItem(bill.lines.order_by("position")[0].pk, D(quantity))
        carry_return(
            store=store, by=cashier, bill_id=bill.pk, items=[item], reason="Too small", give_back=give_back,
            now=timezone.now(), allowed_by=manager,
        )  # fmt: skip
        return complete_cart(store=store, by=cashier, cart_id=cart.pk, tenders=tenders, now=timezone.now()).bill

    return do


def paid(bill):
    return dict(bill.payments.values_list("method", "amount"))


def insist_sound(store):
    assert [(verdict.rule.name, verdict.wrong) for verdict in check_books(store) if not verdict.is_ok] == []


class TestExchange:
    def test_only_the_difference_is_paid(self, store, cashier, manager, soap, oil, swap):
        old = sell(store, cashier, [(soap, 2)]).bill
        new = swap(old, 2, oil, 2)
        assert (paid(new), new.total) == ({"exchange": 200, "cash": 60}, 260)
        made = Return.objects.get()
        assert (money_of(made), made.allowed_by, made.reason) == ([("exchange", 200)], manager, "Too small")
        assert money_by_mode(store) == {"cash": 260}
        soap.refresh_from_db()
        oil.refresh_from_db()
        assert (soap.current_stock, oil.current_stock) == (50, 48)
        insist_sound(store)
        void_bill(store=store, bill_id=new.pk, reason="x", by=cashier, now=timezone.now())
        assert {mode: amount for mode, amount in money_by_mode(store).items() if amount} == {}
        insist_sound(store)

    def test_what_is_left_over_goes_back(self, store, cashier, soap, oil, swap):
        new = swap(sell(store, cashier, [(soap, 3)]).bill, 3, oil, 1, give_back=GiveBack("upi"))
        assert paid(new) == {"exchange": 130}
        assert money_of(Return.objects.get()) == [("exchange", 130), ("upi", 170)]
        insist_sound(store)

    def test_debt_and_advance_of_the_old_bill_come_first(self, store, cashier, soap, oil, swap):
        asha = CustomerFactory(store=store)
        paid_ahead(asha, 50, by=cashier)
        owes(asha, 40, by=cashier)
        tenders = [Tender("advance", D(50)), Tender("credit", D(100)), Tender("cash")]
        old = sell(store, cashier, [(soap, 3)], tenders=tenders, buyer=Buyer(customer_id=asha.pk)).bill
        new = swap(old, 3, oil, 1, [Tender("advance", up_to=D(30)), Tender("cash")])
        assert money_of(Return.objects.get()) == [
            ("exchange", 130),
            ("debt", 100),
            ("restored", 50),
            ("other_debt", 20),
        ]
        assert paid(new) == {"exchange": 130}
        asha.refresh_from_db()
        assert (asha.debt_balance, asha.advance_balance, asha.total_purchases) == (20, 50, 130)
        assert (asha.purchase_count, new.customer_id) == (1, asha.pk)
        insist_sound(store)

    def test_what_the_advance_got_back_can_be_used_at_once(self, store, cashier, soap, oil, swap):
        asha = CustomerFactory(store=store)
        paid_ahead(asha, 100, by=cashier)
        old = sell(store, cashier, [(soap, 1)], tenders=[Tender("advance")], buyer=Buyer(customer_id=asha.pk)).bill
        new = swap(old, 1, oil, 1, [Tender("advance", D(100)), Tender("cash")])
        assert paid(new) == {"advance": 100, "cash": 30}
        insist_sound(store)

    def test_of_another_customer_or_come_back_already_leaves_nothing(self, store, cashier, soap, oil, swap):
        asha = CustomerFactory(store=store)
        old = sell(store, cashier, [(soap, 1)], buyer=Buyer(customer_id=asha.pk)).bill
        cart = filled_cart(store, cashier, [(oil, 1)])
        item = ReturnItem(old.lines.get().pk, D(1))
        told = {"store": store, "by": cashier, "reason": "x", "give_back": IN_CASH, "now": timezone.now()}
        carry_return(bill_id=old.pk, items=[item], **told)
        type(cart).objects.filter(pk=cart.pk).update(customer=None, phone="98765 43210")
        cash = {"tenders": [Tender("cash")], "now": timezone.now()}
        with pytest.raises(Conflict, match="are of"):
            complete_cart(store=store, by=cashier, cart_id=cart.pk, **cash)
        take_back(old, 1, by=cashier)
        with pytest.raises(Refused):
            complete_cart(store=store, by=cashier, cart_id=cart.pk, **cash)
        with pytest.raises(Refused):
            carry_return(bill_id=old.pk, items=[item], **told)
        assert (Bill.objects.count(), Return.objects.count()) == (1, 1)
        drop_return(store=store, by=cashier)
        assert not CartReturn.objects.exists()

    def test_a_failure_on_the_way_leaves_nothing(self, store, cashier, soap, oil, swap, monkeypatch):
        old = sell(store, cashier, [(soap, 1)]).bill
        for step in ("billing.services.exchange.Swap.close", "billing.services.checkout._write_bill"):
            with monkeypatch.context() as patch:
                patch.setattr(step, lambda *args, **kwargs: 1 / 0)
                with pytest.raises(ZeroDivisionError):
                    swap(old, 1, oil, 1)
            assert (Bill.objects.count(), Return.objects.count(), Payment.objects.count()) == (1, 0, 1)
            CartReturn.objects.all().delete()
        insist_sound(store)

    @settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        back=st.integers(1, 3),
        wanted=st.integers(1, 4),
        credit=st.integers(0, 300),
        method=st.sampled_from(["cash", "advance"]),
    )
    def test_the_drawer_moves_by_the_difference(self, store, cashier, soap, oil, swap, back, wanted, credit, method):
        asha = CustomerFactory(store=store)
        before = sum(money_by_mode(store).values())
        tenders = [Tender("credit", D(credit)), Tender("cash")] if credit else [Tender("cash")]
        old = sell(store, cashier, [(soap, 3)], tenders=tenders, buyer=Buyer(customer_id=asha.pk)).bill
        new = swap(old, back, oil, wanted, give_back=GiveBack(method))
        asha.refresh_from_db()
        kept = old.total - 100 * back + new.total
        moved = sum(money_by_mode(store).values()) - before
        assert moved == kept - asha.debt_balance + asha.advance_balance
        insist_sound(store)


class TestAtTheCounter:
    def test_by_pin_shown_and_billed(self, cashier_client, store, cashier, manager, manager_pin, soap, oil):
        old = sell(store, cashier, [(soap, 1)]).bill
        url = reverse("billing:exchange-add", args=[old.pk])
        assert "Exchange goods" in cashier_client.get(url).content.decode()
        said = {"key": "6f9619ff-8b86-4d01-b42d-00cf4fc964ff", "method": "cash", "quantity-1": "1"}
        assert "A manager allows it" in cashier_client.post(url, said).content.decode()
        assert cashier_client.post(url, said | manager_pin).url == reverse("billing:counter")
        cashier_client.post(reverse("billing:cart-add"), {"code": "Oil", "product": oil.pk})
        page = cashier_client.get(reverse("billing:counter")).content.decode()
        for part in ("Comes back of", old.number, "1 × Soap", 'data-total="30.00"', "Brought back −₹100.00"):
            assert part in page
        cart = CartReturn.objects.get().cart
        bill = complete_cart(
            store=store, by=cashier, cart_id=cart.pk, tenders=[Tender("cash")], now=timezone.now()
        ).bill
        receipt = cashier_client.get(reverse("billing:receipt", args=[bill.pk])).content.decode()
        for part in ("Brought back", Return.objects.get().number, "1 × Soap", "Goods brought back", "₹30.00"):
            assert part in receipt

    def test_or_given_up(self, manager_client, store, manager, soap):
        old = sell(store, manager, [(soap, 1)]).bill
        said = {"key": "6f9619ff-8b86-4d01-b42d-00cf4fc964ff", "method": "cash", "quantity-1": "1", "reason": "x"}
        manager_client.post(reverse("billing:exchange-add", args=[old.pk]), said)
        assert CartReturn.objects.count() == 1
        manager_client.post(reverse("billing:exchange-drop"))
        assert not CartReturn.objects.exists()
