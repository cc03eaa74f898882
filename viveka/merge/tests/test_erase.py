"""Erased: nothing says who it was, in no table; amounts and numbers stay."""

from datetime import date, timedelta

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import Error, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from advances.services import (
    Content,
    Slot,
    Who,
    record_appointment,
    record_booking,
    record_enquiry,
    refund_advance,
)
from advances.services.record_changes import cancel_record
from advances.tests.factories import paid_ahead
from billing.models import Bill, Cart, CartLine
from billing.services.buyer import Buyer
from billing.services.checkout import complete_cart
from billing.services.tender import Tender
from billing.tests.factories import filled_cart, sell
from customers.kept_imports import KeptImport, forget
from customers.models import Customer, RecordEvent, What
from customers.names import ERASED
from customers.records import NotDeleted, WasErased, WasMerged, delete_customer, free_former_phone, restore_customer
from customers.services import edit_customer
from debts.models import OpeningBalance
from debts.openings.kept import KeptOpenings
from debts.openings.undoing import undo_opening
from debts.services import promise_payment, reverse_debt, reverse_payment, write_off_debt
from debts.tests.factories import brought, owes, pays
from viveka.merge.erasing import erase_customer
from viveka.merge.tests.test_merge import books_are_right, merge
from viveka.merge.tests.test_undo import undo
from viveka.merge.undoing import CannotUndo
from viveka.stores.errors import Missing
from viveka.stores.tests.factories import staff

pytestmark = pytest.mark.django_db
CANARY = "Kanarienvogel"
DIGITS = ("9811122233", "9811122234", "9811122235", "98111 22233", "९८१११२२२३३")
TABLES = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"


