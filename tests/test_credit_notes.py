"""Goods brought back without their bill."""

from datetime import timedelta
from decimal import Decimal as D

import pytest
from django.urls import reverse
from django.utils import timezone

from billing.models import Batch, CreditNote, StockMovement
from billing.received import Wanted, money_by_mode
from billing.services.buyer import Buyer
from billing.services.credit_notes import NOWHERE, WASTE, NoteItem
from billing.services.return_money import GiveBack
from billing.services.tender import Tender
from billing.tests.factories import credit_of, money_of, sell, stocked_product, take_back
from customers.records import delete_customer
from customers.tests.factories import CustomerFactory
from debts.tests.factories import owes
from viveka.books.check import check_books
from viveka.merge.erasing import erase_customer
from viveka.merge.merging import merge_customers
from viveka.merge.undoing import undo_merge
from viveka.stores.errors import Missing, Refused
from viveka.stores.models import StockPolicy

pytestmark = pytest.mark.django_db


@pytest.fixture
def soap(store, manager):
    return stocked_product(store, batches=[(5, 80, 100), (5, 85, 110)], by=manager, name="Soap")


def ways(note):
    return list(note.money.values_list("way", "amount"))


class TestNote:
    def test_goods_come_in_at_the_last_cost_and_lower_debts_first(self, store, manager, soap):
        asha = CustomerFactory(store=store)
        debt = owes(asha, 120, by=manager)
        items = [NoteItem(soap.pk, D(1), D(90)), NoteItem(soap.pk, D(1), D(60), D(50), WASTE)]
        note = credit_of(store, manager, *items, buyer=Buyer(customer_id=asha.pk))
        assert note.number.startswith("CN-") and note.customer_number == asha.number
        assert (note.total, note.total_cost) == (150, 135)
        assert ways(note) == [("debt", 120), ("cash", 30)]
        debt.refresh_from_db()
        soap.refresh_from_db()
        assert (debt.balance, soap.current_stock) == (0, 11)
        shelf, waste = [line.batch for line in note.lines.all()]
        assert (shelf.remaining, shelf.cost_price, shelf.selling_price) == (1, 85, 110)
        assert (waste.remaining, waste.quantity, waste.cost_price) == (0, 1, 50)
        day = store.day_of(timezone.now())
        assert money_by_mode(store, Wanted(day, day, kind="credit_note")) == {"cash": -30}
        assert [verdict.rule.name for verdict in check_books(store) if not verdict.is_ok] == []

    def test_a_manager_may_choose_money_or_an_advance(self, store, manager, soap):
        asha = CustomerFactory(store=store)
        owes(asha, 50, by=manager)
        item, theirs = NoteItem(soap.pk, D(1), D(40)), {"buyer": Buyer(customer_id=asha.pk)}
        assert ways(credit_of(store, manager, item, give_back=GiveBack("upi", over_debts=True), **theirs)) == [
            ("upi", 40)
        ]
        kept = credit_of(store, manager, item, give_back=GiveBack("advance", over_debts=True), **theirs)
        assert ways(kept) == [("advance", 40)]
        asha.refresh_from_db()
        assert (asha.debt_balance, asha.advance_balance) == (50, 40)

    def test_a_debt_that_it_paid_was_paid(self, store, manager, soap):
        """Goods of the bill of that debt bring money: nothing of it was given up."""
        asha = CustomerFactory(store=store)
        buyer = Buyer(customer_id=asha.pk)
        bill = sell(store, manager, [(soap, 1)], buyer=buyer, tenders=[Tender("credit")]).bill
        assert ways(credit_of(store, manager, NoteItem(soap.pk, D(1), D(60)), buyer=buyer)) == [("debt", 60)]
        assert money_of(take_back(bill, 1, by=manager)) == [("debt", 40), ("cash", 60)]
        assert [verdict.rule.name for verdict in check_books(store) if not verdict.is_ok] == []

    def test_of_an_older_system_it_is_of_its_own_day_and_moves_no_goods(self, store, manager, soap):
        asha, now = CustomerFactory(store=store), timezone.now()
        owes(asha, 50, by=manager)
        item = NoteItem(soap.pk, D(2), D(10), place=NOWHERE)
        at = now - timedelta(days=400)
        note = credit_of(
            store, manager, item, now=now, at=at, reference_number="C536379", buyer=Buyer(customer_id=asha.pk)
        )
        assert (note.day, note.total_cost, ways(note)) == (store.day_of(at), 0, [("cash", 20)])
        assert note.year == store.financial_year(note.day)
        assert Batch.objects.count() == 2

    def test_a_service_comes_back_without_goods(self, store, manager):
        cut = stocked_product(store, batches=[], stock_policy=StockPolicy.NONE, selling_price=200)
        note = credit_of(store, manager, NoteItem(cut.pk, D(1), D(200)))
        assert (note.total, note.total_cost, note.lines.get().batch) == (200, 0, None)

    @pytest.mark.parametrize(
        ("field", "change"),
        [
            ("items.0.quantity", {"quantity": D("0.5")}),
            ("items.0.quantity", {"quantity": D(0)}),
            ("items.0.quantity", {"quantity": D("99999999")}),
            ("items.0.price", {"price": D(-1)}),
            ("items.0.cost", {"cost": D(-1)}),
            ("items.0.place", {"place": "moon"}),
            ("items", {"price": D("9999999999")}),
        ],
    )
    def test_a_refusal_leaves_no_trace(self, store, manager, soap, field, change):
        said = {"quantity": D(2), "price": D(1), **change}
        with pytest.raises(Refused) as refusal:
            credit_of(store, manager, NoteItem(soap.pk, **said))
        assert list(refusal.value.errors) == [field]
        assert not CreditNote.objects.exists()
        assert StockMovement.objects.count() == 2

    def test_what_was_never_received_needs_a_cost(self, store, manager, other_store):
        comb = stocked_product(store, batches=[], name="Comb")
        with pytest.raises(Refused, match="Type what one of it costs"):
            credit_of(store, manager, NoteItem(comb.pk, D(1), D(20)))
        assert credit_of(store, manager, NoteItem(comb.pk, D(1), D(20), D(12))).total_cost == 12
        with pytest.raises(Missing):
            credit_of(other_store, manager, NoteItem(comb.pk, D(1), D(20), D(12)))
        with pytest.raises(Refused, match="An advance is a customer's"):
            credit_of(store, manager, NoteItem(comb.pk, D(1), D(20), D(12)), give_back=GiveBack("advance"))


