"""Each way of breaking the books is found by its rule, with exactly the id at fault.

The books are broken by SQL of the tables' owner, with triggers and constraints taken away first: nothing less gets in.
"""

from decimal import Decimal as D
from typing import Any

import pytest

from tests.books import (
    credit_books,
    imported_books,
    money_books,
    opening_books,
    record_books,
    return_books,
    sale_books,
    stock_books,
    till_books,
)
from tests.books.breaking import run, wrong
from tests.books.trade import Ids
from viveka.books import bounds, ties
from viveka.books.check import RULES, check_books
from viveka.stores.models import Store

pytestmark = pytest.mark.django_db
BREAKS = [
    *sale_books.BREAKS,
    *money_books.BREAKS,
    *opening_books.BREAKS,
    *imported_books.BREAKS,
    *record_books.BREAKS,
    *return_books.BREAKS,
    *stock_books.BREAKS,
    *till_books.BREAKS,
    *credit_books.BREAKS,
]
APPS = {"customer": "customers", "counter": "stores"}
APPS |= dict.fromkeys(["advancepayment", "deduction", "utilization", "walletentry"], "advances")
APPS |= dict.fromkeys(["tillcount", "tillsession"], "stores")
APPS |= dict.fromkeys(["appointment", "booking", "enquiry"], "advances")
APPS |= dict.fromkeys(["debt", "debtpayment", "allocation", "debtreduction"], "debts")
APPS |= dict.fromkeys(["paymentreversal", "paymentpromise", "openingbalance"], "debts")


def test_every_rule_has_a_way_of_being_broken_here() -> None:
    names = [rule.name for rule in RULES]
    assert len(set(names)) == len(names)
    elsewhere = {rule.name for rule in bounds.RULES + ties.RULES} | {"statement_closes_as_the_next_opens"}
    assert set(names) == {rule for rule, _, _ in BREAKS} | elsewhere


@pytest.mark.parametrize(("rule", "culprit", "what"), BREAKS)
def test_what_breaks_a_rule_is_reported_by_it(unfenced: Ids, rule: str, culprit: str, what: str) -> None:
    if ":" in what:
        table, change = what.split(": ")
        what = f"UPDATE {APPS.get(table, 'billing')}_{table} SET {change} WHERE id = %({culprit})s"
    run(what, unfenced)
    expected = f"none in store {unfenced['store']}" if culprit == "no counter" else unfenced[culprit]
    assert [str(one) for one in wrong(rule)] == [str(expected)]


@pytest.mark.parametrize(
    ("model", "field"),
    [pytest.param(*key, id=f"{key[1]}") for key in ties.foreign_keys() if str(key[1]) != "billing.Payment.money_back"],
)
def test_a_row_that_ties_two_stores_is_reported(
    unfenced: Ids, store: Store, other_store: Store, model: Any, field: Any
) -> None:
    rule = f"{model._meta.model_name}_{field.name}_of_one_store"
    row = model._default_manager.filter(store=store, **{f"{field.name}__isnull": False}).first()
    parent = field.related_model._default_manager.filter(store=other_store).first()
    sql = f'UPDATE "{model._meta.db_table}" SET "{field.column}" = %(parent)s WHERE id = %(row)s'
    run(sql, {"parent": parent.pk, "row": row.pk})
    assert wrong(rule) == [row.pk]
    run(sql, {"parent": None if field.null else parent.pk, "row": row.pk})
    assert wrong(rule) == ([] if field.null else [row.pk])


SET = 'UPDATE "{}" SET "{}" = %(value)s WHERE id = %(row)s'


@pytest.mark.parametrize(("model", "fields"), list(bounds.amounts()))
def test_a_number_that_is_none_is_reported(unfenced: Ids, store: Store, model: Any, fields: Any) -> None:
    """In each of its columns."""
    bounded = f"{model._meta.model_name}_amounts_within_bounds"
    row = model._default_manager.filter(store=store).first()
    for field in fields:
        change = SET.format(model._meta.db_table, field.column)
        run(change, {"value": D("NaN"), "row": row.pk})
        assert wrong(bounded) == [row.pk], field
        run(change, {"value": getattr(row, field.attname), "row": row.pk})
    assert wrong(bounded) == []


def test_no_rule_stumbles_over_a_number_that_is_none(unfenced: Ids, store: Store) -> None:
    for model, fields in bounds.amounts():
        row = model._default_manager.filter(store=store).first()
        for field in fields:
            run(SET.format(model._meta.db_table, field.column), {"value": D("NaN"), "row": row.pk})
    assert len(list(check_books())) == len(RULES)


def test_a_key_to_nothing_is_reported(unfenced: Ids) -> None:
    run("DELETE FROM billing_batch WHERE id = %(batch3)s", unfenced)
    assert len(wrong("stockmovement_batch_of_one_store")) == 1
