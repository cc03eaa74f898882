"""What raw SQL can't do: every constraint and trigger of the billing tables, broken one by one, with triggers on.

A case is a copy of a good row with one thing wrong. The last test fails where a constraint has no case here.
"""

from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from django.apps import apps
from django.db import DataError, IntegrityError, ProgrammingError, connection, models, transaction
from django.utils import timezone

from advances.tests.factories import appointment_of, booking_of, paid_ahead, used
from billing.models import (
    Batch,
    Bill,
    BillLine,
    BillMove,
    BooksRun,
    BooksRunLine,
    CreditNote,
    CreditNoteLine,
    CreditNoteMoney,
    MethodChange,
    MoneyBack,
    OldBooks,
    OldDebt,
    OldDebtPayment,
    Payment,
    Product,
    ProductBarcode,
    Reassignment,
    ReceiptPrint,
    RecordBill,
    Return,
    ReturnLine,
    ShortageSettlement,
    StockAdjustment,
    StockMovement,
    StockShortage,
)
from billing.services.buyer import Buyer
from billing.services.checkout import complete_cart
from billing.services.record_bills import tie
from billing.services.return_money import GiveBack
from billing.services.returns import void_bill
from billing.services.tender import Tender
from billing.tests import cases_put_right
from billing.tests.factories import filled_cart, sell, short_of_and_put_right, stocked_product, take_back
from customers.models import Customer
from debts.models import DebtPayment
from debts.services import reduce_debt
from debts.tests.factories import owes
from viveka.stores.constraints import StoreKey
from viveka.stores.fields import BoundedDecimalField
from viveka.stores.models import Store, StoreOwned, User

pytestmark = pytest.mark.django_db
OWNED = [model for model in apps.get_app_config("billing").get_models() if issubclass(model, StoreOwned)]
ProductChange: Any = apps.get_model("billing", "ProductChange")
BatchChange: Any = apps.get_model("billing", "BatchChange")
LEDGERS = [
    *(Bill, BillLine, Payment, StockMovement, Batch, Return, ReturnLine, MoneyBack, RecordBill),
    *(StockShortage, ShortageSettlement, StockAdjustment),
]
LEDGERS += [CreditNote, CreditNoteLine, CreditNoteMoney, BillMove, MethodChange, Reassignment, ReceiptPrint]
LEDGERS += [OldBooks, BooksRun, BooksRunLine, OldDebt, OldDebtPayment]
MAY_CHANGE = {
    Batch: {"remaining", "selling_price", "mrp", "expiry_date", "supplier", "supplier_bill", "note"},
    BillLine: {"returned"},
    RecordBill: {"released_at"},
    StockShortage: {"open"},
    BooksRun: {"counts", "ended_at"},
    OldDebt: {"debt_id", "why"},
    OldDebtPayment: {"payment_id"},
}

A_BILL = (
    "(SELECT id FROM billing_bill AS one WHERE store_id = billing_recordbill.store_id"
    " ORDER BY sequence DESC NULLS LAST LIMIT 1)"
)
A_LINE = "(SELECT id FROM billing_billline AS one WHERE store_id = billing_stockshortage.store_id LIMIT 1)"
A_MOVEMENT = "(SELECT min(id) FROM billing_stockmovement AS one WHERE store_id = billing_shortagesettlement.store_id)"
# What a copy has of its own, so that nothing but the case at hand is wrong with it.
FRESH: dict[str, dict[str, str]] = {
    "bill": {"number": "'Z' || right(number, 6)", "sequence": "sequence + 100", "cart_id": "NULL"},
    "billline": {"bill_id": "gen_random_uuid()"},
    "payment": {"bill_id": "gen_random_uuid()"},
    "return": {"number": "'R' || right(number, 6)", "sequence": "sequence + 100"},
    "returnline": {"goods_return_id": "gen_random_uuid()"},
    "moneyback": {"goods_return_id": "gen_random_uuid()"},
    "product": {"sku": "''", "barcode": "''", "current_stock": "0", "is_active": "false"},
    "productbarcode": {"barcode": "barcode || '0'"},
    "stockshortage": {"bill_line_id": A_LINE},
    "shortagesettlement": {"movement_id": A_MOVEMENT},
    "cartline": {"product_id": "(SELECT max(id) FROM billing_product)"},
    # another bill of the same record, and it was voided
    "recordbill": {"released_at": "now()", "bill_id": A_BILL},
    "oldbooks": {"name": "name || '2'"},
    "olddebt": {"key": "key || '2'", "debt_id": "NULL"},
    "olddebtpayment": {"key": "key || '2'", "payment_id": "NULL"},
}

FRESH |= cases_put_right.FRESH

A_DEBT = "(SELECT debt_id FROM billing_payment AS one WHERE method = 'credit' ORDER BY id DESC LIMIT 1)"
A_DEBT = "(SELECT debt_id FROM billing_payment AS one WHERE debt_id IS NOT NULL ORDER BY id DESC LIMIT 1)"
A_TIED = "(SELECT old_debt_id FROM billing_payment AS one WHERE old_debt_id IS NOT NULL ORDER BY id DESC LIMIT 1)"
AN_OLD_DEBT = "(SELECT id FROM billing_olddebt AS one ORDER BY created_at DESC LIMIT 1)"
SOME_BOOKS = "(SELECT id FROM billing_oldbooks AS one ORDER BY id DESC LIMIT 1)"
A_DEDUCTION = "(SELECT deduction_id FROM billing_payment AS one WHERE method = 'advance' ORDER BY id DESC LIMIT 1)"
A_DEBT_PAYMENT = "(SELECT debt_payment_id FROM billing_bill ORDER BY debt_payment_id DESC NULLS LAST LIMIT 1)"
A_KEPT_ADVANCE = "(SELECT kept_advance_id FROM billing_bill ORDER BY kept_advance_id DESC NULLS LAST LIMIT 1)"
A_REDUCTION = "(SELECT reduction_id FROM billing_moneyback AS one WHERE way = 'debt' ORDER BY id DESC LIMIT 1)"
AN_ADVANCE = "(SELECT advance_id FROM billing_moneyback AS one WHERE way = 'advance' ORDER BY id DESC LIMIT 1)"
A_USE = "(SELECT deduction_id FROM billing_moneyback AS one WHERE way = 'restored' ORDER BY id DESC LIMIT 1)"
A_RETURN_LINE = "(SELECT id FROM billing_returnline AS one ORDER BY id DESC LIMIT 1)"
AN_APPOINTMENT = "(SELECT id FROM advances_appointment AS one ORDER BY created_at DESC LIMIT 1)"
A_BOOKING = "(SELECT id FROM advances_booking AS one ORDER BY created_at DESC LIMIT 1)"
SOMEBODY = "(SELECT max(id) FROM stores_user)"
AN_ADJUSTMENT = "(SELECT id FROM billing_stockadjustment AS one ORDER BY id DESC LIMIT 1)"
A_VOID = "(SELECT bill_id FROM billing_return AS one WHERE is_void ORDER BY id DESC LIMIT 1)"

