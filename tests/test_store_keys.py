"""What PostgreSQL's own catalogue says: no row can tie two stores together, no number can be NaN, nothing that happened
can be edited."""

import pytest
from django.apps import apps
from django.db import connection, models
from pghistory.models import Event

from viveka.stores.fields import StoreForeignKey
from viveka.stores.models import StoreOwned

pytestmark = pytest.mark.django_db

OURS = [model for model in apps.get_models() if model.__module__.split(".")[0] in
        {"viveka", "customers", "advances", "debts", "billing"}]  # fmt: skip
OWNED = [model for model in OURS if issubclass(model, StoreOwned)]
# What happened stays. `True` where some running column may change.
LEDGERS = {
    "advances_advancepayment": True,
    "advances_deduction": False,
    "advances_utilization": True,
    "advances_walletentry": False,
    "debts_allocation": False,
    "debts_debt": True,
    "debts_debtpayment": False,
    "debts_debtreduction": False,
    "debts_openingbalance": True,
    "debts_openingundo": False,
    "debts_paymentpromise": False,
    "debts_paymentreversal": False,
    "debts_reminder": False,
    "billing_batch": True,
    "billing_shortagesettlement": False,
    "billing_stockadjustment": False,
    "billing_stockshortage": True,
    "billing_bill": False,
    "billing_billline": True,
    "billing_billmove": False,
    "billing_creditnote": False,
    "billing_creditnoteline": False,
    "billing_creditnotemoney": False,
    "billing_methodchange": False,
    "billing_booksrun": True,
    "billing_booksrunline": False,
    "billing_oldbooks": False,
    "billing_olddebt": True,
    "billing_olddebtpayment": True,
    "billing_moneyback": False,
    "billing_reassignment": False,
    "billing_receiptprint": False,
    "billing_return": False,
    "billing_returnline": False,
    "billing_payment": False,
    "billing_recordbill": True,
    "billing_stockmovement": False,
    "customers_merge": False,
    "customers_mergeundo": False,
    "customers_recordevent": False,
    "stores_pintry": False,
    "stores_tillcount": False,
    "stores_tillentry": False,
    "stores_tillsession": True,
}


def query(sql, *values):
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()


def foreign_keys(table):
    """(columns, table pointed at, columns pointed at, deferred) of each foreign key of a table."""
    rows = query(
        """
        SELECT ARRAY(SELECT attname::text FROM unnest(conkey) WITH ORDINALITY AS place (number, n)
                       JOIN pg_attribute ON attrelid = conrelid AND attnum = number ORDER BY n),
               confrelid::regclass::text,
               ARRAY(SELECT attname::text FROM unnest(confkey) WITH ORDINALITY AS place (number, n)
                       JOIN pg_attribute ON attrelid = confrelid AND attnum = number ORDER BY n),
               condeferred AND convalidated
          FROM pg_constraint WHERE contype = 'f' AND conrelid = %s::regclass
        """,
        table,
    )
    return {(tuple(columns), target, tuple(targets), deferred) for columns, target, targets, deferred in rows}


def keys_to_owned(model):
    return [
        field
        for field in model._meta.fields
        if isinstance(field, models.ForeignKey) and issubclass(field.related_model, StoreOwned)
    ]


def test_there_is_something_to_look_at():
    assert len(OWNED) >= 9
    assert sum(len(keys_to_owned(model)) for model in OWNED) >= 12


@pytest.mark.parametrize("model", OWNED, ids=lambda model: model._meta.db_table)
def test_every_row_has_its_store(model):
    assert not model._meta.get_field("store").null
    table = model._meta.db_table
    assert (("store_id",), "stores_store", ("id",), True) in foreign_keys(table)
    columns = query(
        "SELECT is_nullable FROM information_schema.columns WHERE table_name = %s AND column_name = 'store_id'", table
    )
    assert columns == [("NO",)]


@pytest.mark.parametrize("model", OWNED, ids=lambda model: model._meta.db_table)
def test_every_key_to_a_store_owned_row_carries_the_store(model):
    kept = foreign_keys(model._meta.db_table)
    for field in keys_to_owned(model):
        target = field.related_model._meta
        composite = (("store_id", field.column), target.db_table, ("store_id", target.pk.column), True)
        single = ((field.column,), target.db_table, (target.pk.column,), True)
        assert composite in kept, f"{field} lacks StoreKey({field.name!r})"
        assert single not in kept, f"{field} should be a StoreForeignKey: its own key is not needed"


@pytest.mark.parametrize(
    "model", [model for model in OURS if model not in OWNED], ids=lambda model: model._meta.db_table
)
def test_no_row_without_a_store_of_its_own_points_into_a_store(model):
    assert [field for field in keys_to_owned(model) if field.db_constraint] == []


def test_store_foreign_keys_are_used_between_owned_rows_alone():
    for model in OURS:
        for field in model._meta.fields:
            if isinstance(field, StoreForeignKey) and not issubclass(model, Event):  # history holds copies
                assert model in OWNED, field
                assert issubclass(field.related_model, StoreOwned), field


def test_every_numeric_column_has_an_upper_bound():
    tables = [model._meta.db_table for model in OURS]
    columns = query(
        """
        SELECT attrelid::regclass::text, attname::text,
               coalesce((SELECT string_agg(pg_get_constraintdef(pg_constraint.oid), ' ') FROM pg_constraint
                          WHERE contype = 'c' AND conrelid = attrelid AND attnum = ANY (conkey)), '')
          FROM pg_attribute
         WHERE attrelid = ANY (%s::regclass[]) AND attnum > 0 AND NOT attisdropped
           AND atttypid = ANY ('{numeric,real,double precision}'::regtype[])
        """,
        tables,
    )
    assert len(columns) > 15
    unbounded = [f"{table}.{column}" for table, column, checks in columns if f"({column} <= " not in checks]
    assert unbounded == []


def test_no_money_is_kept_as_a_float():
    rows = query(
        "SELECT table_name, column_name FROM information_schema.columns WHERE data_type IN ('real', 'double precision')"
        " AND table_name = ANY (%s)",
        [model._meta.db_table for model in OURS],
    )
    assert rows == []


def triggers(table):
    """The names of a table's own triggers, all of them enabled."""
    rows = query("SELECT tgname, tgenabled FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal", table)
    assert {enabled for _, enabled in rows} <= {"O"}
    return {name.removeprefix("pgtrigger_").rsplit("_", 1)[0] for name, _ in rows}


@pytest.mark.parametrize("table", LEDGERS)
def test_ledgers_refuse_changes_deletions_and_emptying(table):
    assert {"read_only", "never_deleted", "never_emptied"} <= triggers(table)


def test_every_table_with_who_and_when_is_a_ledger():
    """A row that says by whom and at what moment is something that happened."""
    found = {
        model._meta.db_table
        for model in OWNED
        if {"created_at"} <= {field.name for field in model._meta.fields}
        and {"by", "cashier"} & {field.name for field in model._meta.fields}
        and "updated_at" not in {field.name for field in model._meta.fields}
    }
    assert found <= set(LEDGERS)


def test_the_role_of_the_application_is_no_superuser():
    """Triggers and checks hold for it."""
    assert query("SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user") == [(False, False)]
