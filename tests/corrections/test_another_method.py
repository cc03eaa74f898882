"""Money paid, or given back, in another way."""

from decimal import Decimal as D

import pytest
from django.utils import timezone

from advances.tests.factories import paid_ahead
from billing.filters import BillFilter
from billing.models import Bill, MethodChange
from billing.services.buyer import Buyer
from billing.services.credit_notes import NoteItem
from billing.services.method_changes import change_method
from billing.services.tender import Tender
from billing.services.till_counts import Counted, close_till
from billing.tests.factories import credit_of, sell, take_back
from billing.tests.till_factories import opened_till
from billing.tills import summarize
from debts.services import reverse_payment
from debts.tests.factories import owes, pays
from tests.corrections.judging import by_mode, insist_sound
from viveka.stores.errors import Conflict, Missing, Refused
from viveka.stores.tills import standing_at

pytestmark = pytest.mark.django_db


class TestAnotherMethod:
    def test_money_received_follows_on_its_own_day(self, store, cashier, soap, rita, told):
        bill = sell(store, cashier, [(soap, 2)]).bill
        payment = bill.payments.get()
        change_method(kind="payment", pk=payment.pk, method="upi", reference="U-1", **told())
        assert by_mode(store) == {"upi": 200}
        with pytest.raises(Refused, match="already"):
            change_method(kind="payment", pk=payment.pk, method="upi", **told())
        change_method(kind="payment", pk=payment.pk, method="card", **told())
        assert by_mode(store) == {"card": 200}
        assert [(one.from_method, one.to_method) for one in MethodChange.objects.order_by("id")] == [
            ("cash", "upi"), ("upi", "card"),
        ]  # fmt: skip
        for method, found in (("card", 1), ("upi", 0), ("cash", 0)):
            assert BillFilter({"method": method}, queryset=Bill.objects.of(store), store=store).qs.count() == found
        insist_sound(store)

    def test_of_a_debt_payment_and_an_advance_also_when_reversed(self, store, cashier, manager, rita, told):
        owes(rita, 50, by=cashier)
        paid, advance = pays(rita, 50, by=cashier), paid_ahead(rita, 20, by=cashier)
        change_method(kind="debt_payment", pk=paid.pk, method="upi", **told())
        change_method(kind="advance", pk=advance.pk, method="card", **told())
        assert by_mode(store) == {"upi": 50, "card": 20}
        reverse_payment(store=store, payment_id=paid.pk, reason="x", by=manager, now=timezone.now())
        assert by_mode(store) == {"card": 20}
        with pytest.raises(Conflict, match="reversed"):
            change_method(kind="debt_payment", pk=paid.pk, method="card", **told())
        insist_sound(store)

    def test_credit_and_advance_are_no_money(self, store, cashier, soap, rita, told):
        bill = sell(store, cashier, [(soap, 1)], tenders=[Tender("credit")], buyer=Buyer(customer_id=rita.pk)).bill
        with pytest.raises(Conflict, match="No money"):
            change_method(kind="payment", pk=bill.payments.get().pk, method="cash", **told())
        with pytest.raises(Missing):
            change_method(kind="payment", pk=0, method="cash", **told())

    def test_in_the_till_only_while_its_session_is_open(self, store, cashier, soap, told):
        session = opened_till(store, cashier, 0)
        with standing_at(session.till_id):
            first, second = (sell(store, cashier, [(soap, 1)]).bill.payments.get() for _ in range(2))
        assert change_method(kind="payment", pk=first.pk, method="upi", **told()).till_session_id == session.pk
        counted = Counted(D(100))
        close_till(store=store, session_id=session.pk, counted=counted, by=cashier, now=timezone.now())
        assert change_method(kind="payment", pk=second.pk, method="upi", **told()).till_session_id is None
        insist_sound(store)

    def test_money_that_went_back(self, store, cashier, soap, told):
        """Of a return and of a credit note; each once more in the till while its session is open."""
        session = opened_till(store, cashier, 500)
        with standing_at(session.till_id):
            made = take_back(sell(store, cashier, [(soap, 2)]).bill, 1, by=cashier)
            note = credit_of(store, cashier, NoteItem(soap.pk, D(1), D(60)))
        assert (by_mode(store), summarize(store, session).expected) == ({"cash": 40}, 540)
        paid = [("money_back", made.money.get()), ("note_money", note.money.get())]
        for kind, part in paid:
            change = change_method(kind=kind, pk=part.pk, method="upi", **told())
            assert (change.till_session_id, part.called) == (session.pk, "UPI")
        assert (by_mode(store), summarize(store, session).expected) == ({"cash": 200, "upi": -160}, 700)
        with pytest.raises(Refused, match="already"):
            change_method(kind="money_back", pk=paid[0][1].pk, method="upi", **told())
        close_till(store=store, session_id=session.pk, counted=Counted(D(700)), by=cashier, now=timezone.now())
        assert change_method(kind="money_back", pk=paid[0][1].pk, method="card", **told()).till_session is None
        assert by_mode(store) == {"cash": 200, "upi": -60, "card": -100}
        assert by_mode(store, kind="return_correction") == {"cash": 100, "card": -100}
        insist_sound(store)

    def test_what_lowered_a_debt_is_no_money_that_went_back(self, store, cashier, soap, rita, told):
        bill = sell(store, cashier, [(soap, 1)], tenders=[Tender("credit")], buyer=Buyer(customer_id=rita.pk)).bill
        part = take_back(bill, 1, by=cashier).money.get()
        with pytest.raises(Conflict, match="No money"):
            change_method(kind="money_back", pk=part.pk, method="upi", **told())