# (table, constraint, what is changed in the copy)
REFUSED: list[tuple[str, str, dict[str, str]]] = [
    ("bill", "bill_total_adds_up", {"total": "total + 1"}),
    ("bill", "bill_names_its_customer", {"customer_number": "''"}),
    ("bill", "bill_names_its_customer", {"customer_id": "NULL"}),
    ("bill", "bill_number_once", {"number": "number"}),
    ("bill", "bill_sequence_once", {"sequence": "sequence"}),
    ("bill", "bill_is_in_one_series", {"sequence": "NULL"}),
    ("bill", "bill_is_in_one_series", {"imported_from_id": SOME_BOOKS}),
    ("bill", "bill_debt_payment_once", {"debt_payment_id": A_DEBT_PAYMENT}),
    ("bill", "bill_kept_advance_once", {"kept_advance_id": A_KEPT_ADVANCE}),
    ("bill", "bill_money_above_goes_one_way", {"debt_payment_id": A_DEBT_PAYMENT, "kept_advance_id": A_KEPT_ADVANCE}),
    ("bill", "billing_bill_cart_id_key", {"cart_id": "cart_id"}),
    ("bill", "billing_bill_sequence_check", {"sequence": "-1"}),
    ("billline", "bill_line_adds_up", {"total": "total + 1"}),
    ("billline", "bill_line_has_a_quantity", {"quantity": "0"}),
    ("billline", "bill_line_position_once", {"bill_id": "bill_id"}),
    ("billline", "billing_billline_position_check", {"position": "-1"}),
    ("billline", "billing_billline_item_check", {"item": "-1"}),
    ("billline", "bill_line_returned_at_most_what_was_sold", {"returned": "quantity + 0.001"}),
    ("billline", "bill_line_allowed_with_a_reason", {"allowed_by_id": SOMEBODY}),
    ("billline", "bill_line_allowed_with_a_reason", {"allowed_why": "'x'"}),
    ("billline", "bill_line_of_unknown_cost_has_none", {"is_cost_unknown": "true"}),
    ("return", "return_number_once", {"number": "number"}),
    ("return", "return_sequence_once", {"sequence": "sequence"}),
    ("return", "return_is_in_one_series", {"sequence": "NULL"}),
    ("return", "return_is_in_one_series", {"imported_from_id": SOME_BOOKS}),
    ("return", "billing_return_sequence_check", {"sequence": "-1"}),
    ("return", "return_has_a_reason", {"reason": "''"}),
    ("return", "bill_void_once", {"is_void": "true", "bill_id": A_VOID}),
    ("returnline", "return_line_has_a_quantity", {"quantity": "0"}),
    ("returnline", "return_line_once", {"goods_return_id": "goods_return_id"}),
    ("moneyback", "money_back_is_at_least_a_paisa", {"amount": "0"}),
    ("moneyback", "money_back_way_known", {"way": "'gold'"}),
    ("moneyback", "money_back_instrument_follows_way", {"way": "'debt'"}),
    ("moneyback", "money_back_instrument_follows_way", {"way": "'restored'"}),
    ("moneyback", "money_back_instrument_follows_way", {"way": "'advance'"}),
    ("moneyback", "money_back_instrument_follows_way", {"reduction_id": A_REDUCTION}),
    ("moneyback", "money_back_instrument_follows_way", {"deduction_id": A_USE}),
    ("moneyback", "money_back_instrument_follows_way", {"advance_id": AN_ADVANCE}),
    ("moneyback", "billing_moneyback_reduction_id_key", {"way": "'debt'", "reduction_id": A_REDUCTION}),
    ("moneyback", "billing_moneyback_advance_id_key", {"way": "'advance'", "advance_id": AN_ADVANCE}),
    ("stockmovement", "movement_of_a_return_is_in_or_written_off", {"return_line_id": A_RETURN_LINE}),
    ("payment", "payment_is_at_least_a_paisa", {"amount": "0"}),
    ("payment", "payment_method_known", {"method": "'cheque'", "tendered": "NULL"}),
    ("payment", "payment_tender_covers_it", {"tendered": "amount - 0.01"}),
    ("payment", "payment_tender_covers_it", {"method": "'card'"}),
    ("payment", "payment_instrument_follows_method", {"method": "'credit'", "tendered": "NULL"}),
    ("payment", "payment_instrument_follows_method", {"method": "'advance'", "tendered": "NULL"}),
    ("payment", "payment_instrument_follows_method", {"debt_id": A_DEBT}),
    ("payment", "payment_instrument_follows_method", {"deduction_id": A_DEDUCTION}),
    ("payment", "payment_instrument_follows_method", {"old_debt_id": AN_OLD_DEBT}),
    (
        "payment",
        "payment_instrument_follows_method",
        {"method": "'credit'", "tendered": "NULL", "debt_id": A_DEBT, "old_debt_id": AN_OLD_DEBT},
    ),
    ("payment", "billing_payment_old_debt_id_key", {"method": "'credit'", "tendered": "NULL", "old_debt_id": A_TIED}),
    ("payment", "billing_payment_debt_id_key", {"method": "'credit'", "tendered": "NULL", "debt_id": A_DEBT}),
    (
        "payment",
        "billing_payment_deduction_id_key",
        {"method": "'advance'", "tendered": "NULL", "deduction_id": A_DEDUCTION},
    ),
    ("product", "product_has_a_name", {"name": "''"}),
    ("product", "product_that_is_another_is_off_sale", {"turned_out_id": "id", "is_active": "true"}),
    ("product", "product_that_is_another_is_off_sale", {"turned_out_id": "id", "to_complete": "true"}),
    ("product", "product_unit_known", {"unit": "'stone'"}),
    ("product", "product_stock_policy_known", {"stock_policy": "'maybe'"}),
    ("product", "service_keeps_no_stock", {"stock_policy": "'none'", "current_stock": "1"}),
    ("product", "short_only_where_allowed", {"short": "1"}),
    ("product", "stock_below_zero_only_by_what_is_short", {"current_stock": "-1"}),
    (
        "product",
        "stock_below_zero_only_by_what_is_short",
        {"stock_policy": "'allow'", "short": "1", "current_stock": "-2"},
    ),
    ("product", "barcode_once_in_the_store", {"barcode": "'18901234567890'"}),
    ("productbarcode", "barcode_once_in_the_store", {"barcode": "'8901'"}),
    ("productbarcode", "further_barcode_once", {"barcode": "barcode"}),
    ("productbarcode", "further_barcode_is_one", {"barcode": "''"}),
    ("productbarcode", "further_barcode_stands_for_something", {"quantity": "0"}),
    ("stockadjustment", "adjustment_kind_known", {"kind": "'rats'"}),
    ("stockadjustment", "adjustment_sign_follows_kind", {"quantity": "1"}),
    ("stockadjustment", "adjustment_sign_follows_kind", {"kind": "'found'"}),
    ("stockadjustment", "other_adjustment_has_a_note", {"kind": "'other'", "note": "''"}),
    ("stockadjustment", "only_a_count_was_counted", {"counted": "1"}),
    ("stockmovement", "movement_sign_follows_reason", {"reason": "'settled'"}),
    ("stockmovement", "movement_sign_follows_reason", {"reason": "'settled'", "quantity": "-1"}),
    ("stockmovement", "movement_fits_its_adjustment", {"adjustment_id": AN_ADJUSTMENT, "reason": "'returned'"}),
    ("stockshortage", "shortage_has_a_quantity", {"quantity": "0", "open": "0"}),
    ("stockshortage", "shortage_open_within_it", {"open": "quantity + 0.001"}),
    ("stockshortage", "billing_stockshortage_bill_line_id_key", {"bill_line_id": "bill_line_id"}),
    ("shortagesettlement", "billing_shortagesettlement_movement_id_key", {"movement_id": "movement_id"}),
    ("returnline", "return_line_short_within_it", {"short": "quantity + 0.001"}),
    ("returnline", "return_line_short_within_it", {"short": "quantity", "is_restocked": "false"}),
    ("product", "product_sku_once", {"sku": "sku"}),
    ("product", "product_barcode_once", {"barcode": "barcode"}),
    ("batch", "batch_has_a_quantity", {"quantity": "0", "remaining": "0"}),
    ("batch", "batch_remaining_within_received", {"remaining": "quantity + 0.001"}),
    ("batch", "batch_price_within_mrp", {"selling_price": "120.01"}),
    ("stockmovement", "movement_moves_something", {"quantity": "0", "reason": "'adjusted'"}),
    ("stockmovement", "movement_sign_follows_reason", {"quantity": "-1"}),
    ("stockmovement", "movement_sign_follows_reason", {"quantity": "-1", "reason": "'sold'"}),
    ("stockmovement", "movement_sign_follows_reason", {"reason": "'lost'"}),
    ("cartline", "cart_line_has_a_quantity", {"quantity": "0"}),
    ("cartline", "cart_line_amount_is_money", {"amount": "0"}),
    ("cartline", "cart_line_allowed_with_a_reason", {"allowed_by_id": SOMEBODY}),
    ("cartline", "cart_line_allowed_with_a_reason", {"allowed_why": "'x'"}),
    ("cartline", "cart_line_once_per_product", {"product_id": "product_id"}),
    ("cart", "cart_of_at_most_one_record", {"appointment_id": AN_APPOINTMENT, "booking_id": A_BOOKING}),
    ("recordbill", "record_bill_is_of_one_record", {"booking_id": A_BOOKING}),
    ("recordbill", "record_bill_is_of_one_record", {"appointment_id": "NULL"}),
    ("recordbill", "appointment_billed_once", {"released_at": "NULL"}),
    ("recordbill", "booking_billed_once", {"released_at": "NULL", "appointment_id": "NULL", "booking_id": A_BOOKING}),
    ("recordbill", "billing_recordbill_bill_id_key", {"bill_id": "bill_id"}),
    ("oldbooks", "old_books_once", {"name": "name"}),
    ("oldbooks", "old_books_have_a_name", {"name": "''"}),
    ("booksrun", "books_run_kind_known", {"kind": "'guess'"}),
    ("booksrun", "import_is_of_books", {"books_id": "NULL"}),
    ("booksrun", "books_run_ends_after_it_began", {"ended_at": "began_at - interval '1 second'"}),
    ("booksrun", "one_import_under_way", {"ended_at": "NULL"}),
    ("booksrunline", "books_run_line_outcome_known", {"outcome": "'lost'"}),
    ("booksrunline", "books_run_line_has_a_reason", {"reason": "''"}),
    ("olddebt", "old_debt_once", {"key": "key"}),
    ("olddebt", "old_debt_is_at_least_a_paisa", {"amount": "0"}),
    ("olddebt", "old_debt_has_a_number", {"key": "''"}),
    ("olddebt", "old_debt_phone_is_e164", {"phone": "'98765'"}),
    ("olddebt", "billing_olddebt_debt_id_key", {"debt_id": "debt_id"}),
    ("olddebtpayment", "old_payment_once", {"key": "key"}),
    ("olddebtpayment", "old_payment_is_at_least_a_paisa", {"amount": "0"}),
    ("olddebtpayment", "old_payment_mode_known", {"mode": "'advance'"}),
    ("olddebtpayment", "billing_olddebtpayment_payment_id_key", {"payment_id": "payment_id"}),
]
REFUSED += cases_put_right.REFUSED
NUMBERS = [(model, field) for model in OWNED for field in model._meta.fields if isinstance(field, BoundedDecimalField)]
KEYS = [(model, key) for model in OWNED for key in model._meta.constraints if isinstance(key, StoreKey)]