def dump():
    """Every row of every table as text."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(TABLES)
        lines = []
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT t::text FROM "{table}" AS t')
            lines += [f"{table}: {line}" for (line,) in cursor.fetchall()]
    return lines


def traces(of):
    return [line for line in dump() if of.lower() in line.lower()]


def erase(pair, pk, **rest):
    return erase_customer(store=pair.store, pk=pk, by=pair.by, now=timezone.now(), **rest)


def delete(pair, pk):
    return delete_customer(store=pair.store, pk=pk, by=pair.by, now=timezone.now(), reason=f"{CANARY} asked for it")


@pytest.fixture
def bird(pair):
    """Somebody who left a trace wherever one can."""
    store, by = pair.store, pair.by
    details = {
        "name": f"{CANARY} Rao", "email": f"{CANARY}@example.com", "address": f"1 {CANARY} Road", "gender": "female",
        "gst_number": "27AAPFU0939F1ZV", "note": f"{CANARY} sings",
    }  # fmt: skip
    filled_cart(store, by, [(pair.soap, 1)], phone="९८१११२२२३३", customer_name=CANARY)  # before she was on record
    bird = Customer.objects.find_or_create(store=store, phone=DIGITS[0], details=details).customer
    sell(store, by, [(pair.soap, 2)], buyer=Buyer(phone=DIGITS[0], name=f"{CANARY} junior"))
    filled_cart(store, by, [(pair.soap, 1)], customer=bird, phone=DIGITS[0], customer_name=f"{CANARY} Rao")
    cart = filled_cart(store, by, [(pair.soap, 1)], customer=bird)
    word = {"allowed_by": by, "allowed_why": f"{CANARY} is a friend", "allowed_amount": 70, "allowed_quantity": 1}
    CartLine.objects.filter(cart__customer=bird).update(price=70, **word)
    store.allows_below_cost = True
    complete_cart(store=store, by=by, cart_id=cart.pk, tenders=[Tender("cash")], now=timezone.now())
    filled_cart(store, by, [(pair.soap, 1)], customer_name=f"{CANARY} Rao", dropped_at=timezone.now())
    edit_customer(store=store, pk=bird.pk, details={"name": f"{CANARY} Menon"}, phone=DIGITS[1])
    edit_customer(store=store, pk=bird.pk, details={}, phone=DIGITS[2])
    free_former_phone(store=store, pk=bird.pk, phone=DIGITS[1], by=by, now=timezone.now(), reason=f"{CANARY} moved")
    twin = Customer.objects.find_or_create(store=store, details={"name": f"{CANARY} twin"}).customer
    pair.sell(twin)
    merge(pair, survivor=bird, loser=twin, keep={"name": "loser"}, reason=f"{CANARY} twice")
    debt = owes(bird, 5, note=f"{CANARY} owes", by=by)
    promise_payment(customer=bird, promised_on=store.day_of(timezone.now()), by=by, now=timezone.now(), note=CANARY)
    payment = pays(bird, 5, by=by)
    reverse_payment(store=store, payment_id=payment.pk, reason=f"not {CANARY}", by=by, now=timezone.now())
    reverse_debt(store=store, debt_id=debt.pk, reason=f"not {CANARY}", by=by, now=timezone.now())
    undone = merge(pair, survivor=bird, loser=pair.loser, reason=CANARY)
    undo(pair, undone, reason=f"no {CANARY}")
    kind = ContentType.objects.get_for_model(Customer)
    LogEntry.objects.create(
        user=by, content_type=kind, object_id=str(bird.pk), object_repr=str(bird), action_flag=CHANGE,
        change_message=f'[{{"changed": {{"name": "{CANARY}"}}}}]',
    )  # fmt: skip
    return Customer.objects.get(pk=bird.pk)


def test_no_table_tells_who_it_was(pair, bird):
    assert len(traces(CANARY)) > 15
    delete(pair, bird.pk)
    erase(pair, bird.pk, reason="asked by letter")
    for word in (CANARY, "27AAPFU0939F1ZV", "female", *DIGITS):
        assert traces(word) == []


FILES = {
    "by a phone of hers": b"Name,Phone\nSomebody,0091 98111 22233\n",
    "by a name of hers": f"Name,Phone\n{CANARY.upper()} RAO,98111x\n".encode(),
    "of somebody else": b"Name,Phone\nRavi,98765 43299\n",
}


@pytest.mark.parametrize("is_done", [False, True], ids=["waiting", "brought in"])
def test_no_file_that_waits_tells_either(pair, bird, settings, tmp_path, django_capture_on_commit_callbacks, is_done):
    settings.DATA = tmp_path
    delete(pair, bird.pk)
    for data in FILES.values():
        client = Client()
        client.force_login(staff(pair.store, "manager"))
        client.post(reverse("customers:import"), {"file": SimpleUploadedFile("a.csv", data)})
        if is_done:
            token = client.get(reverse("customers:import-preview")).context["report"].token
            client.post(reverse("customers:import-confirm"), {"token": token})
    assert len(list((tmp_path / "imports").glob("*"))) == 3
    if is_done:
        delete(pair, bird.pk)  # she came back by the file
    with django_capture_on_commit_callbacks(execute=True):
        erase(pair, bird.pk)
    (left,) = (tmp_path / "imports").glob("*")
    assert "Ravi" in (left / ("result" if is_done else "preview")).read_text()


def test_no_list_of_opening_balances_that_waits_tells_either(
    pair, bird, settings, tmp_path, django_capture_on_commit_callbacks
):
    settings.DATA = tmp_path
    delete(pair, bird.pk)
    rows = {"hers": {"name": "Old book", "phone": DIGITS[0], "owes": "5"}, "another's": {"name": "Ravi", "owes": "5"}}
    for row in rows.values():
        kept = KeptOpenings(pair.store, staff(pair.store, "manager"))
        kept.look_at_typed([row], date(2026, 3, 31), timezone.now())
    with django_capture_on_commit_callbacks(execute=True):
        erase(pair, bird.pk)
    (left,) = (tmp_path / "imports").glob("*")
    assert "Ravi" in (left / "preview").read_text()


def test_a_file_being_brought_in_meanwhile_does_no_harm(pair, bird, settings, tmp_path):
    settings.DATA = tmp_path
    kept = KeptImport(pair.store, pair.by)
    kept.keep(FILES["by a phone of hers"], "a.csv", without_bad_phones=False)
    forget(pair.store, customers=set(), phones=set(), names=set())
    kept.note_progress(1000, 2000)
    kept.put_back()
    assert (kept.is_running, kept.progress, list((tmp_path / "imports").glob("*"))) == (False, (0, 0), [])


@pytest.fixture
def trader(pair, bird):
    """The same, who also has or had something in every ledger, with words about her on each."""
    store, told = pair.store, {"store": pair.store, "by": pair.by, "now": timezone.now()}
    who = Who(DIGITS[2], details={"name": f"{CANARY} junior"})
    enquiry = record_enquiry(**told, who=who, asked=f"Songs of {CANARY}?", notes=CANARY).record
    slot, content = Slot(timezone.now() + timedelta(days=1)), Content(notes=f"{CANARY} sings twice")
    appointment = record_appointment(**told, who=who, slot=slot, content=content, enquiry_id=enquiry.pk).record
    booking = record_booking(**told, who=who, content=content).record
    for kind, record in (("appointment", appointment), ("booking", booking)):
        cancel_record(**told, kind=kind, pk=record.pk, reason=f"{CANARY} is hoarse")
    ahead = paid_ahead(bird, 50, by=pair.by, notes=f"{CANARY} paid")
    refund_advance(**told, advance_id=ahead.pk, amount=None, mode="cash", reason=f"{CANARY} wants it back")
    debt = owes(bird, 70, by=pair.by, note=f"{CANARY} owes")
    promise_payment(customer=bird, promised_on=store.day_of(told["now"]), by=pair.by, now=told["now"], note=CANARY)
    wrong = pays(bird, 20, by=pair.by)
    reverse_payment(store=store, payment_id=wrong.pk, reason=f"not {CANARY}", by=pair.by, now=timezone.now())
    write_off_debt(store=store, debt_id=debt.pk, amount=None, reason=CANARY, by=pair.by, now=timezone.now())
    brought(store, f"{CANARY} junior,{DIGITS[2]},5,,5", file=f"{CANARY}.csv", by=pair.by)
    opening = OpeningBalance.objects.get()
    undo_opening(store=store, pk=opening.pk, reason=f"not {CANARY}", by=pair.by, now=timezone.now())
    return bird


def test_no_ledger_tells_who_it_was(pair, trader):
    tables = {line.split(":")[0] for line in traces(CANARY)}
    assert tables >= {
        "advances_appointment", "advances_booking", "advances_enquiry", "advances_advancepayment",
        "advances_walletentry", "debts_debt", "debts_paymentpromise", "debts_debtreduction", "debts_paymentreversal",
        "debts_openingbalance", "debts_openingundo",
    }  # fmt: skip
    delete(pair, trader.pk)
    erase(pair, trader.pk)
    assert OpeningBalance.objects.get().row_key == ""
    for word in (CANARY, *DIGITS):
        assert traces(word) == []
    assert books_are_right(pair.store) == []


def test_amounts_numbers_and_the_others_stay(pair, bird):
    others = [pair.survivor.pk, pair.loser.pk]
    facts = list(
        Bill.objects.order_by("number").values_list("number", "total", "customer", "customer_number", "total_cost")
    )
    names = list(
        Bill.objects.filter(customer__in=others).order_by("number").values_list("customer_name", "customer_phone")
    )
    before = list(Customer.objects.filter(pk__in=others).order_by("pk").values())
    delete(pair, bird.pk)
    erased = erase(pair, bird.pk)
    assert (erased.name, erased.phone, erased.number) == (ERASED, None, bird.number)
    assert (erased.total_purchases, erased.purchase_count) == (bird.total_purchases, bird.purchase_count)
    assert (
        list(
            Bill.objects.order_by("number").values_list("number", "total", "customer", "customer_number", "total_cost")
        )
        == facts
    )
    assert (
        list(Bill.objects.filter(customer__in=others).order_by("number").values_list("customer_name", "customer_phone"))
        == names
    )
    assert list(Customer.objects.filter(pk__in=others).order_by("pk").values()) == before
    assert Cart.objects.filter(customer=pair.loser).get().phone == "98765 43211"
    assert books_are_right(pair.store) == []
    assert Bill.objects.matching(bird.number).exists()
    event = RecordEvent.objects.get(what=What.ERASED)
    assert (event.customer, event.by) == (erased, pair.by)


def test_phone_and_name_are_a_new_persons(pair, bird):
    delete(pair, bird.pk)
    erase(pair, bird.pk)
    assert Customer.objects.find_or_create(store=pair.store, phone=DIGITS[0]).is_new
    assert Customer.objects.find_or_create(store=pair.store, details={"name": f"{CANARY} twin"}).is_new
    assert Customer.objects.find_or_create(store=pair.store, details={"name": ERASED}).is_new


def test_is_refused_for_what_is_not_deleted_or_not_here(pair, bird, other_store):
    before = dump()
    with pytest.raises(NotDeleted):
        erase(pair, bird.pk)
    with pytest.raises(Missing):
        erase_customer(store=other_store, pk=bird.pk, by=pair.by, now=timezone.now())
    with pytest.raises(WasMerged):
        erase(pair, Customer.objects.get(merged_into=bird).pk)
    assert dump() == before


def test_there_is_no_way_back(pair, bird):
    made = bird.merges.order_by("pk").first()
    delete(pair, bird.pk)
    erase(pair, bird.pk)
    with pytest.raises(WasErased):
        restore_customer(store=pair.store, pk=bird.pk, by=pair.by, now=timezone.now())
    with pytest.raises(WasErased):
        erase(pair, bird.pk)
    with pytest.raises(CannotUndo, match="was erased"):
        undo(pair, made)
    for column in ("name", "email", "address", "note", "phone"):
        with pytest.raises(Error), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE customers_customer SET {column} = '+919876500001' WHERE id = %s", [bird.pk])
