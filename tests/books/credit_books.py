"""Credit notes, corrections and prints for the test of check_books, and each way of breaking them."""

from decimal import Decimal as D
from typing import Any

from django.utils import timezone

from advances.tests.factories import paid_ahead
from billing.models import Cart, CartReturn, CreditNote, MoneyBack, Reassignment, ReceiptPrint
from billing.services.bill_moves import move_bill
from billing.services.buyer import Buyer
from billing.services.checkout import complete_cart
from billing.services.credit_notes import NOWHERE, WASTE, NoteItem
from billing.services.exchange import carry_return
from billing.services.method_changes import change_method
from billing.services.reassigning import reassign_advance, reassign_payment
from billing.services.return_money import GiveBack
from billing.services.return_plan import ReturnItem
from billing.services.tender import Tender
from billing.tests.factories import credit_of, filled_cart, sell, stocked_product, take_back
from billing.tests.till_factories import opened_till
from customers.models import Customer
from customers.tests.factories import CustomerFactory
from debts.tests.factories import owes, pays
from viveka.stores.models import Counter, Store, User
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
    ids = _put_right(store, by, lowered, plain)
    ids |= {name: row.pk for name, row in rows.items()}
    ids["note_batch"], ids["waste_batch"] = rows["note_line"].batch_id, rows["waste_line"].batch_id
    ids["note_lowered"], ids["note_advance"] = rows["note_debt"].reduction_id, rows["note_kept"].advance_id
    return ids


def _put_right(store: Store, by: User, note: CreditNote, plain_note: CreditNote) -> dict[str, Any]:
    """A bill of Rita that was Sita's, money that was paid by UPI, a payment and an advance of the other; prints."""
    soap = stocked_product(store, batches=[(15, 80, 100)], by=by)
    rita, sita = CustomerFactory.create_batch(2, store=store)
    for one in (rita, sita):
        paid_ahead(one, 60, by=by)
        owes(one, 5, by=by)
    why: dict[str, Any] = {"store": store, "reason": "Typed wrong", "by": by}
    said = {**why, "now": timezone.now()}
    tenders = [Tender("advance", D(50)), Tender("credit", D(70)), Tender("cash")]
    bill = sell(store, by, [(soap, 2)], tenders=tenders, buyer=Buyer(customer_id=rita.pk)).bill
    move = move_bill(bill_id=bill.pk, to=sita.pk, **said)
    plain = sell(store, by, [(soap, 2)]).bill
    move_bill(bill_id=plain.pk, to=rita.pk, **said)
    made = take_back(plain, 1, by=by)
    change = change_method(kind="payment", pk=plain.payments.get().pk, method="upi", **said)
    given = [
        ("money_back", made.money.get(way="cash")),
        ("note_money", plain_note.money.get()),
    ]
    backs = [change_method(kind=kind, pk=one.pk, method="card", **said) for kind, one in given]
    with standing_at(opened_till(store, by, name="Third").till_id):
        owes(rita, 5, by=by)
        paid, advance = pays(rita, 3, by=by), paid_ahead(rita, 20, by=by)
        change_method(kind="debt_payment", pk=paid.pk, method="card", **said)
    change_method(kind="advance", pk=advance.pk, method="upi", **said)
    told = {**why, "now": timezone.now(), "to": sita.pk}
    reassign_payment(payment_id=paid.pk, **told)
    reassign_advance(advance_id=advance.pk, **told)
    for paper in ({"goods_return": made}, {"credit_note": note}, {"advance": advance}, {"debt_payment": paid}):
        ReceiptPrint.objects.create(store=store, way="pdf", by=by, **paper)
    ReceiptPrint.objects.create(store=store, way="pdf", by=by, bill=bill)
    swapped = _exchange(store, by, rita)
    cart = Cart.objects.create(store=store, by=by, held_at=timezone.now())
    CartReturn.objects.create(store=store, cart=cart, bill=bill, reason="Too small", by=by)
    return {
        "swapped": swapped, "moved": bill.pk, "bill_move": move.pk, "move_freed": move.freed_id, "rita": rita.pk,
        "change": change.pk, "back_change": backs[0].pk, "note_change": backs[1].pk,
        "paid_anew": Reassignment.objects.get(store=store, debt_payment=paid).pk, "wrong_paid": paid.pk,
        "taken_anew": Reassignment.objects.get(store=store, advance=advance).pk, "wrong_advance": advance.pk,
    }  # fmt: skip


def _exchange(store: Store, by: User, rita: Customer) -> int:
    """Something of Rita's comes back for something dearer; the key of what it paid."""
    cup = stocked_product(store, batches=[(5, 10, 20)], by=by)
    old = sell(store, by, [(cup, 1)], buyer=Buyer(customer_id=rita.pk)).bill
    cart = filled_cart(store, by, [(cup, 2)], machine="swap")
    carry_return(
        store=store, by=by, machine="swap", bill_id=old.pk, items=[ReturnItem(old.lines.get().pk, D(1))], reason="x",
        give_back=GiveBack(), now=timezone.now(),
    )  # fmt: skip
    complete_cart(store=store, by=by, cart_id=cart.pk, tenders=[Tender("cash")], now=timezone.now())
    return int(MoneyBack.objects.get(store=store, way="exchange").pk)


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
    ("exchange_has_two_sides", "swapped", "moneyback: amount = 1"),
    ("exchange_has_two_sides", "swapped", "moneyback: way = 'cash'"),
    (
        "exchange_has_two_sides",
        "swapped",
        "UPDATE billing_payment SET money_back_id = NULL WHERE money_back_id = %(swapped)s",
    ),
    ("moved_bill_is_its_last_customers", "moved", "bill: customer_id = %(rita)s"),
    ("moved_bill_gave_back_what_it_used", "bill_move", "billmove: used_id = NULL"),
    (
        "moved_bill_gave_back_what_it_used",
        "bill_move",
        "UPDATE advances_utilization SET restored_amount = 1 WHERE deduction_id = %(move_freed)s",
    ),
    ("method_change_follows_what_was_entered", "change", "methodchange: from_method = 'card'"),
    ("method_change_follows_what_was_entered", "change", "methodchange: amount = 1"),
    ("method_change_follows_what_was_entered", "back_change", "methodchange: from_method = 'upi'"),
    ("method_change_follows_what_was_entered", "note_change", "methodchange: amount = 1"),
    (
        "reassigned_is_reversed_and_taken_anew",
        "paid_anew",
        "DELETE FROM debts_paymentreversal WHERE payment_id = %(wrong_paid)s",
    ),
    (
        "reassigned_is_reversed_and_taken_anew",
        "taken_anew",
        "UPDATE advances_advancepayment SET amount = 9 WHERE id = %(wrong_advance)s",
    ),
    ("creditnote_number_reads_right", "plain_note", "creditnote: number = 'RET-2627-000003'"),
    ("creditnote_numbers_without_gap", "plain_note", "creditnote: sequence = 9"),
    ("creditnote_counter_is_last", "note_counter", "counter: value = 9"),
]
