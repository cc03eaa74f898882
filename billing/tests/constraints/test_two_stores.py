"""No row ties two stores together."""

from typing import Any
from uuid import uuid4

import pytest

from billing.models import Bill, BillLine, CreditNote, RecordBill, Return, ReturnLine, StockShortage
from billing.tests.constraints.cases_put_right import BY_EXCHANGE, NEW, NONE
from billing.tests.constraints.copying import columns, copy, execute, name_of, refused, settle
from billing.tests.constraints.test_refused import KEYS
from viveka.stores.constraints import StoreKey
from viveka.stores.models import Store

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("model", "key"), KEYS, ids=lambda one: getattr(one, "name", None) or name_of(one))
def test_no_row_ties_two_stores(shop: dict[str, Any], other_store: Store, model: Any, key: StoreKey) -> None:
    table, field = name_of(model), model._meta.get_field(key.field)
    theirs = field.related_model._default_manager.filter(store=other_store).order_by("pk").last().pk
    change = {field.column: f"'{theirs}'"}
    if (
        field.related_model in (Bill, Return, CreditNote) or key.name == "billing_cartreturn_cart_store_key"
    ):  # a part of what stands is refused before; so: of none at all
        change = another_key(table, field.column) | {field.column: f"'{uuid4()}'"}
    elif table == "stockmovement" and field.related_model is BillLine:
        change |= {"reason": "'sold'", "quantity": "-1"}
    elif field.related_model is ReturnLine:
        change |= {"reason": "'returned'", "bill_line_id": f"'{shop['billline']}'"}
    elif model is StockShortage and field.related_model is BillLine:  # one that is short already is refused before
        change[field.column] = f"'{BillLine.objects.filter(store=other_store, shortage=None).first().pk}'"
    elif more := another_key(table, field.column):
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
        settle()
        execute(f"ALTER TABLE billing_{table} DISABLE TRIGGER USER")  # it is not the bill's own cost
    elif table == "olddebtpayment" and field.name == "payment":  # it is another one's already, says the index before
        settle()
        execute("ALTER TABLE billing_olddebtpayment DROP CONSTRAINT billing_olddebtpayment_payment_id_key")
    elif table == "payment" and field.name == "old_debt":
        change |= {"method": "'credit'", "tendered": "NULL"}
        settle()
        execute("ALTER TABLE billing_payment DROP CONSTRAINT billing_payment_old_debt_id_key")
    elif field.name in ("debt_payment", "kept_advance"):  # the trigger and the index would speak first
        settle()
        execute(
            "ALTER TABLE billing_bill DISABLE TRIGGER USER; DROP INDEX bill_debt_payment_once, bill_kept_advance_once"
        )
    if model is Return:  # its lines are of its bill, says a trigger before
        settle()
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
        copy(part, shop[part], bill_id=new)
        copy("bill", theirs, id=new, parts={part: None})

    assert refused(act).constraint_name == f"billing_{part}_bill_store_key"


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
