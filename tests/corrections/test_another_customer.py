"""A bill of the wrong customer."""

from decimal import Decimal as D

import pytest
from django.db import ProgrammingError, connection, transaction
from django.utils import timezone

from advances.services import InsufficientAdvance
from advances.tests.factories import paid_ahead
from billing.models import Bill, BillMove
from billing.services.bill_moves import CannotMove, move_bill
from billing.services.buyer import Buyer
from billing.services.credit_notes import NoteItem
from billing.services.tender import Tender
from billing.tests.factories import credit_of, sell, take_back
from customers.tests.factories import CustomerFactory
from debts.statement import read_statement
from debts.tests.factories import owes, pays
from tests.corrections.judging import by_mode, fresh, insist_sound
from viveka.merge.erasing import erase_customer
from viveka.merge.merging import merge_customers
from viveka.merge.undoing import CannotUndo, undo_merge
from viveka.stores.errors import Missing, Refused

pytestmark = pytest.mark.django_db


class TestAnotherCustomer:
    def test_the_bill_goes_with_debt_advance_statement_and_figures(self, store, cashier, soap, rita, sita, told):
        for one in (rita, sita):
            paid_ahead(one, 60, by=cashier)
        tenders = [Tender("advance", D(50)), Tender("credit", D(70)), Tender("cash")]
        bill = sell(store, cashier, [(soap, 2)], tenders=tenders, buyer=Buyer(customer_id=rita.pk)).bill
        before = (bill.number, bill.total)
        move = move_bill(bill_id=bill.pk, to=sita.pk, **told())
        bill = Bill.objects.get(pk=bill.pk)
        assert (bill.number, bill.total) == before
        assert (bill.customer_number, bill.customer_name, bill.customer_phone) == (sita.number, "Sita", sita.phone)
        fresh(rita, sita)
        assert (rita.debt_balance, rita.advance_balance, rita.total_purchases, rita.purchase_count) == (0, 60, 0, 0)
        assert (sita.debt_balance, sita.advance_balance, sita.total_purchases, sita.purchase_count) == (70, 10, 200, 1)
        assert (rita.last_purchase_at, sita.last_purchase_at) == (None, bill.at)
        today = store.day_of(timezone.now())
        for one, owed, held in ((rita, 0, 60), (sita, 70, 10)):
            statement = read_statement(one, today, today)
            assert (statement.closing_debt, statement.closing_advance) == (owed, held)
        assert (move.from_number, move.to_number) == (rita.number, sita.number)
        take_back(bill, 2, by=cashier)
        assert fresh(sita)[0].debt_balance == 0 and sita.advance_balance == 60
        insist_sound(store)

    def test_to_and_from_nobody_and_a_part_that_came_back(self, store, cashier, soap, rita, told):
        bill = sell(store, cashier, [(soap, 3)]).bill
        take_back(bill, 1, by=cashier)
        move_bill(bill_id=bill.pk, to=rita.pk, **told())
        assert (fresh(rita)[0].total_purchases, rita.purchase_count) == (200, 1)
        move_bill(bill_id=bill.pk, to=None, **told())
        assert (fresh(rita)[0].total_purchases, rita.purchase_count, rita.last_purchase_at) == (0, 0, None)
        assert Bill.objects.get(pk=bill.pk).customer_name == ""
        insist_sound(store)

    @pytest.mark.parametrize("above", ["debts", "advance"])
    def test_what_was_paid_above_it_goes_along(self, store, cashier, soap, rita, sita, told, above):
        for one in (rita, sita):
            owes(one, 30, by=cashier)
        tenders = [Tender("cash", received=D(130), above=above)]
        bill = sell(store, cashier, [(soap, 1)], tenders=tenders, buyer=Buyer(customer_id=rita.pk)).bill
        received = by_mode(store)
        move_bill(bill_id=bill.pk, to=sita.pk, **told())
        fresh(rita, sita)
        assert (rita.debt_balance, rita.advance_balance) == (30, 0)
        assert (sita.debt_balance, sita.advance_balance) == ((0, 0) if above == "debts" else (30, 30))
        assert by_mode(store) == received
        insist_sound(store)

    def test_what_ties_a_bill_to_its_customer(self, store, cashier, soap, rita, sita, told):
        paid_ahead(rita, 100, by=cashier)
        buyer = Buyer(customer_id=rita.pk)
        used = sell(store, cashier, [(soap, 1)], tenders=[Tender("advance")], buyer=buyer).bill
        with pytest.raises(InsufficientAdvance):
            move_bill(bill_id=used.pk, to=sita.pk, **told())
        with pytest.raises(CannotMove, match="needs a customer"):
            move_bill(bill_id=used.pk, to=None, **told())
        take_back(used, 1, by=cashier)
        paid_ahead(sita, 100, by=cashier)
        with pytest.raises(CannotMove, match="came back into the books"):
            move_bill(bill_id=used.pk, to=sita.pk, **told())
        owed = sell(store, cashier, [(soap, 1)], tenders=[Tender("credit")], buyer=buyer).bill
        pays(rita, 10, by=cashier)
        with pytest.raises(CannotMove, match="Move that payment first"):
            move_bill(bill_id=owed.pk, to=sita.pk, **told())
        for change, error in (({"reason": " "}, "Say why"), ({"to": rita.pk}, "already"), ({"to": 0}, "No such")):
            with pytest.raises((Refused, Missing), match=error):
                move_bill(**told(bill_id=owed.pk, to=sita.pk) | change)
        assert not BillMove.objects.exists()
        insist_sound(store)

    def test_it_stays_where_other_goods_paid_on_its_debt(self, store, cashier, soap, rita, sita, told):
        """Of another bill, or without one: they are in the books of who brought them."""
        buyer = Buyer(customer_id=rita.pk)
        old = sell(store, cashier, [(soap, 1)], buyer=buyer).bill
        owed = [sell(store, cashier, [(soap, 1)], tenders=[Tender("credit")], buyer=buyer).bill for _ in range(2)]
        take_back(old, 1, by=cashier)
        credit_of(store, cashier, NoteItem(soap.pk, D(1), D(10)), buyer=buyer)
        for bill in owed:
            with pytest.raises(CannotMove, match="Other goods that"):
                move_bill(bill_id=bill.pk, to=sita.pk, **told())
        insist_sound(store)

    def test_not_in_books_that_are_closed(self, store, cashier, soap, rita, told):
        bill = sell(store, cashier, [(soap, 1)]).bill
        store.closed_until = store.day_of(timezone.now())
        with pytest.raises(Refused, match="closed"):
            move_bill(bill_id=bill.pk, to=rita.pk, **told())

    def test_the_columns_change_by_a_correction_alone(self, store, cashier, soap, rita):
        bill = sell(store, cashier, [(soap, 1)], buyer=Buyer(customer_id=rita.pk)).bill
        for column in ("customer_number", "customer_name", "kept_advance_id"):
            value = "gen_random_uuid()" if column == "kept_advance_id" else "'x'"
            with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(f"UPDATE billing_bill SET {column} = {value} WHERE id = %s", [bill.pk])

    def test_a_merge_cannot_be_undone_past_it_and_an_erasure_blanks_it(self, store, cashier, manager, soap, told):
        rita, sita, twin = CustomerFactory.create_batch(3, store=store)
        bill = sell(store, cashier, [(soap, 1)], buyer=Buyer(customer_id=twin.pk)).bill
        now = timezone.now()
        merge = merge_customers(store=store, survivor_id=rita.pk, loser_id=twin.pk, by=manager, now=now)
        move_bill(bill_id=bill.pk, to=sita.pk, **told())
        with pytest.raises(CannotUndo):
            undo_merge(store=store, merge_id=merge.pk, by=manager, now=timezone.now())
        insist_sound(store)
        rita.refresh_from_db()
        type(rita).objects.filter(pk=rita.pk).update(deleted_at=now)
        erase_customer(store=store, pk=rita.pk, by=manager, now=timezone.now())
        assert BillMove.objects.get().reason == "erased"
