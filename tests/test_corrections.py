"""Corrections: a bill of the wrong customer, money paid in another way, a payment or an advance of the wrong person."""

from decimal import Decimal as D

import pytest
from django.db import ProgrammingError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from advances.services import InsufficientAdvance
from advances.tests.factories import paid_ahead
from billing.filters import BillFilter
from billing.models import Bill, BillMove, MethodChange, Reassignment
from billing.received import Wanted, money_by_mode
from billing.services.bill_moves import CannotMove, move_bill
from billing.services.buyer import Buyer
from billing.services.credit_notes import NoteItem
from billing.services.method_changes import change_method
from billing.services.reassigning import reassign_advance, reassign_payment
from billing.services.tender import Tender
from billing.services.till_counts import Counted, close_till
from billing.tests.factories import credit_of, sell, stocked_product, take_back
from billing.tests.till_factories import opened_till
from billing.tills import summarize
from customers.tests.factories import CustomerFactory
from debts.services import reverse_payment
from debts.statement import read_statement
from debts.tests.factories import owes, pays
from viveka.books.check import check_books
from viveka.merge.erasing import erase_customer
from viveka.merge.merging import merge_customers
from viveka.merge.undoing import CannotUndo, undo_merge
from viveka.stores.errors import Conflict, Missing, Refused
from viveka.stores.tills import standing_at

pytestmark = pytest.mark.django_db


@pytest.fixture
def soap(store):
    return stocked_product(store, batches=[(50, 80, 100)])


@pytest.fixture
def rita(store):
    return CustomerFactory(store=store, name="Rita")


@pytest.fixture
def sita(store):
    return CustomerFactory(store=store, name="Sita")


@pytest.fixture
def told(store, manager):
    """What every correction is told."""
    return lambda **more: {"store": store, "reason": "Wrong one", "by": manager, "now": timezone.now(), **more}


def fresh(*rows):
    for row in rows:
        row.refresh_from_db()
    return rows


def insist_sound(store):
    assert [(verdict.rule.name, verdict.wrong) for verdict in check_books(store) if not verdict.is_ok] == []


def by_mode(store, **wanted):
    return {mode: amount for mode, amount in money_by_mode(store, Wanted(**wanted)).items() if amount}


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


class TestScreens:
    def test_a_manager_moves_a_bill_and_the_page_tells(
        self, manager_client, cashier_client, store, cashier, soap, rita
    ):
        bill = sell(store, cashier, [(soap, 1)]).bill
        url = reverse("billing:correct", args=["bill", bill.pk])
        assert cashier_client.get(url).status_code == 403
        assert url in manager_client.get(bill.get_absolute_url()).content.decode()
        said = {"what": "owner", "owner-who": "CUST9999", "owner-reason": "It was hers"}
        page = manager_client.post(url, said).content.decode()
        assert "Nobody has this phone or number" in page and "CUST9999" in page
        manager_client.post(url, said | {"owner-who": rita.phone})
        manager_client.post(
            url,
            {
                "what": "method", "method-payment": f"payment:{bill.payments.get().pk}", "method-method": "upi",
                "method-reason": "It was UPI",
            },
        )  # fmt: skip
        page = manager_client.get(bill.get_absolute_url()).content.decode()
        for part in (f"from nobody to {rita.number}", "was paid by UPI, not Cash", "It was hers", "It was UPI"):
            assert part in page
        receipt = cashier_client.get(reverse("billing:receipt", args=[bill.pk])).content.decode()
        assert rita.name in receipt and "UPI" in receipt

    def test_how_money_went_back(self, manager_client, cashier_client, store, cashier, soap, rita):
        bill = sell(store, cashier, [(soap, 2)], buyer=Buyer(customer_id=rita.pk)).bill
        made = take_back(bill, 1, by=cashier)
        note = credit_of(store, cashier, NoteItem(soap.pk, D(1), D(60)))
        owed = sell(store, cashier, [(soap, 1)], tenders=[Tender("credit")], buyer=Buyer(customer_id=rita.pk)).bill
        for kind, row in (("return", made), ("credit_note", note)):
            url = reverse("billing:correct", args=[kind, row.pk])
            assert url in manager_client.get(row.get_absolute_url()).content.decode()
            assert url not in cashier_client.get(row.get_absolute_url()).content.decode()
            assert "somebody else" not in manager_client.get(url).content.decode()
            part = f"{'money_back' if kind == 'return' else 'note_money'}:{row.money.get().pk}"
            sent = {"what": "method", "method-payment": part, "method-method": "upi", "method-reason": "By phone"}
            assert manager_client.post(url, sent).url == row.get_absolute_url()
            page = manager_client.get(row.get_absolute_url()).content.decode()
            assert "was paid by UPI, not Cash" in page and "By phone" in page
            receipt = reverse(f"billing:{kind.replace('_', '-')}-receipt", args=[row.pk])
            assert "UPI" in cashier_client.get(receipt).content.decode()
        nothing = take_back(owed, 1, by=cashier)
        assert manager_client.get(reverse("billing:correct", args=["return", nothing.pk])).status_code == 404
        assert "paid in another way" in manager_client.get(reverse("billing:received")).content.decode()

    @pytest.mark.parametrize("kind", ["debt_payment", "advance"])
    def test_money_of_another_person(self, manager_client, store, cashier, rita, sita, kind):
        owes(rita, 50, by=cashier)
        found = pays(rita, 50, by=cashier) if kind == "debt_payment" else paid_ahead(rita, 50, by=cashier)
        url = reverse("billing:correct", args=[kind, found.pk])
        assert "It was somebody else" in manager_client.get(url).content.decode()
        response = manager_client.post(url, {"what": "owner", "owner-who": sita.number, "owner-reason": "Hers"})
        assert response.status_code == 302
        assert fresh(sita)[0].advance_balance == 50
        assert manager_client.get(reverse("billing:correct", args=["moon", found.pk])).status_code == 404