@pytest.fixture
def shop(store: Store, other_store: Store, cashier: User) -> dict[str, Any]:
    """One good row of each table, by table, in this store; a sale in the other store as well."""
    made: dict[str, Any] = {}
    for one in (other_store, store):
        soap = stocked_product(one, batches=[(9, 80, 100)], sku="S-1", barcode="8901", by=cashier)
        Batch.objects.filter(product=soap).update(mrp=120)
        cart = filled_cart(one, cashier, [(soap, 2)], phone="9876543210")
        buyer = Customer.objects.find_or_create(store=one, phone="9876543210").customer
        paid_ahead(buyer, 50, by=cashier)
        parts = [Tender("advance", Decimal(10)), Tender("credit", Decimal(20)), Tender("upi")]
        mixed = sell(one, cashier, [(soap, 1)], buyer=Buyer(customer_id=buyer.pk), tenders=parts).bill
        for above in ("debts", "advance"):
            generous = [Tender("cash", received=Decimal(110), above=above)]
            sell(one, cashier, [(soap, 1)], buyer=Buyer(customer_id=buyer.pk), tenders=generous)
        used(buyer, 50, by=cashier)
        owes(buyer, 5, by=cashier)
        take_back(mixed, 1, by=cashier, give_back=GiveBack("advance"))
        give_up = {"cause": "write_off", "reason": "x", "by": cashier, "now": timezone.now()}
        reduce_debt(debt=owes(buyer, 3, by=cashier), amount=Decimal(3), **give_up)
        paid_ahead(buyer, 7, by=cashier)
        wrong, plain = (sell(one, cashier, [(soap, 2)]).bill for _ in range(2))
        void_bill(store=one, bill_id=wrong.pk, reason="x", by=cashier, now=timezone.now())
        returned = take_back(plain, 1, by=cashier)
        tenders = [Tender("cash", received=Decimal(500))]
        bill = complete_cart(store=one, by=cashier, cart_id=cart.pk, tenders=tenders, now=timezone.now()).bill
        type(cart).objects.filter(pk=cart.pk).update(customer=bill.customer)
        stocked_product(one, name="Comb")
        filled_cart(one, cashier, [])
        made = {"product": soap.pk, "batch": soap.batches.get().pk, "cart": cart.pk, "bill": bill.pk}
        made |= {"cartline": cart.lines.get().pk, "payment": bill.payments.get().pk}
        made |= {"billline": bill.lines.get().pk, "return": returned.pk}
        made |= {"returnline": returned.lines.get().pk, "moneyback": returned.money.get().pk}
        tie(booking_of(one, "9876543211", by=cashier), mixed.pk, timezone.now())
        tie(appointment_of(one, "9876543211", by=cashier), plain.pk, timezone.now())
        made["recordbill"] = RecordBill.objects.get(bill=plain).pk
        short_of_and_put_right(one, soap, by=cashier)
        settled = ShortageSettlement.objects.get(store=one)
        made |= {"shortagesettlement": settled.pk, "stockshortage": settled.shortage_id}
        made |= {"stockadjustment": soap.adjustments.get().pk, "productbarcode": soap.barcodes.get().pk}
        made |= old_books(one, cashier, mixed)
        made["stockmovement"] = StockMovement.objects.get(product=soap, reason="received").pk
        made |= cases_put_right.make_rows(bill, buyer, cashier)
        with transaction.atomic():
            exchange(bill.pk, returned.money.get().pk)
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


