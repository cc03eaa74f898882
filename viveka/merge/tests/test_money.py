"""Merging and undoing where both have advances, debts, payments and credit accounts: every row, every sum."""

from datetime import timedelta
from decimal import Decimal as D

import pytest
from django.db import connection
from django.utils import timezone

from advances.models import AdvancePayment, Utilization, WalletEntry
from advances.services import refund_advance, restore_advances
from advances.tests.factories import appointment_of, booking_of, enquiry_of, paid_ahead
from billing.services.buyer import Buyer
from billing.services.tender import Tender
from billing.tests.factories import sell
from customers.models import Customer, Merge
from customers.services import edit_customer
from debts.models import Allocation, CreditAccount, Debt, DebtPayment, PaymentPromise, ReductionCause, Reminder
from debts.services import note_reminder, promise_payment, reduce_debt, reverse_payment, set_credit_account
from debts.tests.factories import brought, owes, pays
from viveka.books.check import check_books
from viveka.merge.choice import preview_merge
from viveka.merge.tests.test_merge import merge
from viveka.merge.tests.test_undo import undo
from viveka.merge.undoing import CannotUndo

pytestmark = pytest.mark.django_db
# Every table in which an own or a moved row of the two may stand, the histories apart.
TABLES = (
    "customers_customer", "customers_customerphone", "billing_bill", "billing_payment", "billing_cart",
    "advances_advancepayment", "advances_deduction", "advances_utilization", "advances_walletentry",
    "debts_creditaccount", "debts_debt", "debts_debtpayment", "debts_allocation", "debts_debtreduction",
    "debts_paymentreversal", "debts_reminder", "debts_paymentpromise", "advances_appointment", "advances_booking",
    "advances_enquiry", "debts_openingbalance",
)  # fmt: skip
SUMS = """
SELECT (SELECT sum(total_purchases + purchase_count) FROM customers_customer),
       (SELECT (sum(advance_balance), sum(debt_balance)) FROM customers_customer),
       (SELECT (sum(amount), sum(utilized_amount), sum(remaining_amount)) FROM advances_advancepayment),
       (SELECT sum(change) FROM advances_walletentry), (SELECT sum(amount) FROM advances_utilization),
       (SELECT (sum(amount), sum(paid), sum(balance)) FROM debts_debt), (SELECT sum(amount) FROM debts_allocation),
       (SELECT sum(amount) FROM debts_debtpayment), (SELECT sum(amount) FROM billing_payment)
"""


def checksums():
    """Of each table, all its rows but the time of a record's last change."""
    with connection.cursor() as cursor:
        told = {}
        for table in TABLES:
            cursor.execute(
                f"SELECT md5(string_agg((to_jsonb(t) - 'updated_at')::text, '|' ORDER BY t.id::text)), count(*)"
                f" FROM {table} AS t"
            )
            told[table] = cursor.fetchone()
    assert all(count for _, count in told.values()), told
    return told


def sums():
    with connection.cursor() as cursor:
        cursor.execute(SUMS)
        return cursor.fetchone()


def faults(store):
    return [verdict.rule.name for verdict in check_books(store) if not verdict.is_ok]


