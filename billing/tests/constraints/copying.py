"""Good rows copied by plain SQL with one thing wrong, and what the database said to it."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from django.apps import apps
from django.db import IntegrityError, connection, models, transaction

from viveka.stores.models import StoreOwned

OWNED = [model for model in apps.get_app_config("billing").get_models() if issubclass(model, StoreOwned)]

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
    "creditnote": {"number": "'C' || right(number, 6)", "sequence": "sequence + 100"},
    "creditnoteline": {"note_id": "gen_random_uuid()"},
    "creditnotemoney": {"note_id": "gen_random_uuid()"},
    "reassignment": {"advance_id": "gen_random_uuid()", "instead_advance_id": "gen_random_uuid()"},
    "cartreturn": {"cart_id": "gen_random_uuid()"},
}
# What is written before its header, and by which column it names that.
PARTS = {
    "bill": ("bill_id", ("billline", "payment")),
    "return": ("goods_return_id", ("returnline", "moneyback")),
    "creditnote": ("note_id", ("creditnoteline", "creditnotemoney")),
}


def execute(sql: str, parameters: Any = None) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.rowcount


def settle() -> None:
    """Let the deferred constraints speak about what was done so far: a table can be altered afterwards."""
    execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")


def name_of(model: type[models.Model]) -> str:
    return str(model._meta.model_name)


def columns(table: str) -> dict[str, str]:
    """The type of each column that can be written."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_name, data_type FROM information_schema.columns"
            " WHERE table_name = %s AND table_schema = current_schema AND is_generated = 'NEVER'",
            [f"billing_{table}"],
        )
        return dict(cursor.fetchall())


def copy(
    table: str, pk: Any, *, of: str = "id", parts: dict[str, dict[str, str] | None] | None = None, **changes: str
) -> None:
    """INSERT a copy of a row (of all rows whose column `of` is pk), with SQL expressions in place of some columns.

    A bill, a return and a credit note come with a copy of their parts; `parts` says what is other in those of a
    table, None that there are none.
    """
    if table in PARTS:
        header, tables = PARTS[table]
        changes = {"id": f"'{uuid4()}'", **changes}
        for part in tables:
            other = (parts or {}).get(part, {})
            if other is not None:
                copy(part, pk, of=header, **{header: changes["id"], **other})
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


def refused(act: Callable[[], Any], error: type[Exception] = IntegrityError, *, constraints: str = "ALL") -> Any:
    """Do it and let the deferred constraints speak; answers what the database said."""
    with pytest.raises(error) as refusal, transaction.atomic():
        act()
        execute(f"SET CONSTRAINTS {constraints} IMMEDIATE")
    execute("SET CONSTRAINTS ALL DEFERRED")
    assert isinstance(refusal.value.__cause__, psycopg.Error)
    return refusal.value.__cause__.diag
