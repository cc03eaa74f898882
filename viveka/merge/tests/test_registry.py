"""Nothing is forgotten: every key to a customer is registered, every text column is on a list."""

import pgtrigger
import pytest
from django.apps import apps
from django.db import connection

from customers.models import Customer
from viveka.merge.erasing import COPIES
from viveka.merge.personal import NOT_PERSONAL, PERSONAL
from viveka.merge.registry import MOVES, STAYS
from viveka.stores.constraints import StoreKey

TEXT_COLUMNS = """
SELECT table_name, column_name FROM information_schema.columns
 WHERE table_schema = 'public' AND (
       data_type IN ('text', 'character varying', 'character', 'json', 'jsonb', 'tsvector', 'bytea', 'inet', 'xml',
                     'ARRAY', 'USER-DEFINED'))
"""


def keys_to_customers():
    for model in apps.get_models():
        for constraint in model._meta.constraints:
            if not isinstance(constraint, StoreKey):
                continue
            if model._meta.get_field(constraint.field).related_model is Customer:
                yield model, constraint.field


def triggers_of(model):
    return {trigger.name for owner, trigger in pgtrigger.registered() if owner is model}


def test_every_key_to_a_customer_moves_or_stays():
    moving = {(move.model, move.field) for move in MOVES}
    assert not moving & STAYS
    assert set(keys_to_customers()) == moving | STAYS


def test_every_moving_key_of_an_append_only_table_may_pass():
    for move in MOVES:
        names = triggers_of(move.model)
        assert "read_only" not in names or "moved_by_merge" in names, move.name


def test_every_copy_of_an_append_only_table_may_be_emptied():
    for copy in COPIES:
        names = triggers_of(copy.model)
        assert "read_only" not in names or "blanked_by_erasure" in names, copy.model


@pytest.mark.django_db
def test_every_text_column_is_personal_or_not():
    with connection.cursor() as cursor:
        cursor.execute(TEXT_COLUMNS)
        there = set(cursor.fetchall())
    personal = {(table, column) for table, columns in PERSONAL.items() for column in columns}
    others = {(table, column) for table, columns in NOT_PERSONAL.items() for column in columns}
    assert not personal & others
    assert sorted(there - personal - others) == [], "say in viveka/merge/personal.py whether this is personal"
    assert sorted((personal | others) - there) == [], "this column is no longer there"