def execute(sql: str, parameters: Any = None) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.rowcount


def columns(table: str) -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_name, data_type FROM information_schema.columns"
            " WHERE table_name = %s AND table_schema = current_schema AND is_generated = 'NEVER'",
            [f"billing_{table}"],
        )
        return dict(cursor.fetchall())


def copy(table: str, pk: Any, *, of: str = "id", **changes: str) -> None:
    """INSERT a copy of a row (of all rows whose column `of` is pk), with SQL expressions in place of some columns.

    A bill comes with a copy of its lines and payments, a return with one of its lines and the money back.
    """
    if table == "return":
        new = f"'{uuid4()}'"
        copy("returnline", pk, of="goods_return_id", goods_return_id=new)
        copy("moneyback", pk, of="goods_return_id", goods_return_id=new)
        changes = {"id": new, **changes}
    if table == "creditnote":
        new = f"'{uuid4()}'"
        copy("creditnoteline", pk, of="note_id", note_id=new)
        copy("creditnotemoney", pk, of="note_id", note_id=new)
        changes = {"id": new, **changes}
    if table == "bill":
        new = f"'{uuid4()}'"
        copy("billline", pk, of="bill_id", bill_id=new)
        copy("payment", pk, of="bill_id", bill_id=new)
        changes = {"id": new, **changes}
    types = columns(table)
    values = {name: f'"{name}"' for name in types} | FRESH.get(table, {})
    if types["id"] == "uuid":
        values["id"] = "gen_random_uuid()"
    else:
        del values["id"]
    values |= changes
    names, expressions = ", ".join(f'"{name}"' for name in values), ", ".join(values.values())
    assert execute(
        f'INSERT INTO billing_{table} ({names}) SELECT {expressions} FROM billing_{table} WHERE "{of}" = %s', [pk]
    )


