"""Advances and debts for the test of check_books: a little of everything, and each way of breaking it."""

from datetime import timedelta
from decimal import Decimal as D
from typing import Any

from django.utils import timezone

from advances.models import Utilization, WalletEntry
from advances.services import refund_advance, restore_advances
from advances.tests.factories import paid_ahead
from billing.services.buyer import Buyer
from billing.services.tender import Tender
from billing.tests.factories import sell, stocked_product
from customers.tests.factories import CustomerFactory
from debts.models import Allocation, ReductionCause
from debts.services import note_reminder, promise_payment, reduce_debt, reverse_payment, set_credit_account
from debts.tests.factories import owes, pays
from viveka.stores.models import Store, User


def trade_ahead_and_on_credit(store: Store, by: User) -> dict[str, Any]:
    """Usha pays ahead and owes; the ids of all that came of it by name."""
    rice = stocked_product(store, batches=[(50, 80, 110)], by=by, name="Rice")
    usha, now = CustomerFactory(store=store), timezone.now()
    set_credit_account(customer=usha, by=by, credit_limit=D(5000), terms_days=30)
    old = paid_ahead(usha, 100, by=by, at=now - timedelta(days=3))
    young = paid_ahead(usha, 300, by=by, at=now - timedelta(days=2))
    buyer = Buyer(customer_id=usha.pk)
    tenders = [Tender("advance", D(110)), Tender("credit")]
    bill = sell(store, by, [(rice, 2)], tenders=tenders, buyer=buyer).bill  # 2 × 110
    deduction = bill.payments.get(method="advance").deduction
    restore_advances(deduction=deduction, amount=D(4), by=by, now=timezone.now(), reason="Returned")
    refund_advance(store=store, advance_id=young.pk, amount=D(50), mode="cash", reason="x", by=by, now=timezone.now())
    credit = bill.payments.get(method="credit").debt
    debt = owes(usha, 500, by=by)
    reduce_debt(debt=debt, amount=D(20), cause=ReductionCause.RETURN, reason="x", by=by, now=timezone.now())
    note_reminder(customer=usha, way="call", by=by, now=now)
    promise = promise_payment(customer=usha, promised_on=store.day_of(now), by=by, now=now)
    paid = pays(usha, 130, by=by)  # the whole of the bill's debt, and 20 of the other
    from_balance = pays(usha, 7, mode="advance", by=by)
    wrong = pays(usha, 9, mode="advance", by=by)
    undone = reverse_payment(store=store, payment_id=wrong.pk, reason="x", by=by, now=timezone.now())
    over = pays(usha, 1000, by=by, keep_rest=True)
    generous = Tender("cash", received=D(150), above="advance")
    kept_bill = sell(store, by, [(rice, 1)], tenders=[generous], buyer=buyer).bill
    owes(usha, 15, by=by)
    sell(store, by, [(rice, 1)], tenders=[Tender("cash", received=D(150), above="debts")], buyer=buyer)
    entries = list(WalletEntry.objects.filter(customer=usha).order_by("id"))
    made = {"usha": usha, "old": old, "young": young, "usha_bill": bill, "deduction": deduction, "credit": credit}
    made |= {"debt": debt, "paid": paid, "from_balance": from_balance, "undone": undone, "over": over}
    made |= {"used": Utilization.objects.get(deduction=deduction, advance=young), "entry_old": entries[2]}
    made |= {"entry_young": entries[3], "wrong_deduction": wrong.deduction, "kept": over.kept_advance}
    made |= {"part": Allocation.objects.get(payment=paid, debt=debt)}
    made |= {"kept_bill": kept_bill}
    made |= {"promise": promise, "credit_payment": bill.payments.get(method="credit")}
    return {name: row.pk for name, row in made.items()}


