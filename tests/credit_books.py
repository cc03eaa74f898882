"""Credit notes, corrections and prints for the test of check_books, and each way of breaking them."""

from decimal import Decimal as D
from typing import Any

from django.utils import timezone

from advances.models import Deduction
from advances.tests.factories import paid_ahead
from billing.models import BillMove, CreditNote, MethodChange, Reassignment, ReceiptPrint
from billing.services.buyer import Buyer
from billing.services.credit_notes import NOWHERE, WASTE, NoteItem
from billing.services.return_money import GiveBack
from billing.tests.factories import credit_of, put_right, sell, stocked_product, take_back
from billing.tests.till_factories import opened_till
from customers.tests.factories import CustomerFactory
from debts.services import Repayment, repay_debts
from debts.tests.factories import owes
from viveka.stores.models import Counter, Store, TillSession, User
from viveka.stores.tills import standing_at


def take_goods_without_a_bill(store: Store, by: User) -> dict[str, Any]:
    """Farah brings things back three times without a bill; the ids of all that came of it by name."""
    oil = stocked_product(store, batches=[(5, 90, 120)], by=by, name="Oil")
    farah = CustomerFactory(store=store)
    buyer = Buyer(customer_id=farah.pk)
    owes(farah, 60, by=by)
    lowered = credit_of(store, by, NoteItem(oil.pk, D(1), D(100)), buyer=buyer)
    kept = credit_of(
        store, by, NoteItem(oil.pk, D(2), D(30), D(20), WASTE), buyer=buyer, give_back=GiveBack("advance"),
        reference_number="OLD-7",
    )  # fmt: skip
    with standing_at(opened_till(store, by, name="Spare").till_id):
        plain = credit_of(store, by, NoteItem(oil.pk, D(1), D(10), place=NOWHERE))
    rows = {
        "farah": farah, "oil": oil, "lowering": lowered, "keeping": kept, "plain_note": plain,
        "note_line": lowered.lines.get(), "waste_line": kept.lines.get(), "plain_line": plain.lines.get(),
        "note_debt": lowered.money.get(way="debt"), "note_kept": kept.money.get(),
        "note_counter": Counter.objects.get(store=store, name=f"creditnote {plain.year}"),
    }  # fmt: skip
    _put_right(store, by, lowered)
    ids = {name: row.pk for name, row in rows.items()}
    ids["note_batch"], ids["waste_batch"] = rows["note_line"].batch_id, rows["waste_line"].batch_id
    ids["note_lowered"], ids["note_advance"] = rows["note_debt"].reduction_id, rows["note_kept"].advance_id
    return ids


def _put_right(store: Store, by: User, note: CreditNote) -> None:
    """One of each kind of correction and of a print."""
    soap = stocked_product(store, batches=[(5, 80, 100)], by=by)
    rita = CustomerFactory(store=store)
    bill = sell(store, by, [(soap, 2)]).bill
    made = take_back(bill, 1, by=by)
    first, _ = paid_ahead(rita, 5, by=by), paid_ahead(rita, 6, by=by)
    put_right(bill, bill.payments.get(), first, by)
    owes(rita, 2, by=by)
    paid = [repay_debts(customer=rita, repayment=Repayment(D(1), "cash"), by=by, now=timezone.now()) for _ in range(2)]
    why: dict[str, Any] = {"store": store, "reason": "x", "by": by, "at": timezone.now()}
    Reassignment.objects.create(debt_payment=paid[0], instead_payment=paid[1], **why)
    freed, taken = Deduction.objects.filter(store=store).order_by("pk")[:2]
    BillMove.objects.create(bill=bill, from_customer=rita, from_number=rita.number, freed=freed, used=taken, **why)
    money = {"from_method": "cash", "to_method": "upi", "amount": 1}
    till = TillSession.objects.open().filter(store=store).last()
    MethodChange.objects.create(debt_payment=paid[0], till_session=till, **money, **why)
    MethodChange.objects.create(advance=first, **money, **why)
    for paper in ({"goods_return": made}, {"credit_note": note}, {"advance": first}, {"debt_payment": paid[0]}):
        ReceiptPrint.objects.create(store=store, way="pdf", by=by, **paper)


# (rule, whose id it reports, what breaks it). "table: change" is an UPDATE of the row that is reported.
BREAKS = [
    ("credit_note_adds_up", "lowering", "creditnote: total = total + 1"),
    ("credit_note_adds_up", "lowering", "creditnote: total_cost = total_cost + 1"),
    ("credit_note_adds_up", "keeping", "DELETE FROM billing_creditnotemoney WHERE id = %(note_kept)s"),
    ("credit_note_line_is_quantity_times_price", "plain_line", "creditnoteline: total = total + 1"),
    ("credit_note_goods_came_in", "note_line", "UPDATE billing_batch SET quantity = 9 WHERE id = %(note_batch)s"),
    ("credit_note_goods_came_in", "note_line", "creditnoteline: cost = 1"),
    ("credit_note_goods_came_in", "plain_line", "creditnoteline: cost = 1"),
    (
        "credit_note_goods_came_in",
        "waste_line",
        "DELETE FROM billing_stockmovement WHERE batch_id = %(waste_batch)s AND reason = 'adjusted'",
    ),
    (
        "credit_note_goes_to_its_customer",
        "note_debt",
        "UPDATE debts_debtreduction SET amount = 1 WHERE id = %(note_lowered)s",
    ),
    (
        "credit_note_goes_to_its_customer",
        "note_kept",
        "UPDATE advances_advancepayment SET amount = 1 WHERE id = %(note_advance)s",
    ),
    ("credit_note_goes_to_its_customer", "note_kept", "creditnotemoney: way = 'cash'"),
    ("credit_note_names_its_customer", "lowering", "creditnote: customer_number = ''"),
    ("credit_note_names_its_customer", "plain_note", "creditnote: customer_name = 'x'"),
    ("credit_note_day_is_the_stores", "plain_note", "creditnote: day = day + 1"),
    ("creditnote_number_reads_right", "plain_note", "creditnote: number = 'RET-2627-000003'"),
    ("creditnote_numbers_without_gap", "plain_note", "creditnote: sequence = 9"),
    ("creditnote_counter_is_last", "note_counter", "counter: value = 9"),
]