def exchange(pk: Any, money_back: Any) -> None:
    """A copy of a bill that is paid with goods brought back."""
    new = f"'{uuid4()}'"
    copy("billline", pk, of="bill_id", bill_id=new)
    paid = {"method": "'exchange'", "tendered": "NULL", "money_back_id": f"'{money_back}'"}
    copy("payment", pk, of="bill_id", bill_id=new, **paid)
    names = {name: f'"{name}"' for name in columns("bill")} | FRESH["bill"]
    names |= {"id": new, "number": "'Y' || right(number, 6)", "sequence": "sequence + 500"}
    execute(
        f"INSERT INTO billing_bill ({', '.join(names)}) SELECT {', '.join(names.values())}"
        " FROM billing_bill WHERE id = %s",
        [pk],
    )


def refused(act: Callable[[], Any], error: type[Exception] = IntegrityError, *, constraints: str = "ALL") -> Any:
    """Do it and let the deferred constraints speak; answers what the database said."""
    with pytest.raises(error) as refusal, transaction.atomic():
        act()
        execute(f"SET CONSTRAINTS {constraints} IMMEDIATE")
    execute("SET CONSTRAINTS ALL DEFERRED")
    assert isinstance(refusal.value.__cause__, psycopg.Error)
    return refusal.value.__cause__.diag


def name_of(model: type[models.Model]) -> str:
    return str(model._meta.model_name)


def test_a_good_copy_passes(shop: dict[str, Any]) -> None:
    """Otherwise the cases below would prove nothing."""
    for table in ("bill", "return", "product", "batch", "stockmovement", "cart", "cartline", "recordbill", "creditnote",
                  "productbarcode", "stockadjustment", "stockshortage", "shortagesettlement"):  # fmt: skip
        copy(table, shop[table])
        execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")


@pytest.mark.parametrize(("table", "constraint", "changes"), REFUSED)
def test_the_database_refuses(shop: dict[str, Any], table: str, constraint: str, changes: dict[str, str]) -> None:
    assert refused(lambda: copy(table, shop[table], **changes)).constraint_name == constraint


@pytest.mark.parametrize(("model", "field"), NUMBERS, ids=lambda one: getattr(one, "name", None) or name_of(one))
def test_a_number_that_is_none_or_out_of_range(shop: dict[str, Any], model: Any, field: Any) -> None:
    """NaN, too little and too much, with every fence up, and again with the column's own alone."""
    table, pk = name_of(model), shop[name_of(model)]
    beyond = ["'NaN'", "-0.01"] if field.low == "0" else ["'NaN'"]
    for value in beyond:
        refused(partial(copy, table, pk, **{field.column: value}))
    for value in ("'Infinity'", f"{field.high} + 1", f"-{field.high} - 1"):
        refused(partial(copy, table, pk, **{field.column: value}), DataError)
    own = f"billing_{table}_{field.column}_check"
    stand_alone(table, own)
    for value in beyond:
        diagnosis = refused(partial(copy, table, pk, **{field.column: value}))
        assert diagnosis.constraint_name == own


def stand_alone(table: str, constraint: str) -> None:
    """Take away every other CHECK and every trigger of a table, until the test is rolled back."""
    execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
    execute(
        f"""
        DO $$ DECLARE one record; BEGIN
            FOR one IN SELECT conname FROM pg_constraint WHERE conrelid = 'billing_{table}'::regclass
                        AND contype = 'c' AND conname <> '{constraint}' LOOP
                EXECUTE format('ALTER TABLE billing_{table} DROP CONSTRAINT %I', one.conname);
            END LOOP;
            EXECUTE 'ALTER TABLE billing_{table} DISABLE TRIGGER USER';
        END $$
        """
    )


@pytest.mark.parametrize(("model", "key"), KEYS, ids=lambda one: getattr(one, "name", None) or name_of(one))
def test_no_row_ties_two_stores(shop: dict[str, Any], other_store: Store, model: Any, key: StoreKey) -> None:
    table, field = name_of(model), model._meta.get_field(key.field)
    theirs = field.related_model._default_manager.filter(store=other_store).order_by("pk").last().pk
    change = {field.column: f"'{theirs}'"}
    if (
        field.related_model in (Bill, Return, CreditNote) or key.name == "billing_cartreturn_cart_store_key"
    ):  # a part of what stands is refused before; so: of none at all
        change = cases_put_right.another_key(table, field.column) | {field.column: f"'{uuid4()}'"}
    elif table == "stockmovement" and field.related_model is BillLine:
        change |= {"reason": "'sold'", "quantity": "-1"}
    elif field.related_model is ReturnLine:
        change |= {"reason": "'returned'", "bill_line_id": f"'{shop['billline']}'"}
    elif model is StockShortage and field.related_model is BillLine:  # one that is short already is refused before
        change[field.column] = f"'{BillLine.objects.filter(store=other_store, shortage=None).first().pk}'"
    elif more := cases_put_right.another_key(table, field.column):
        nothing = {"uuid": f"'{uuid4()}'", "bigint": "0"}[columns(table)[field.column]]
        change = more | {field.column: nothing}
    elif table == "moneyback" and field.name != "till_session":
        change |= {"way": {"reduction": "'debt'", "deduction": "'restored'", "advance": "'advance'"}[field.name]}
    elif model is RecordBill:
        change |= {"appointment_id": "NULL"} if field.name == "booking" else {}
    elif table == "payment" and field.name in ("deduction", "debt"):
        change |= {"method": "'advance'" if field.name == "deduction" else "'credit'", "tendered": "NULL"}
    elif field.name == "imported_from":
        change |= {"sequence": "NULL", "total_cost": "0"}
        execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
        execute(f"ALTER TABLE billing_{table} DISABLE TRIGGER USER")  # it is not the bill's own cost
    elif table == "olddebtpayment" and field.name == "payment":  # it is another one's already, says the index before
        execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
        execute("ALTER TABLE billing_olddebtpayment DROP CONSTRAINT billing_olddebtpayment_payment_id_key")
    elif table == "payment" and field.name == "old_debt":
        change |= {"method": "'credit'", "tendered": "NULL"}
        execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
        execute("ALTER TABLE billing_payment DROP CONSTRAINT billing_payment_old_debt_id_key")
    elif field.name in ("debt_payment", "kept_advance"):  # the trigger and the index would speak first
        execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
        execute(
            "ALTER TABLE billing_bill DISABLE TRIGGER USER; DROP INDEX bill_debt_payment_once, bill_kept_advance_once"
        )
    if model is Return:  # its lines are of its bill, says a trigger before
        execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
        execute("ALTER TABLE billing_return DISABLE TRIGGER USER")
    diagnosis = refused(lambda: copy(table, shop[table], **change), constraints=key.name)
    assert diagnosis.constraint_name == key.name