# (rule, whose id it reports, what breaks it). "table: change" is an UPDATE of the row that is reported.
BREAKS = [
    ("advance_adds_up", "old", "advancepayment: utilized_amount = utilized_amount + 1"),
    ("advance_adds_up", "young", "advancepayment: status = 'utilized'"),
    ("advance_adds_up", "old", "advancepayment: status = 'active'"),
    (
        "advance_is_its_entries",
        "young",
        "advancepayment: refunded_amount = 49, remaining_amount = remaining_amount + 1",
    ),
    ("advance_is_its_entries", "old", "UPDATE advances_walletentry SET change = -99 WHERE id = %(entry_old)s"),
    ("advance_is_its_entries", "kept", "DELETE FROM advances_walletentry WHERE advance_id = %(kept)s"),
    ("utilization_is_its_entries", "used", "utilization: amount = amount + 1"),
    ("utilization_is_its_entries", "used", "utilization: restored_amount = 3"),
    ("wallet_use_is_a_utilization", "entry_old", "DELETE FROM advances_utilization WHERE advance_id = %(old)s"),
    ("deduction_is_its_utilizations", "deduction", "deduction: amount = 111"),
    ("deduction_paid_one_thing", "deduction", "DELETE FROM billing_payment WHERE deduction_id = %(deduction)s"),
    ("deduction_paid_one_thing", "deduction", "deduction: customer_id = %(asha)s"),
    (
        "deduction_paid_one_thing",
        "deduction",
        "UPDATE billing_payment SET amount = 1 WHERE deduction_id = %(deduction)s",
    ),
    ("advance_balance_is_what_remains", "usha", "customer: advance_balance = advance_balance + 0.01"),
    ("advance_balance_is_what_remains", "ravi", "customer: advance_balance = 'NaN'"),
    (
        "wallet_never_below_zero",
        "entry_old",
        "UPDATE advances_walletentry SET at = at - interval '1 year' WHERE id = %(entry_old)s",
    ),
    ("wallet_entry_of_one_customer", "entry_old", "walletentry: customer_id = %(asha)s"),
    (
        "advances_used_oldest_first",
        "entry_old",
        "UPDATE advances_advancepayment SET at = at - interval '9 days' WHERE id = %(young)s",
    ),
    ("debt_adds_up", "debt", "debt: written_off = 1"),
    ("debt_adds_up", "credit", "debt: status = 'open'"),
    ("debt_paid_is_its_allocations", "debt", "debt: paid = paid + 1, balance = balance - 1"),
    ("debt_lowered_is_its_reductions", "debt", "debt: returned = 0, paid = paid + 20"),
    (
        "debt_lowered_is_its_reductions",
        "debt",
        "UPDATE debts_debtreduction SET cause = 'reversal' WHERE debt_id = %(debt)s",
    ),
    ("debt_payment_is_its_allocations", "paid", "debtpayment: amount = 131"),
    ("debt_payment_is_its_allocations", "over", "debtpayment: kept_advance_id = NULL"),
    ("allocation_settles_its_own_customers_debt", "part", "allocation: at = at + interval '1 second'"),
    (
        "allocation_settles_its_own_customers_debt",
        "part",
        "UPDATE debts_debtpayment SET at = at - interval '9 days' WHERE id = %(paid)s;"
        " UPDATE debts_allocation SET at = at - interval '9 days' WHERE id = %(part)s;"
        " DELETE FROM debts_allocation WHERE payment_id = %(paid)s AND id <> %(part)s",
    ),
    ("payment_instruments_are_its_customers", "over", "debtpayment: customer_id = %(asha)s"),
    ("payment_instruments_are_its_customers", "from_balance", "debtpayment: amount = 8"),
    (
        "reversed_payment_left_nothing",
        "undone",
        "UPDATE advances_utilization SET restored_amount = 8 WHERE deduction_id = %(wrong_deduction)s",
    ),
    ("reversed_payment_left_nothing", "undone", "paymentreversal: at = at - interval '1 day'"),
    ("credit_of_a_bill_is_a_debt", "credit_payment", "UPDATE debts_debt SET amount = 111 WHERE id = %(credit)s"),
    ("credit_of_a_bill_is_a_debt", "credit_payment", "DELETE FROM debts_debt WHERE id = %(credit)s"),
    (
        "bill_keeps_for_its_customer",
        "kept_bill",
        "UPDATE advances_advancepayment SET customer_id = %(asha)s WHERE id ="
        " (SELECT kept_advance_id FROM billing_bill WHERE id = %(kept_bill)s)",
    ),
    ("bill_keeps_for_its_customer", "kept_bill", "bill: kept_advance_id = NULL, debt_payment_id = %(from_balance)s"),
    ("debt_balance_is_open_debts", "usha", "customer: debt_balance = debt_balance + 0.01"),
    ("debt_balance_is_open_debts", "ravi", "customer: debt_balance = 'NaN'"),
    ("statement_ends_at_the_balances", "usha", "DELETE FROM debts_debtreduction WHERE debt_id = %(debt)s"),
    ("statement_ends_at_the_balances", "ravi", "customer: debt_balance = 0.01"),
    ("debt_never_below_zero", "usha", "UPDATE debts_debt SET at = at + interval '1 day' WHERE id = %(credit)s"),
    ("promise_lies_ahead", "promise", "paymentpromise: promised_on = promised_on - 1"),
    ("aging_adds_up_to_the_balance", "usha", "DELETE FROM debts_allocation WHERE id = %(part)s"),
    ("aging_adds_up_to_the_balance", "ravi", "customer: debt_balance = 0.01"),
]
