"""Old books for the test of check_books: a bill with a debt that has its owner, a debt without; how each is broken."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.utils import timezone

from billing.models import (
    Bill,
    BillLine,
    BooksRun,
    BooksRunLine,
    CreditNote,
    CreditNoteLine,
    CreditNoteMoney,
    MoneyBack,
    OldBooks,
    OldDebt,
    OldDebtPayment,
    Payment,
    Return,
    ReturnLine,
)
from billing.models.old_books import Outcome, RunKind
from billing.tests.factories import ProductFactory
from customers.tests.factories import CustomerFactory
from viveka.legacy.assigning import assign_debts
from viveka.stores.models import Store, User


def bring_old_books(store: Store, by: User) -> dict[str, Any]:
    """The ids by name."""
    at = timezone.now() - timedelta(days=400)
    books = OldBooks.objects.create(store=store, name="old-till")
    run = BooksRun.objects.create(store=store, books=books, kind=RunKind.IMPORT, by=by)
    BooksRunLine.objects.create(store=store, run=run, outcome=Outcome.REFUSED, place="lines 7", reason="Of old")
    of_books = {"store": store, "books": books, "at": at}
    owed, waiting = (OldDebt.objects.create(**of_books, key=key, amount=Decimal(30)) for key in ("1", "2"))
    paid = OldDebtPayment.objects.create(**of_books, old_debt=owed, key="1", amount=Decimal(10))
    line = _old_bill(books, "17", {owed: 30, None: 20}, by, at)
    _gone_back(_old_bill(books, "18", {None: 50}, by, at), books, by)
    mani = CustomerFactory.create(store=store, name="Old Mani")
    assign_debts(store=store, debts=[owed.pk], customer=mani, by=by, now=timezone.now())
    return {"imported": line.bill_id, "imported_line": line.pk, "old_owed": owed.pk, "old_waiting": waiting.pk,
            "old_paid": paid.pk}  # fmt: skip


def _old_bill(books: OldBooks, number: str, paid: dict[OldDebt | None, int], by: User, at: datetime) -> BillLine:
    store, bill_id = books.store, uuid4()
    product = ProductFactory.create(store=store, name=f"Of old {number}")
    line = BillLine.objects.create(
        store=store, bill_id=bill_id, product=product, position=1, name="Of old", unit="pc", quantity=1, price=50,
        subtotal=50, total=50, cost=0, is_cost_unknown=True,
    )  # fmt: skip
    for debt, amount in paid.items():
        method = "credit" if debt else "other"
        Payment.objects.create(store=store, bill_id=bill_id, method=method, amount=amount, old_debt=debt, by=by, at=at)
    Bill.objects.create(
        id=bill_id, store=store, number=number, year=store.financial_year(store.day_of(at)), imported_from=books,
        at=at, day=store.day_of(at), cashier=by, subtotal=50, total=50, total_cost=0, customer_name="Old Mani",
    )  # fmt: skip
    return line


def _gone_back(line: BillLine, books: OldBooks, by: User) -> None:
    """The line as a return, and the same goods once more as a credit note."""
    at = timezone.now() - timedelta(days=399)
    store, day = books.store, books.store.day_of(at)
    common: dict[str, Any] = {
        "store": store, "imported_from": books, "number": "C1", "year": store.financial_year(day), "total": 50,
        "total_cost": 0, "reason": "Old", "by": by, "at": at, "day": day,
    }  # fmt: skip
    made, note = Return(**common, bill_id=line.bill_id), CreditNote(**common)
    ReturnLine.objects.create(store=store, goods_return=made, bill_line=line, quantity=1, total=50, cost=0)
    MoneyBack.objects.create(store=store, goods_return=made, way="other", amount=50)
    BillLine.objects.filter(pk=line.pk).update(returned=1)
    made.save(force_insert=True)
    CreditNoteLine.objects.create(
        store=store, note=note, product=line.product, position=1, name="Of old", unit="pc", quantity=1, price=50,
        total=50, cost=0, is_restocked=False,
    )  # fmt: skip
    CreditNoteMoney.objects.create(store=store, note=note, way="other", amount=50)
    note.save(force_insert=True)


# (rule, whose id it reports, what breaks it). "table: change" is an UPDATE of the row that is reported.
BREAKS = [
    ("imported_bill_moved_no_goods", "imported", "bill: sequence = 1"),
    ("imported_bill_moved_no_goods", "imported", "bill: total_cost = 1"),
    ("imported_bill_has_unknown_cost", "imported_line", "billline: is_cost_unknown = false"),
    ("other_is_out_of_old_books", "other_payment", "payment: method = 'other'"),
    ("old_debt_is_its_debt", "old_owed", "UPDATE debts_debt SET amount = amount + 1 WHERE id = %(old_owed)s"),
    ("old_debt_is_its_debt", "old_owed", "UPDATE billing_bill SET customer_id = %(asha)s WHERE id = %(imported)s"),
    ("old_payment_is_its_payment", "old_paid", "olddebtpayment: amount = amount + 1"),
    ("old_payment_is_its_payment", "old_paid", "olddebtpayment: mode = 'cash'"),
    ("old_debt_paid_within_it", "old_owed", "UPDATE billing_olddebtpayment SET amount = 31 WHERE id = %(old_paid)s"),
    ("assigned_old_debt_left_no_payment", "old_paid", "olddebtpayment: payment_id = NULL"),
]