@pytest.mark.parametrize("part", ["billline", "payment"])
def test_a_line_or_payment_of_one_store_on_a_bill_of_another(
    shop: dict[str, Any], other_store: Store, part: str
) -> None:
    new = f"'{uuid4()}'"
    theirs = Bill.objects.of(other_store).get(cart__isnull=False).pk

    def act() -> None:
        for one in ("billline", "payment"):
            pk, of = (shop[one], "id") if one == part else (theirs, "bill_id")
            copy(one, pk, of=of, bill_id=new)
        change = {"id": new, "number": "'X'", "sequence": "900", "cart_id": "NULL"}
        names = {name: f'"{name}"' for name in columns("bill")} | change
        execute(
            f"INSERT INTO billing_bill ({', '.join(names)}) SELECT {', '.join(names.values())}"
            " FROM billing_bill WHERE id = %s",
            [theirs],
        )

    assert refused(act).constraint_name == f"billing_{part}_bill_store_key"


@pytest.mark.django_db(transaction=True)
def test_a_bill_of_one_store_with_a_customer_of_another_fails_at_commit(
    shop: dict[str, Any], other_store: Store
) -> None:
    theirs = Bill.objects.of(other_store).filter(customer__isnull=False).values_list("customer_id", flat=True)[0]
    before = Bill.objects.count()
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        copy("bill", shop["bill"], customer_id=str(theirs))
        assert Bill.objects.count() == before + 1
    assert "billing_bill_customer_store_key" in str(refusal.value)
    assert Bill.objects.count() == before


def test_every_row_is_of_a_store_and_a_person_that_exist(shop: dict[str, Any]) -> None:
    """Keys to what no store owns."""
    for model in OWNED:
        tied = {key.field for one, key in KEYS if one is model}
        for field in model._meta.concrete_fields:
            if isinstance(field, models.ForeignKey) and field.name not in tied:
                is_word = field.name == "allowed_by" and "allowed_why" in columns(name_of(model))
                why = {"allowed_why": "'x'"} if is_word else {}
                act = partial(copy, name_of(model), shop[name_of(model)], **{field.column: "0"}, **why)
                assert "foreign key" in refused(act).message_primary, field


DIFFERENT = {
    "uuid": "gen_random_uuid()",
    "character varying": "'~'",
    "timestamp with time zone": "coalesce({}, now()) + interval '1 day'",
    "date": "coalesce({}, current_date) + 1",
    "boolean": "NOT {}",
}


@pytest.mark.parametrize("model", LEDGERS, ids=name_of)
def test_what_happened_is_not_edited(shop: dict[str, Any], model: Any) -> None:
    """read_only: every column but the running ones, one by one."""
    table = name_of(model)
    may_change = MAY_CHANGE.get(model, set())
    for column, kind in columns(table).items():
        value = DIFFERENT.get(kind, "coalesce({}, 0) + 1").format(f'"{column}"')
        sql = f'UPDATE billing_{table} SET "{column}" = {value} WHERE id = %s'
        if column not in may_change:
            diagnosis = refused(partial(execute, sql, [shop[table]]), ProgrammingError)
            assert "Cannot update rows" in diagnosis.message_primary, column
    for column in may_change:
        execute(f'UPDATE billing_{table} SET "{column}" = "{column}" WHERE id = %s', [shop[table]])


def test_what_remains_never_goes_below_zero(shop: dict[str, Any]) -> None:
    diagnosis = refused(lambda: execute("UPDATE billing_batch SET remaining = -0.001"))
    assert diagnosis.constraint_name == "billing_batch_remaining_check"
    diagnosis = refused(lambda: execute("UPDATE billing_product SET current_stock = current_stock - 1000"))
    assert diagnosis.constraint_name == "stock_below_zero_only_by_what_is_short"


@pytest.mark.parametrize("model", LEDGERS, ids=name_of)
def test_what_happened_is_not_deleted(shop: dict[str, Any], model: Any) -> None:
    """never_deleted and never_emptied."""
    table = name_of(model)
    diagnosis = refused(lambda: execute(f"DELETE FROM billing_{table} WHERE id = %s", [shop[table]]), ProgrammingError)
    assert "Cannot delete rows" in diagnosis.message_primary
    execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
    diagnosis = refused(lambda: execute(f"TRUNCATE billing_{table} CASCADE"), ProgrammingError)
    assert "are never deleted" in diagnosis.message_primary


