"""What happened is neither edited nor deleted, and a change of what may change leaves a trace."""

from functools import partial
from typing import Any

import pytest
from django.apps import apps
from django.db import ProgrammingError

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
from billing.tests.constraints.copying import OWNED, columns, execute, name_of, refused, settle
from viveka.stores.models import Store

pytestmark = pytest.mark.django_db
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


@pytest.mark.parametrize("model", LEDGERS, ids=name_of)
def test_what_happened_is_not_deleted(shop: dict[str, Any], model: Any) -> None:
    """never_deleted and never_emptied."""
    table = name_of(model)
    diagnosis = refused(lambda: execute(f"DELETE FROM billing_{table} WHERE id = %s", [shop[table]]), ProgrammingError)
    assert "Cannot delete rows" in diagnosis.message_primary
    settle()
    diagnosis = refused(lambda: execute(f"TRUNCATE billing_{table} CASCADE"), ProgrammingError)
    assert "are never deleted" in diagnosis.message_primary


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


def test_every_trigger_has_a_case() -> None:
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
