"""Money goes back by the order of the house."""

from decimal import Decimal as D

import pytest
from django.utils import timezone

from advances.models import AdvancePayment
from advances.tests.factories import paid_ahead, remains
from billing.services.buyer import Buyer
from billing.services.return_money import GiveBack
from billing.services.tender import Tender
from billing.tests.factories import money_of, sell, stocked_product, take_back
from customers.models import Customer
from debts.models import Debt
from debts.services import CreditLimitPassed, reverse_payment, set_credit_account, write_off_debt
from debts.tests.factories import left, owes, pays
from tests.returns.giving_back import UPI, bought
from viveka.stores.errors import Refused

pytestmark = pytest.mark.django_db


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
