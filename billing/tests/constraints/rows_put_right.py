"""Credit notes, corrections, prints and exchanges for the test of the constraints: good rows."""

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
