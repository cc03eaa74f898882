"""Every CHECK, UNIQUE and bound of a number, and that a case is here for each of them."""

from functools import partial
from typing import Any

import pytest
from django.db import DataError, connection, models

from billing.tests.constraints import cases_goods, cases_old_books, cases_put_right, cases_sales
from billing.tests.constraints.copying import OWNED, columns, copy, execute, name_of, refused, settle
from viveka.stores.constraints import StoreKey
from viveka.stores.fields import BoundedDecimalField

pytestmark = pytest.mark.django_db
REFUSED = cases_sales.REFUSED + cases_goods.REFUSED + cases_put_right.REFUSED + cases_old_books.REFUSED
NUMBERS = [(model, field) for model in OWNED for field in model._meta.fields if isinstance(field, BoundedDecimalField)]
KEYS = [(model, key) for model in OWNED for key in model._meta.constraints if isinstance(key, StoreKey)]


def test_a_good_copy_passes(shop: dict[str, Any]) -> None:
    """Otherwise the cases below would prove nothing."""
    for table in ("bill", "return", "product", "batch", "stockmovement", "cart", "cartline", "recordbill", "creditnote",
                  "productbarcode", "stockadjustment", "stockshortage", "shortagesettlement"):  # fmt: skip
        copy(table, shop[table])
        settle()


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
    settle()
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


def test_every_row_is_of_a_store_and_a_person_that_exist(shop: dict[str, Any]) -> None:
    """Keys to what no store owns."""
    for model in OWNED:
        tied = {key.field for one, key in KEYS if one is model}
        for field in model._meta.concrete_fields:
            if isinstance(field, models.ForeignKey) and field.name not in tied:
                is_word = field.name == "allowed_by" and "allowed_why" in columns(name_of(model))
                why = {"allowed_why": "'x'"} if is_word else {}
                if is_word and "allowed_amount" in columns(name_of(model)):
                    why |= {"allowed_amount": "1", "allowed_quantity": "1"}
                act = partial(copy, name_of(model), shop[name_of(model)], **{field.column: "0"}, **why)
                assert "foreign key" in refused(act).message_primary, field


def test_what_remains_never_goes_below_zero(shop: dict[str, Any]) -> None:
    diagnosis = refused(lambda: execute("UPDATE billing_batch SET remaining = -0.001"))
    assert diagnosis.constraint_name == "billing_batch_remaining_check"
    diagnosis = refused(lambda: execute("UPDATE billing_product SET current_stock = current_stock - 1000"))
    assert diagnosis.constraint_name == "stock_below_zero_only_by_what_is_short"


def test_every_constraint_has_a_case_here() -> None:
    cases = {constraint for _, constraint, _ in REFUSED} - {"barcode_once_in_the_store"}  # a trigger's
    cases |= {f"billing_{name_of(model)}_{field.column}_check" for model, field in NUMBERS}
    cases |= {key.name for _, key in KEYS}
    # (store, id): there to be pointed at by composite keys; `id` alone is unique already.
    cases |= {f"billing_{name_of(model)}_of_store" for model in OWNED}
    declared = {constraint.name for model in OWNED for constraint in model._meta.constraints}
    assert declared <= cases
    assert standing_in_database() == cases


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
