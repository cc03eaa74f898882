"""Credit notes, corrections, prints and exchanges for the test of the constraints: good rows, and what is refused."""

from decimal import Decimal
from typing import Any

from django.utils import timezone

from advances.tests.factories import paid_ahead
from billing.models import Bill, BillMove, Reassignment
from billing.services.buyer import Buyer
from billing.services.credit_notes import NOWHERE, NoteItem
from billing.services.return_money import GiveBack
from billing.tests.factories import credit_of, put_right
from billing.tests.till_factories import opened_till
from customers.models import Customer
from debts.services import Repayment, repay_debts
from debts.tests.factories import owes
from viveka.stores.models import User

FRESH = {
    "creditnote": {"number": "'C' || right(number, 6)", "sequence": "sequence + 100"},
    "creditnoteline": {"note_id": "gen_random_uuid()"},
    "creditnotemoney": {"note_id": "gen_random_uuid()"},
    "reassignment": {"advance_id": "gen_random_uuid()", "instead_advance_id": "gen_random_uuid()"},
    "cartreturn": {"cart_id": "gen_random_uuid()"},
}


def _one(table: str, column: str) -> str:
    return f"(SELECT {column} FROM billing_{table} AS one WHERE {column} IS NOT NULL ORDER BY id DESC LIMIT 1)"


NONE = {"advance_id": "NULL", "instead_advance_id": "NULL"}
NEW = "gen_random_uuid()"
BY_EXCHANGE = {"method": "'exchange'", "tendered": "NULL"}
A_REDUCTION, AN_ADVANCE = _one("creditnotemoney", "reduction_id"), _one("creditnotemoney", "advance_id")

# (table, constraint, what is changed in the copy)
REFUSED: list[tuple[str, str, dict[str, str]]] = [
    ("creditnote", "credit_note_number_once", {"number": "number"}),
    ("creditnote", "credit_note_sequence_once", {"sequence": "sequence"}),
    ("creditnote", "credit_note_is_in_one_series", {"sequence": "NULL"}),
    ("creditnote", "billing_creditnote_sequence_check", {"sequence": "-1"}),
    ("creditnote", "credit_note_has_a_reason", {"reason": "''"}),
    ("creditnote", "credit_note_names_its_customer", {"customer_number": "''"}),
    ("creditnote", "credit_note_names_its_customer", {"customer_id": "NULL"}),
    ("creditnoteline", "credit_note_line_position_once", {"note_id": "note_id"}),
    ("creditnoteline", "billing_creditnoteline_position_check", {"position": "-1"}),
    ("creditnoteline", "credit_note_line_has_a_quantity", {"quantity": "0", "total": "0"}),
    ("creditnoteline", "credit_note_line_is_quantity_times_price", {"total": "total + 0.01"}),
    ("creditnoteline", "credit_note_line_costs_what_came_in", {"cost": "1"}),
    ("creditnoteline", "credit_note_line_costs_what_came_in", {"is_restocked": "true"}),
    ("creditnoteline", "billing_creditnoteline_batch_id_key", {"batch_id": _one("creditnoteline", "batch_id")}),
    ("creditnotemoney", "credit_note_money_is_at_least_a_paisa", {"amount": "0"}),
    ("creditnotemoney", "credit_note_way_known", {"way": "'gold'"}),
    ("creditnotemoney", "credit_note_instrument_follows_way", {"way": "'debt'"}),
    ("creditnotemoney", "credit_note_instrument_follows_way", {"way": "'advance'"}),
    ("creditnotemoney", "credit_note_instrument_follows_way", {"reduction_id": A_REDUCTION}),
    ("creditnotemoney", "credit_note_instrument_follows_way", {"advance_id": AN_ADVANCE}),
    ("creditnotemoney", "billing_creditnotemoney_reduction_id_key", {"way": "'debt'", "reduction_id": A_REDUCTION}),
    ("creditnotemoney", "billing_creditnotemoney_advance_id_key", {"way": "'advance'", "advance_id": AN_ADVANCE}),
    ("billmove", "bill_move_has_a_reason", {"reason": "''"}),
    ("billmove", "bill_move_goes_somewhere", {"to_number": "from_number"}),
    ("billmove", "bill_move_names_both", {"from_number": "'CUST9'"}),
    ("billmove", "bill_move_names_both", {"to_customer_id": "NULL"}),
    ("billmove", "bill_move_frees_what_it_uses", {"freed_id": NEW}),
    ("billmove", "bill_move_frees_what_it_uses", {"used_id": NEW}),
    ("billmove", "billing_billmove_freed_id_key", {"freed_id": _one("billmove", "freed_id"), "used_id": NEW}),
    ("billmove", "billing_billmove_used_id_key", {"used_id": _one("billmove", "used_id"), "freed_id": NEW}),
    ("methodchange", "method_change_has_a_reason", {"reason": "''"}),
    ("methodchange", "method_change_of_one_payment", {"payment_id": "NULL"}),
    ("methodchange", "method_change_of_one_payment", {"advance_id": NEW}),
    ("methodchange", "method_change_of_one_payment", {"debt_payment_id": NEW}),
    ("methodchange", "method_change_is_of_something", {"amount": "0"}),
    ("methodchange", "method_change_between_money", {"to_method": "from_method"}),
    ("methodchange", "method_change_between_money", {"to_method": "'advance'"}),
    ("methodchange", "method_change_between_money", {"from_method": "'credit'"}),
    ("reassignment", "reassignment_has_a_reason", {"reason": "''"}),
    ("reassignment", "reassignment_of_one_thing", {"advance_id": "NULL"}),
    ("reassignment", "reassignment_of_one_thing", {"debt_payment_id": NEW}),
    ("reassignment", "billing_reassignment_advance_id_key", {"advance_id": "advance_id"}),
    ("reassignment", "billing_reassignment_instead_advance_id_key", {"instead_advance_id": "instead_advance_id"}),
    (
        "reassignment",
        "billing_reassignment_debt_payment_id_key",
        NONE | {"debt_payment_id": _one("reassignment", "debt_payment_id"), "instead_payment_id": NEW},
    ),
    (
        "reassignment",
        "billing_reassignment_instead_payment_id_key",
        NONE | {"debt_payment_id": NEW, "instead_payment_id": _one("reassignment", "instead_payment_id")},
    ),
    ("receiptprint", "receipt_print_of_one_paper", {"bill_id": "NULL"}),
    ("receiptprint", "receipt_print_of_one_paper", {"advance_id": NEW}),
    ("receiptprint", "receipt_print_way_known", {"way": "'fax'"}),
    ("cartreturn", "billing_cartreturn_cart_id_key", {"cart_id": "cart_id"}),
    ("cartreturn", "cart_return_method_known", {"method": "'gold'"}),
    ("payment", "payment_by_exchange_has_what_came_back", BY_EXCHANGE),
    ("payment", "payment_by_exchange_has_what_came_back", {"money_back_id": "1"}),
    ("payment", "billing_payment_money_back_id_key", BY_EXCHANGE | {"money_back_id": _one("payment", "money_back_id")}),
]