def test_it_goes_along_in_a_merge_and_an_erasure_blanks_it(store, manager, soap):
    asha, twin = CustomerFactory.create_batch(2, store=store)
    note = credit_of(store, manager, NoteItem(soap.pk, D(1), D(40)), buyer=Buyer(customer_id=twin.pk))
    now = timezone.now()
    merge = merge_customers(store=store, survivor_id=asha.pk, loser_id=twin.pk, by=manager, now=now)
    note.refresh_from_db()
    assert (note.customer_id, note.customer_number) == (asha.pk, twin.number)
    undo_merge(store=store, merge_id=merge.pk, by=manager, now=timezone.now())
    delete_customer(store=store, pk=twin.pk, by=manager, now=timezone.now())
    erase_customer(store=store, pk=twin.pk, by=manager, now=timezone.now())
    note.refresh_from_db()
    assert (note.customer_id, note.customer_name, note.customer_phone, note.reason) == (twin.pk, "", "", "erased")
    assert (note.number, note.total) == ("CN-" + note.year + "-000001", 40)


class TestScreens:
    KEY = "6f9619ff-8b86-4d01-b42d-00cf4fc964ff"

    def told(self, **more):
        goods = {"line_name": ["soap", ""], "line_quantity": ["2", ""], "line_price": ["90", ""]}
        return {"key": self.KEY, "method": "cash", "reason": "No bill", "line_place": ["shelf", "shelf"]} | goods | more

    def test_a_manager_takes_goods_back_once(self, manager_client, soap):
        url = reverse("billing:credit-note-add")
        assert "What came back" in manager_client.get(url).content.decode()
        response = manager_client.post(url, self.told(phone="98765 43210", line_cost=["70", ""]))
        note = CreditNote.objects.get()
        assert response.url == note.get_absolute_url()
        assert (note.total, note.total_cost, note.customer_phone) == (180, 140, "+919876543210")
        assert "nothing was done again" in manager_client.post(url, self.told(), follow=True).content.decode()
        page = manager_client.get(note.get_absolute_url()).content.decode()
        for part in (note.number, "₹180.00", "Cash", "To the shelf", "No bill"):
            assert part in page
        assert note.number in manager_client.get(reverse("billing:credit-notes")).content.decode()

    def test_the_customers_page_tells_the_newest(self, cashier_client, store, other_store, manager, soap):
        asha = CustomerFactory(store=store)
        item = NoteItem(soap.pk, D(1), D(9), place=NOWHERE)
        notes = [credit_of(store, manager, item, buyer=Buyer(customer_id=asha.pk)) for _ in range(6)]
        nobodys = credit_of(store, manager, item)
        page = cashier_client.get(reverse("customer-purchases", args=[asha.pk])).content.decode()
        assert [one.number in page for one in notes] == [False, *[True] * 5]
        url = f"{reverse('billing:credit-notes')}?customer={asha.pk}"
        assert url in page and nobodys.number not in page
        listed = cashier_client.get(url).content.decode()
        assert all(one.number in listed for one in notes) and nobodys.number not in listed
        theirs = CustomerFactory(store=other_store)
        for wrong in (theirs.pk, "x", "9" * 30):
            assert cashier_client.get(reverse("billing:credit-notes"), {"customer": wrong}).status_code == 404

    def test_a_cashier_needs_the_managers_pin(self, cashier_client, manager_pin, soap):
        url = reverse("billing:credit-note-add")
        page = cashier_client.post(url, self.told(reason="", **manager_pin | {"pin": "0000"})).content.decode()
        assert "This PIN is not right." in page
        assert not CreditNote.objects.exists()
        cashier_client.post(url, self.told(reason="", **manager_pin))
        note = CreditNote.objects.get()
        assert (note.reason, note.allowed_by is not None) == (manager_pin["pin_why"], True)
        assert "Cost" not in cashier_client.get(note.get_absolute_url()).content.decode()

    def test_what_is_wrong_stands_beside_its_line(self, manager_client, soap):
        url = reverse("billing:credit-note-add")
        page = manager_client.post(url, self.told(line_name=["soap", "soup"], line_price=["x", "1"])).content.decode()
        assert "The price takes digits" in page
        page = manager_client.post(url, self.told(line_name=["soap", "soup"], line_price=["1", "1"])).content.decode()
        assert "There is no product called soup." in page
        page = manager_client.post(url, self.told(line_quantity=["0.5", ""])).content.decode()
        assert "Soap is sold whole" in page
        assert 'value="soap"' in page
        empty = {"key": self.KEY, "method": "cash", "reason": "No bill"}
        assert "Say what came back." in manager_client.post(url, empty).content.decode()
        assert not CreditNote.objects.exists()