@pytest.fixture
def rich(pair):
    """Both paid ahead, owe, paid something of it, have a credit account, and something arranged."""
    now, by = timezone.now(), pair.by
    for one, day in ((pair.survivor, 9), (pair.loser, 7)):
        set_credit_account(customer=one, by=by, credit_limit=D(5000 + day), terms_days=day)
        paid_ahead(one, 40, by=by, at=now - timedelta(days=day))
        young = paid_ahead(one, 300, by=by, at=now - timedelta(days=day - 1))
        buyer = Buyer(customer_id=one.pk)
        bill = sell(pair.store, by, [(pair.soap, 3)], tenders=[Tender("advance", D(60)), Tender("credit")], buyer=buyer)
        deduction = bill.bill.payments.get(method="advance").deduction
        restore_advances(deduction=deduction, amount=D(4), by=by, now=timezone.now(), reason="Returned")
        refund_advance(
            store=pair.store, advance_id=young.pk, amount=D(50), mode="cash", reason="x", by=by, now=timezone.now()
        )
        debt = owes(one, 500, by=by)
        reduce_debt(debt=debt, amount=D(20), cause=ReductionCause.RETURN, reason="x", by=by, now=timezone.now())
        note_reminder(customer=one, way="call", by=by, now=now)
        promise_payment(customer=one, promised_on=pair.store.day_of(now) + timedelta(days=day), by=by, now=now)
        pays(one, 130, by=by)
        pays(one, 7, mode="advance", by=by)
        appointment_of(pair.store, one.phone, by=by, advance=11)
        booking_of(pair.store, one.phone, by=by, advance=12)
        enquiry_of(pair.store, one.phone)
        wrong = pays(one, 9, by=by)
        reverse_payment(store=pair.store, payment_id=wrong.pk, reason="x", by=by, now=timezone.now())
    brought(pair.store, *(f"Old book,{one.phone},33,,9" for one in (pair.survivor, pair.loser)), by=by)
    with connection.cursor() as cursor:  # what a commit would look at, before anything is merged
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
    pair.reload()
    assert faults(pair.store) == []
    return pair


@pytest.mark.parametrize("keep", [{}, {"credit_account": "loser", "phone": "loser", "name": "loser"}])
def test_all_money_moves_and_comes_back_to_the_row(rich, keep):
    before, total = checksums(), sums()
    balances = [(one.advance_balance, one.debt_balance) for one in (rich.survivor, rich.loser)]
    made = merge(rich, keep=keep)
    assert (rich.survivor.advance_balance, rich.survivor.debt_balance) == tuple(map(sum, zip(*balances, strict=True)))
    for model in (AdvancePayment, WalletEntry, Debt, DebtPayment, Reminder, PaymentPromise):
        assert set(model.objects.values_list("customer", flat=True)) == {rich.survivor.pk}
    stays = "loser" if keep else "survivor"
    assert CreditAccount.objects.get(customer=rich.survivor).terms_days == {"survivor": 9, "loser": 7}[stays]
    assert sums() == total
    assert faults(rich.store) == []
    undo(rich, made)
    assert checksums() == before
    assert sums() == total
    assert faults(rich.store) == []


def test_an_opening_of_either_record_is_the_one_of_both(pair):
    brought(pair.store, f"Old book,{pair.loser.phone},33,,", by=pair.by)
    made = merge(pair)
    rows = f"Asha,{pair.survivor.phone},44,,", f"Asha,{pair.survivor.phone},,,5", f"Old book,{pair.loser.phone},33,,"
    assert [judged.outcome for judged in brought(pair.store, *rows, by=pair.by).lines] == [
        "refused", "updated", "unchanged",
    ]  # fmt: skip
    undo(pair, made)
    assert (pair.survivor.debt_balance, pair.survivor.advance_balance, pair.loser.debt_balance) == (0, 5, 33)
    assert brought(pair.store, rows[0], by=pair.by).lines[0].outcome == "updated"
    merge(pair)  # each was entered for its own record: together they have two
    assert faults(pair.store) == []
    assert set(Debt.objects.values_list("customer", flat=True)) == {pair.survivor.pk}


def test_who_wants_no_messages_gets_none_afterwards_and_the_undo_knows_who_it_was(pair):
    edit_customer(store=pair.store, pk=pair.loser.pk, details={}, do_not_message=True)
    made = merge(pair)
    assert pair.survivor.do_not_message
    undo(pair, made)
    assert (pair.survivor.do_not_message, pair.loser.do_not_message) == (False, True)


def test_the_only_credit_account_goes_along_and_back(pair):
    set_credit_account(customer=pair.loser, by=pair.by, credit_limit=D(100), terms_days=None)
    made = merge(pair)
    assert CreditAccount.objects.get().customer == pair.survivor
    undo(pair, made)
    assert CreditAccount.objects.get().customer == pair.loser