class TestBillAddsUp:
    """adds_up and bill_is_closed: a bill is written last, agrees with its parts, and takes no more of them."""

    def insert(self, pk: Any, *, line: dict | None = None, payment: dict | None = None, **changes: str) -> Any:
        def act() -> None:
            new = f"'{uuid4()}'"
            if line is not None:
                copy("billline", pk, of="bill_id", bill_id=new, **line)
            if payment is not None:
                copy("payment", pk, of="bill_id", bill_id=new, **payment)
            names = {name: f'"{name}"' for name in columns("bill")} | FRESH["bill"] | {"id": new} | changes
            execute(
                f"INSERT INTO billing_bill ({', '.join(names)}) SELECT {', '.join(names.values())}"
                " FROM billing_bill WHERE id = %s",
                [pk],
            )

        return refused(act)

    @pytest.mark.parametrize(
        "wrong",
        [
            {"line": None},
            {"payment": None},
            {"payment": {"amount": "amount - 0.01"}},
            {"payment": {"amount": "amount + 0.01"}},
            {"line": {"subtotal": "subtotal + 1", "total": "total + 1"}},
            {"line": {"subtotal": "subtotal + 1", "discount": "1"}},
            {"line": {"subtotal": "subtotal + 1", "rounding": "-1"}},
            {"line": {"cost": "cost + 0.01"}},
            {"total_cost": "total_cost - 0.01"},
            {"subtotal": "subtotal + 1", "discount": "1"},
            {"subtotal": "subtotal + 1", "rounding": "-1"},
            {"subtotal": "subtotal + 1", "total": "total + 1"},
        ],
        ids=str,
    )
    def test_or_is_refused(self, shop: dict[str, Any], wrong: dict[str, Any]) -> None:
        diagnosis = self.insert(shop["bill"], **{"line": {}, "payment": {}, **wrong})
        assert diagnosis.constraint_name == "bill_adds_up"

    def test_and_keeps_what_is_above_for_its_own_customer(self, shop: dict[str, Any], store: Store) -> None:
        other = Customer.objects.find_or_create(store=store, phone="9876500000").customer
        theirs = f"'{paid_ahead(other, 50).pk}'"
        diagnosis = self.insert(shop["bill"], line={}, payment={}, kept_advance_id=theirs)
        assert diagnosis.constraint_name == "bill_keeps_for_its_customer"

    @pytest.mark.parametrize("part", ["billline", "payment"])
    def test_and_takes_nothing_more(self, shop: dict[str, Any], part: str) -> None:
        own = {"bill_id": "bill_id"} | ({"position": "position + 1"} if part == "billline" else {})
        assert refused(lambda: copy(part, shop[part], **own)).constraint_name == "bill_is_closed"


class TestReturnAddsUp:
    """adds_up and header_is_closed: the same for a return, and a void takes the whole bill."""

    def insert(self, pk: Any, *, line: dict | None = None, money: dict | None = None, **changes: str) -> Any:
        def act() -> None:
            new = f"'{uuid4()}'"
            if line is not None:
                copy("returnline", pk, of="goods_return_id", goods_return_id=new, **line)
            if money is not None:
                copy("moneyback", pk, of="goods_return_id", goods_return_id=new, **money)
            names = {name: f'"{name}"' for name in columns("return")} | FRESH["return"] | {"id": new} | changes
            execute(
                f"INSERT INTO billing_return ({', '.join(names)}) SELECT {', '.join(names.values())}"
                " FROM billing_return WHERE id = %s",
                [pk],
            )

        return refused(act)

    @pytest.mark.parametrize(
        "wrong",
        [
            {"line": None},
            {"money": None},
            {"money": {"amount": "amount - 0.01"}},
            {"line": {"total": "total + 0.01"}},
            {"line": {"cost": "cost + 0.01"}},
            {"total": "total + 0.01"},
            {"total_cost": "total_cost - 0.01"},
            {"line": {"bill_line_id": "(SELECT id FROM billing_billline ORDER BY id LIMIT 1)"}},
        ],
        ids=str,
    )
    def test_or_is_refused(self, shop: dict[str, Any], wrong: dict[str, Any]) -> None:
        diagnosis = self.insert(shop["return"], **{"line": {}, "money": {}, **wrong})
        assert diagnosis.constraint_name == "return_adds_up"

    def test_a_void_takes_the_whole_bill(self, shop: dict[str, Any]) -> None:
        diagnosis = self.insert(shop["return"], line={}, money={}, is_void="true")
        assert diagnosis.constraint_name == "void_takes_the_whole_bill"

    @pytest.mark.parametrize("part", ["returnline", "moneyback"])
    def test_and_takes_nothing_more(self, shop: dict[str, Any], part: str) -> None:
        own = {"goods_return_id": "goods_return_id"}
        if part == "returnline":
            own["bill_line_id"] = f"'{shop['billline']}'"
        assert refused(lambda: copy(part, shop[part], **own)).constraint_name == f"billing_{part}_is_closed"


