"""A payment or an advance of the wrong person."""

from decimal import Decimal as D

import pytest

from advances.tests.factories import paid_ahead
from billing.models import Reassignment
from billing.services.bill_moves import move_bill
from billing.services.buyer import Buyer
from billing.services.reassigning import reassign_advance, reassign_payment
from billing.services.tender import Tender
from billing.tests.factories import sell
from billing.tests.till_factories import opened_till
from billing.tills import summarize
from debts.tests.factories import owes, pays
from tests.corrections.judging import by_mode, fresh, insist_sound
from viveka.stores.errors import Conflict
from viveka.stores.tills import standing_at

pytestmark = pytest.mark.django_db


class TestAnotherPerson:
    def test_a_debt_payment_is_reversed_and_taken(self, store, cashier, rita, sita, told):
        owes(rita, 50, by=cashier)
        owes(sita, 30, by=cashier)
        paid = pays(rita, 50, by=cashier)
        taken = reassign_payment(payment_id=paid.pk, to=sita.pk, **told())
        fresh(rita, sita)
        assert (rita.debt_balance, sita.debt_balance, sita.advance_balance) == (50, 0, 20)
        assert (taken.amount, taken.mode, by_mode(store)) == (50, "cash", {"cash": 50})
        with pytest.raises(Conflict):
            reassign_payment(payment_id=paid.pk, to=sita.pk, **told())
        insist_sound(store)

    def test_an_advance_while_nothing_of_it_is_gone(self, store, cashier, soap, rita, sita, told):
        advance = paid_ahead(rita, 50, by=cashier)
        taken = reassign_advance(advance_id=advance.pk, to=sita.pk, **told())
        assert (fresh(rita)[0].advance_balance, fresh(sita)[0].advance_balance) == (0, 50)
        sell(store, cashier, [(soap, 1)], buyer=Buyer(customer_id=sita.pk), tenders=[
            Tender("advance", D(10)), Tender("cash"),
        ])  # fmt: skip
        with pytest.raises(Conflict, match="used or refunded"):
            reassign_advance(advance_id=taken.pk, to=rita.pk, **told())
        assert Reassignment.objects.count() == 1
        insist_sound(store)

    def test_no_cash_moves_in_a_till_by_it(self, store, cashier, soap, rita, sita, told):
        """The one is taken out of the session and the other put into it."""
        session = opened_till(store, cashier, 100)
        advance = paid_ahead(rita, 40, by=cashier)
        tenders = [Tender("cash", received=D(130), above="advance")]
        bill = sell(store, cashier, [(soap, 1)], tenders=tenders, buyer=Buyer(customer_id=rita.pk)).bill
        owes(rita, 25, by=cashier)
        payment = pays(rita, 25, by=cashier)
        with standing_at(session.till_id):
            reassign_advance(advance_id=advance.pk, to=sita.pk, **told())
            reassign_payment(payment_id=payment.pk, to=sita.pk, **told())
            move_bill(bill_id=bill.pk, to=sita.pk, **told())
        assert summarize(store, session).expected == 100
        assert fresh(sita)[0].advance_balance == 95
        insist_sound(store)