def another_key(table: str, column: str) -> dict[str, str]:
    """What else changes where this key points at something, so that nothing else is wrong."""
    if column == "till_session_id":
        return {}
    if table == "creditnotemoney":
        return {"way": "'debt'" if column == "reduction_id" else "'advance'"} if column != "note_id" else {}
    if table == "billmove" and column in ("freed_id", "used_id"):
        return {"used_id" if column == "freed_id" else "freed_id": NEW}
    if table == "billmove" and column != "bill_id":
        return {f"{column.removesuffix('_customer_id')}_number": "'CUST9'"}
    if table == "methodchange":
        return {} if column == "payment_id" else {"payment_id": "NULL"}
    if table == "reassignment" and "payment" not in column:
        return {"reason": "reason"}
    if table == "reassignment":
        return NONE | {"debt_payment_id": NEW, "instead_payment_id": NEW}
    if table == "receiptprint":
        return {} if column == "bill_id" else {"bill_id": "NULL"}
    if (table, column) == ("creditnoteline", "batch_id"):
        return {"name": "name"}
    return BY_EXCHANGE if column == "money_back_id" else {}


def make_rows(bill: Bill, buyer: Customer, by: User) -> dict[str, Any]:
    """A good row of each table, by table."""
    product = bill.lines.all()[0].product
    theirs: dict[str, Any] = {"buyer": Buyer(customer_id=buyer.pk)}
    opened_till(bill.store, by)
    owes(buyer, 20, by=by)
    credit_of(bill.store, by, NoteItem(product.pk, Decimal(1), Decimal(50)), give_back=GiveBack("advance"), **theirs)
    item = NoteItem(product.pk, Decimal(1), Decimal(50), place=NOWHERE)
    note = credit_of(bill.store, by, item, give_back=GiveBack(over_debts=True), **theirs)
    first, _ = paid_ahead(buyer, 8, by=by), paid_ahead(buyer, 9, by=by)
    made = {"creditnote": note, "creditnoteline": note.lines.get(), "creditnotemoney": note.money.get()}
    made |= put_right(bill, bill.payments.get(), first, by)
    why: dict[str, Any] = {"store": bill.store, "reason": "x", "by": by, "at": timezone.now()}
    used, freed = buyer.deductions.order_by("pk")[:2]
    BillMove.objects.create(bill=bill, to_customer=buyer, to_number=buyer.number, freed=freed, used=used, **why)
    for _ in range(2):
        owes(buyer, 1, by=by)
    paid = [
        repay_debts(customer=buyer, repayment=Repayment(Decimal(1), "cash"), by=by, now=timezone.now())
        for _ in range(2)
    ]
    Reassignment.objects.create(debt_payment=paid[0], instead_payment=paid[1], **why)
    return {table: row.pk for table, row in made.items()}