class TestCreditNoteAddsUp:
    """adds_up and header_is_closed: the same for a credit note, whose instruments are its customer's."""

    @pytest.mark.parametrize("changes", [{"total": "total + 1"}, {"total_cost": "total_cost + 1"}], ids=str)
    def test_or_is_refused(self, shop: dict[str, Any], changes: dict[str, str]) -> None:
        diagnosis = refused(lambda: copy("creditnote", shop["creditnote"], **changes))
        assert diagnosis.constraint_name == "credit_note_adds_up"

    @pytest.mark.parametrize("part", ["creditnoteline", "creditnotemoney"])
    def test_or_has_no_parts(self, shop: dict[str, Any], part: str) -> None:
        def act() -> None:
            new = f"'{uuid4()}'"
            copy(part, shop["creditnote"], of="note_id", note_id=new)
            names = {name: f'"{name}"' for name in columns("creditnote")} | FRESH["creditnote"] | {"id": new}
            execute(
                f"INSERT INTO billing_creditnote ({', '.join(names)}) SELECT {', '.join(names.values())}"
                " FROM billing_creditnote WHERE id = %s",
                [shop["creditnote"]],
            )

        assert refused(act).constraint_name == "credit_note_adds_up"

    def test_and_goes_to_its_own_customer(self, shop: dict[str, Any], store: Store) -> None:
        other = Customer.objects.find_or_create(store=store, phone="9876500000").customer
        theirs = {"way": "'advance'", "advance_id": f"'{paid_ahead(other, 50).pk}'"}

        def act() -> None:
            new = f"'{uuid4()}'"
            copy("creditnoteline", shop["creditnote"], of="note_id", note_id=new)
            copy("creditnotemoney", shop["creditnote"], of="note_id", note_id=new, **theirs)
            names = {name: f'"{name}"' for name in columns("creditnote")} | FRESH["creditnote"] | {"id": new}
            execute(
                f"INSERT INTO billing_creditnote ({', '.join(names)}) SELECT {', '.join(names.values())}"
                " FROM billing_creditnote WHERE id = %s",
                [shop["creditnote"]],
            )

        assert refused(act).constraint_name == "credit_note_goes_to_its_customer"

    @pytest.mark.parametrize("part", ["creditnoteline", "creditnotemoney"])
    def test_and_takes_nothing_more(self, shop: dict[str, Any], part: str) -> None:
        own = {"note_id": "note_id"} | ({"position": "position + 1"} if part == "creditnoteline" else {})
        assert refused(lambda: copy(part, shop[part], **own)).constraint_name == f"billing_{part}_is_closed"


class TestHistory:
    """insert_insert, update_update, delete_delete: a trace of every change, also of one by SQL."""

    def test_of_a_price(self, shop: dict[str, Any]) -> None:
        execute("UPDATE billing_product SET selling_price = 77 WHERE id = %s", [shop["product"]])
        assert ProductChange.objects.filter(pgh_obj=shop["product"], selling_price=77).count() == 1
        execute("UPDATE billing_batch SET selling_price = 78 WHERE id = %s", [shop["batch"]])
        assert BatchChange.objects.filter(pgh_obj=shop["batch"], selling_price=78).count() == 1

    def test_not_of_running_amounts(self, shop: dict[str, Any]) -> None:
        before = ProductChange.objects.count(), BatchChange.objects.count()
        execute("UPDATE billing_product SET current_stock = current_stock + 1")
        execute("UPDATE billing_batch SET remaining = remaining - 1 WHERE remaining > 1")
        assert (ProductChange.objects.count(), BatchChange.objects.count()) == before

    def test_of_a_product_that_comes_and_goes(self, store: Store) -> None:
        product = Product.objects.create(store=store, name="Comb")
        pk = product.pk
        execute("DELETE FROM billing_product WHERE id = %s", [pk])
        labels = ProductChange.objects.filter(pgh_obj_id=pk).order_by("pgh_id").values_list("pgh_label", flat=True)
        assert list(labels) == ["insert", "delete"]


def test_every_constraint_and_trigger_has_a_case_here() -> None:
    cases = {constraint for _, constraint, _ in REFUSED} - {"barcode_once_in_the_store"}  # a trigger's
    cases |= {f"billing_{name_of(model)}_{field.column}_check" for model, field in NUMBERS}
    cases |= {key.name for _, key in KEYS}
    # (store, id): there to be pointed at by composite keys; `id` alone is unique already.
    cases |= {f"billing_{name_of(model)}_of_store" for model in OWNED}
    declared = {constraint.name for model in OWNED for constraint in model._meta.constraints}
    assert declared <= cases
    assert standing_in_database() == cases

    triggers = {(model, trigger.name) for model in OWNED for trigger in getattr(model._meta, "triggers", [])}
    fences = {(model, name) for model in LEDGERS for name in ("read_only", "never_deleted", "never_emptied")}
    fences |= {(Bill, "adds_up"), (BillLine, "bill_is_closed"), (Payment, "bill_is_closed")}
    fences |= {(Bill, "moved_by_merge")} | {(model, "blanked_by_erasure") for model in (Bill, BillLine, Return)}
    fences |= {(OldDebt, "assigned_once"), (OldDebtPayment, "assigned_once"), (OldDebt, "blanked_by_erasure")}
    fences |= {(CreditNote, "corrected")}
    fences |= {(Return, "adds_up"), (ReturnLine, "header_is_closed"), (MoneyBack, "header_is_closed")}
    fences |= {(Bill, "corrected"), (Payment, "corrected"), (CreditNote, "adds_up"), (CreditNote, "moved_by_merge")}
    fences |= {(CreditNoteLine, "header_is_closed"), (CreditNoteMoney, "header_is_closed")}
    fences |= {(model, "blanked_by_erasure") for model in (CreditNote, BillMove, MethodChange, Reassignment)}
    fences |= {(model, "into_an_open_till") for model in (Payment, MoneyBack, CreditNoteMoney, MethodChange)}
    history = {(model, name) for model in (Product, Batch) for name in ("insert_insert", "update_update")}
    history |= {(Product, "delete_delete"), (Batch, "delete_delete")}  # a batch is never deleted in the first place
    history |= {(ProductBarcode, name) for name in ("insert_insert", "update_update", "delete_delete")}
    fences |= {(Product, "barcode_once_in_the_store"), (ProductBarcode, "barcode_once_in_the_store")}
    assert triggers == fences | history


def standing_in_database() -> set[str]:
    """Names of what the database holds: CHECK, UNIQUE, composite keys and unique indexes of the billing tables."""
    tables = [model._meta.db_table for model in OWNED]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT conname FROM pg_constraint
             WHERE conrelid::regclass::text = ANY(%(tables)s)
               AND (contype IN ('c', 'u') OR contype = 'f' AND cardinality(conkey) = 2)
            UNION
            SELECT indexrelid::regclass::text FROM pg_index
             WHERE indrelid::regclass::text = ANY(%(tables)s) AND indisunique AND NOT indisprimary
            """,
            {"tables": tables},
        )
        return {row[0] for row in cursor.fetchall()}