def test_the_preview_offers_both_accounts_and_says_what_moves(rich):
    preview = preview_merge(store=rich.store, survivor_id=rich.survivor.pk, loser_id=rich.loser.pk)
    account = next(choice for choice in preview.fields if choice.field == "credit_account")
    assert (account.survivor, account.loser, account.stays) == (
        "up to ₹5,009.00, due after 9 days", "up to ₹5,007.00, due after 7 days", "survivor",
    )  # fmt: skip
    assert "credit accounts" not in preview.moving
    assert (preview.moving["advance payments"], preview.moving["debts"]) == (5, 3)


def use_an_advance_that_came(pair, now):
    buyer = Buyer(customer_id=pair.survivor.pk)
    sell(pair.store, pair.by, [(pair.soap, 4)], tenders=[Tender("advance", D(400))], buyer=buyer, now=now)


def give_back_an_advance_that_came(pair, now):
    bill = pair.loser_bill
    restore_advances(deduction=bill, amount=D(1), by=pair.by, now=now, reason="x")


def pay_a_debt_that_came(pair, now):
    pays(pair.survivor, 600, by=pair.by, now=now)


def write_off_a_debt_that_came(pair, now):
    debt = Debt.objects.get(pk=pair.loser_debt.pk)
    reduce_debt(debt=debt, amount=D(1), cause=ReductionCause.WRITE_OFF, reason="x", by=pair.by, now=now)


def reverse_a_payment_that_came(pair, now):
    reverse_payment(store=pair.store, payment_id=pair.loser_payment.pk, reason="x", by=pair.by, now=now)


def change_the_account_that_came(pair, now):
    set_credit_account(customer=pair.survivor, by=pair.by, credit_limit=D(1), terms_days=1)


@pytest.mark.parametrize("late", [False, True], ids=["after", "having waited for the merge"])
@pytest.mark.parametrize(
    ("deed", "why"),
    [
        (use_an_advance_that_came, "advance"),
        (give_back_an_advance_that_came, "advance"),
        (pay_a_debt_that_came, "debt"),
        (write_off_a_debt_that_came, "debt"),
        (reverse_a_payment_that_came, "debt"),
        (change_the_account_that_came, "credit account"),
    ],
)
def test_there_is_no_undo_once_something_depends_on_it(rich, deed, why, late):
    rich.loser_bill = Utilization.objects.filter(advance__customer=rich.loser).first().deduction
    rich.loser_debt = Debt.objects.filter(customer=rich.loser).order_by("-amount").first()
    rich.loser_payment = DebtPayment.objects.get(customer=rich.loser, amount=130)
    now = timezone.now()  # a till may have looked at its clock before the merge, and got its turn afterwards
    made = merge(rich, keep={"credit_account": "loser"})
    deed(rich, now if late else timezone.now())
    before = checksums()
    with pytest.raises(CannotUndo, match=why):
        undo(rich, made)
    assert checksums() == before
    assert faults(rich.store) == []
    assert Merge.objects.get(pk=made.pk).survivor_id == Customer.objects.get(pk=rich.loser.pk).merged_into_id


def test_own_money_since_then_stays_with_the_survivor(rich):
    made = merge(rich)
    paid_ahead(rich.survivor, 70, by=rich.by)
    owes(rich.survivor, 80, by=rich.by)
    paid = pays(rich.survivor, 80, by=rich.by, debts=[Debt.objects.latest("created_at")])
    before = {row.pk: row.balance for row in Debt.objects.all()}
    undo(rich, made)
    assert DebtPayment.objects.get(pk=paid.pk).customer == rich.survivor
    assert {row.pk: row.balance for row in Debt.objects.all()} == before
    assert Allocation.objects.get(payment=paid).debt.customer == rich.survivor
    assert faults(rich.store) == []
