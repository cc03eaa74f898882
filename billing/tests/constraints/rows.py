"""One good row of each table of billing."""

from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.utils import timezone

from advances.tests.factories import appointment_of, booking_of, paid_ahead, used
from billing.models import (
    Batch,
    Bill,
    BillLine,
    BooksRun,
    BooksRunLine,
    OldBooks,
    OldDebt,
    OldDebtPayment,
    Payment,
    RecordBill,
    ShortageSettlement,
    StockMovement,
)
from billing.services.buyer import Buyer
from billing.services.checkout import complete_cart
from billing.services.record_bills import tie
from billing.services.return_money import GiveBack
from billing.services.returns import void_bill
from billing.services.tender import Tender
from billing.tests.constraints import rows_put_right
from billing.tests.constraints.copying import copy
from billing.tests.factories import filled_cart, sell, short_of_and_put_right, stocked_product, take_back
from customers.models import Customer
from debts.models import DebtPayment
from debts.services import reduce_debt
from debts.tests.factories import owes
from viveka.stores.models import Store, User


def make_shop(store: Store, cashier: User) -> dict[str, Any]:
    """Keys by table; the cashier may be of another store."""
    soap = stocked_product(store, batches=[(9, 80, 100)], sku="S-1", barcode="8901", by=cashier)
    Batch.objects.filter(product=soap).update(mrp=120)
    cart = filled_cart(store, cashier, [(soap, 2)], phone="9876543210")
    buyer = Customer.objects.find_or_create(store=store, phone="9876543210").customer
    paid_ahead(buyer, 50, by=cashier)
    parts = [Tender("advance", Decimal(10)), Tender("credit", Decimal(20)), Tender("upi")]
    mixed = sell(store, cashier, [(soap, 1)], buyer=Buyer(customer_id=buyer.pk), tenders=parts).bill
    for above in ("debts", "advance"):
        generous = [Tender("cash", received=Decimal(110), above=above)]
        sell(store, cashier, [(soap, 1)], buyer=Buyer(customer_id=buyer.pk), tenders=generous)
    used(buyer, 50, by=cashier)
    owes(buyer, 5, by=cashier)
    take_back(mixed, 1, by=cashier, give_back=GiveBack("advance"))
    give_up = {"cause": "write_off", "reason": "x", "by": cashier, "now": timezone.now()}
    reduce_debt(debt=owes(buyer, 3, by=cashier), amount=Decimal(3), **give_up)
    paid_ahead(buyer, 7, by=cashier)
    wrong, plain = (sell(store, cashier, [(soap, 2)]).bill for _ in range(2))
    void_bill(store=store, bill_id=wrong.pk, reason="x", by=cashier, now=timezone.now())
    returned = take_back(plain, 1, by=cashier)
    tenders = [Tender("cash", received=Decimal(500))]
    bill = complete_cart(store=store, by=cashier, cart_id=cart.pk, tenders=tenders, now=timezone.now()).bill
    type(cart).objects.filter(pk=cart.pk).update(customer=bill.customer)
    stocked_product(store, name="Comb")
    filled_cart(store, cashier, [])
    made: dict[str, Any] = {"product": soap.pk, "batch": soap.batches.get().pk, "cart": cart.pk, "bill": bill.pk}
    made |= {"cartline": cart.lines.get().pk, "payment": bill.payments.get().pk}
    made |= {"billline": bill.lines.get().pk, "return": returned.pk}
    made |= {"returnline": returned.lines.get().pk, "moneyback": returned.money.get().pk}
    tie(booking_of(store, "9876543211", by=cashier), mixed.pk, timezone.now())
    tie(appointment_of(store, "9876543211", by=cashier), plain.pk, timezone.now())
    made["recordbill"] = RecordBill.objects.get(bill=plain).pk
    short_of_and_put_right(store, soap, by=cashier)
    settled = ShortageSettlement.objects.get(store=store)
    made |= {"shortagesettlement": settled.pk, "stockshortage": settled.shortage_id}
    made |= {"stockadjustment": soap.adjustments.get().pk, "productbarcode": soap.barcodes.get().pk}
    made |= old_books(store, cashier, mixed)
    made["stockmovement"] = StockMovement.objects.get(product=soap, reason="received").pk
    made |= rows_put_right.make_rows(bill, buyer, cashier)
    with transaction.atomic():
        paid = {"method": "'exchange'", "tendered": "NULL", "money_back_id": f"'{returned.money.get().pk}'"}
        copy("bill", bill.pk, parts={"payment": paid}, number="'Y' || right(number, 6)", sequence="sequence + 500")
    return made


def old_books(store: Store, by: User, like: Bill) -> dict[str, Any]:
    """A bill out of old books that is owed, and an old debt that has its owner, with a payment."""
    books = OldBooks.objects.create(store=store, name="till")
    now = timezone.now()
    run = BooksRun.objects.create(store=store, books=books, kind="import", by=by, began_at=now, ended_at=now)
    BooksRun.objects.create(store=store, books=books, kind="import", by=by, began_at=now)
    line = BooksRunLine.objects.create(store=store, run=run, outcome="refused", place="lines 2", reason="x")
    debts = [
        OldDebt.objects.create(store=store, books=books, key=key, amount=1, at=like.at, debt_id=debt)
        for key, debt in (("1", like.payments.get(method="credit").debt_id), ("2", None), ("3", None))
    ]
    settled = DebtPayment.objects.filter(store=store)[0]
    paid = OldDebtPayment.objects.create(
        store=store, books=books, old_debt=debts[0], key="1", amount=1, at=like.at, payment=settled
    )
    line_of = like.lines.all()[0]
    common = {"store": store, "bill_id": uuid4()}
    with transaction.atomic():
        BillLine.objects.create(
            **common, product=line_of.product, position=1, name="x", unit="pc", quantity=1, price=1, subtotal=1,
            total=1, cost=0,
        )  # fmt: skip
        Payment.objects.create(**common, method="credit", amount=1, old_debt=debts[1], by=by, at=like.at)
        Bill.objects.create(
            id=common["bill_id"], store=store, number="17", year="2526", imported_from=books, at=like.at, day=like.day,
            cashier=by, subtotal=1, total=1, total_cost=0,
        )  # fmt: skip
    return {"oldbooks": books.pk, "booksrun": run.pk, "booksrunline": line.pk, "olddebt": debts[0].pk,
            "olddebtpayment": paid.pk}  # fmt: skip
