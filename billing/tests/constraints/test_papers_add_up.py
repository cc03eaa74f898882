"""A bill, a return, a credit note is written last: it agrees with its parts, and takes no more of them."""

from functools import partial
from typing import Any

import pytest

from advances.tests.factories import paid_ahead
from billing.tests.constraints.copying import PARTS, copy, refused
from customers.models import Customer
from viveka.stores.models import Store

pytestmark = pytest.mark.django_db

# (what is other in the parts, and in the paper itself); None: there are no such parts
WRONG_BILLS: list[tuple[dict[str, dict[str, str] | None], dict[str, str]]] = [
    ({"billline": None}, {}),
    ({"payment": None}, {}),
    ({"payment": {"amount": "amount - 0.01"}}, {}),
    ({"payment": {"amount": "amount + 0.01"}}, {}),
    ({"billline": {"subtotal": "subtotal + 1", "total": "total + 1"}}, {}),
    ({"billline": {"subtotal": "subtotal + 1", "discount": "1"}}, {}),
    ({"billline": {"subtotal": "subtotal + 1", "rounding": "-1"}}, {}),
    ({"billline": {"cost": "cost + 0.01"}}, {}),
    ({}, {"total_cost": "total_cost - 0.01"}),
    ({}, {"subtotal": "subtotal + 1", "discount": "1"}),
    ({}, {"subtotal": "subtotal + 1", "rounding": "-1"}),
    ({}, {"subtotal": "subtotal + 1", "total": "total + 1"}),
]
WRONG_RETURNS: list[tuple[dict[str, dict[str, str] | None], dict[str, str]]] = [
    ({"returnline": None}, {}),
    ({"moneyback": None}, {}),
    ({"moneyback": {"amount": "amount - 0.01"}}, {}),
    ({"returnline": {"total": "total + 0.01"}}, {}),
    ({"returnline": {"cost": "cost + 0.01"}}, {}),
    ({"returnline": {"bill_line_id": "(SELECT id FROM billing_billline ORDER BY id LIMIT 1)"}}, {}),
    ({}, {"total": "total + 0.01"}),
    ({}, {"total_cost": "total_cost - 0.01"}),
]
WRONG_NOTES: list[tuple[dict[str, dict[str, str] | None], dict[str, str]]] = [
    ({"creditnoteline": None}, {}),
    ({"creditnotemoney": None}, {}),
    ({}, {"total": "total + 1"}),
    ({}, {"total_cost": "total_cost + 1"}),
]
WRONG = [
    (paper, rule, *wrong)
    for paper, rule, cases in [
        ("bill", "bill_adds_up", WRONG_BILLS),
        ("return", "return_adds_up", WRONG_RETURNS),
        ("creditnote", "credit_note_adds_up", WRONG_NOTES),
    ]
    for wrong in cases
]


@pytest.mark.parametrize(("paper", "rule", "parts", "changes"), WRONG, ids=str)
def test_it_adds_up(
    shop: dict[str, Any], paper: str, rule: str, parts: dict[str, Any], changes: dict[str, str]
) -> None:
    assert refused(partial(copy, paper, shop[paper], parts=parts, **changes)).constraint_name == rule


@pytest.mark.parametrize("part", [part for _, parts in PARTS.values() for part in parts])
def test_and_takes_nothing_more(shop: dict[str, Any], part: str) -> None:
    """Not even a good part: it is of its own place, and of another line of the bill."""
    header = next(header for header, parts in PARTS.values() if part in parts)
    own = {
        "billline": {"position": "position + 1"},
        "creditnoteline": {"position": "position + 1"},
        "returnline": {"bill_line_id": f"'{shop['billline']}'"},
    }.get(part, {})
    rule = "bill_is_closed" if header == "bill_id" else f"billing_{part}_is_closed"
    assert refused(partial(copy, part, shop[part], **{header: header}, **own)).constraint_name == rule


def test_a_void_takes_the_whole_bill(shop: dict[str, Any]) -> None:
    diagnosis = refused(partial(copy, "return", shop["return"], is_void="true"))
    assert diagnosis.constraint_name == "void_takes_the_whole_bill"


def test_what_it_keeps_or_gives_is_its_own_customers(shop: dict[str, Any], store: Store) -> None:
    other = Customer.objects.find_or_create(store=store, phone="9876500000").customer
    theirs = f"'{paid_ahead(other, 50).pk}'"
    diagnosis = refused(partial(copy, "bill", shop["bill"], kept_advance_id=theirs))
    assert diagnosis.constraint_name == "bill_keeps_for_its_customer"
    given = {"creditnotemoney": {"way": "'advance'", "advance_id": theirs}}
    diagnosis = refused(partial(copy, "creditnote", shop["creditnote"], parts=given))
    assert diagnosis.constraint_name == "credit_note_goes_to_its_customer"
