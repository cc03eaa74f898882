"""Opening balances for the test of check_books: as it came, of a merged record, undone; and how each is broken."""

from typing import Any

from django.utils import timezone

from debts.models import OpeningBalance
from debts.openings.undoing import undo_opening
from debts.tests.factories import brought
from viveka.merge.merging import merge_customers
from viveka.stores.models import Store, User


def bring_along(store: Store, by: User) -> dict[str, Any]:
    """The ids of the openings by name, with the debts and advances that they became."""
    brought(store, "Old One,99111 22233,500,,40", "Other Name,99111 22244,60,,", "Misread,99111 22255,7,,8", by=by)
    by_name = {opening.customer.name: opening for opening in OpeningBalance.objects.of(store)}
    one, other, misread = (by_name[name] for name in ("Old One", "Other Name", "Misread"))
    merge_customers(store=store, survivor_id=one.customer_id, loser_id=other.customer_id, by=by, now=timezone.now())
    undo_opening(store=store, pk=misread.pk, reason="Misread", by=by, now=timezone.now())
    made: dict[str, Any] = {"opening": one.pk, "other_opening": other.pk, "misread": misread.pk}
    made |= {"opening_debt": one.debt_id, "opening_advance": one.advance_id, "other_opening_debt": other.debt_id}
    return made | {"misread_debt": misread.debt_id, "misread_advance": misread.advance_id}


# (rule, whose id it reports, what breaks it). "table: change" is an UPDATE of the row that is reported.
BREAKS = [
    ("opening_is_its_customers", "opening", "openingbalance: customer_id = %(asha)s"),
    ("opening_is_its_customers", "opening", "UPDATE debts_debt SET at = now() WHERE id = %(opening_debt)s"),
    (
        "opening_is_its_customers",
        "other_opening",
        "UPDATE debts_debt SET customer_id = %(asha)s WHERE id = %(other_opening_debt)s",
    ),
    ("opening_is_its_customers", "other_opening", "openingbalance: debt_id = NULL"),
    (
        "opening_brought_no_money_and_is_of_no_bill",
        "opening",
        "UPDATE advances_advancepayment SET mode = 'cash' WHERE id = %(opening_advance)s",
    ),
    (
        "opening_brought_no_money_and_is_of_no_bill",
        "other_opening",
        "UPDATE billing_payment SET debt_id = %(other_opening_debt)s WHERE id = %(credit_payment)s",
    ),
    (
        "opening_once_per_customer",
        "other_opening",
        "UPDATE debts_openingbalance SET customer_id = (SELECT customer_id FROM debts_openingbalance"
        " WHERE id = %(opening)s) WHERE id = %(other_opening)s",
    ),
    (
        "opening_once_per_customer",
        "other_opening",
        "UPDATE debts_openingbalance SET row_key = (SELECT row_key FROM debts_openingbalance"
        " WHERE id = %(opening)s) WHERE id = %(other_opening)s",
    ),
    ("opening_undone_is_taken_out", "opening", "openingbalance: is_undone = true"),
    ("opening_undone_is_taken_out", "misread", "openingbalance: is_undone = false"),
    (
        "opening_undone_is_taken_out",
        "misread",
        "UPDATE debts_debtreduction SET cause = 'write_off' WHERE debt_id = %(misread_debt)s",
    ),
    (
        "opening_undone_is_taken_out",
        "misread",
        "UPDATE advances_walletentry SET cause = 'refund' WHERE advance_id = %(misread_advance)s AND change < 0",
    ),
]
