"""A till for the test of check_books: a day at it, handed over, and each way of breaking it."""

from decimal import Decimal as D
from typing import Any

from django.utils import timezone

from advances.services import refund_advance
from advances.tests.factories import paid_ahead
from billing.services.buyer import Buyer
from billing.services.tender import Tender
from billing.services.till_counts import Counted, close_till
from billing.tests.factories import sell, stocked_product, take_back
from billing.tests.till_factories import opened_till, took_out
from customers.tests.factories import CustomerFactory
from debts.services import reverse_payment
from debts.tests.factories import owes, pays
from viveka.stores.models import Store, TillEntry, TillSession, User
from viveka.stores.tills import standing_at


def trade_at_a_till(store: Store, by: User) -> dict[str, Any]:
    """Cash in every way in which it moves, 500 at first and 700 at last; the ids by name."""
    tea = stocked_product(store, batches=[(50, 10, 20)], by=by, name="Tea")
    usha, now = CustomerFactory(store=store), timezone.now()
    session = opened_till(store, by, 500)
    with standing_at(session.till_id):
        bill = sell(
            store, by, [(tea, 6)], tenders=[Tender("cash", received=D(200))], buyer=Buyer(phone=usha.phone)
        ).bill
        take_back(bill, 1, by=by)
        advance = paid_ahead(usha, 300, by=by)
        refund_advance(store=store, advance_id=advance.pk, amount=D(100), mode="cash", reason="x", by=by, now=now)
        owes(usha, 90, by=by)
        paid = pays(usha, 50, by=by)
        pays(usha, 40, by=by)
        reverse_payment(store=store, payment_id=paid.pk, reason="x", by=by, now=timezone.now())
    took_out(session, 140, by)
    counted = Counted(pieces={"500": 1, "100": 2})
    count = close_till(store=store, session_id=session.pk, counted=counted, by=by, now=timezone.now(), hand_to=by)
    following = TillSession.objects.open().get(till=session.till)
    entry = TillEntry.objects.get(session=session)
    return {
        "till_session": session.pk, "till_count": count.pk, "till_next": following.pk, "till_entry": entry.pk,
        "till_bill": bill.pk, "till_advance": advance.pk, "till_paid": paid.pk,
    }  # fmt: skip


# (rule, whose id it reports, what breaks it).
EXPECTED, CLOSED = "till_expected_what_its_rows_say", "till_is_closed_by_its_count"
BREAKS = [
    (EXPECTED, "till_count", "tillcount: expected = expected + 1"),
    (EXPECTED, "till_count", "UPDATE stores_tillsession SET opening_float = 499 WHERE id = %(till_session)s"),
    (EXPECTED, "till_count", "UPDATE stores_tillentry SET direction = 'in' WHERE id = %(till_entry)s"),
    (EXPECTED, "till_count", "UPDATE billing_payment SET till_session_id = NULL WHERE bill_id = %(till_bill)s"),
    (EXPECTED, "till_count", "UPDATE advances_advancepayment SET mode = 'upi' WHERE id = %(till_advance)s"),
    (EXPECTED, "till_count", "UPDATE advances_walletentry SET mode = 'upi' WHERE till_session_id = %(till_session)s"
     " AND cause = 'refund'"),
    (EXPECTED, "till_count", "UPDATE debts_debtpayment SET till_session_id = NULL WHERE id = %(till_paid)s"),
    (EXPECTED, "till_count", "DELETE FROM debts_paymentreversal WHERE payment_id = %(till_paid)s"),
    (EXPECTED, "till_count", "UPDATE billing_moneyback SET way = 'upi' WHERE till_session_id = %(till_session)s"),
    ("till_pieces_make_what_was_counted", "till_count", "tillcount: pieces = '{\"500\":1}'"),
    (CLOSED, "till_session", "tillsession: closed_at = NULL"),
    (CLOSED, "till_next", "tillsession: closed_at = now()"),
    (CLOSED, "till_session", "DELETE FROM stores_tillcount WHERE id = %(till_count)s"),
    ("till_handed_over_goes_on", "till_count", "UPDATE stores_tillsession SET opening_float = 1"
     " WHERE id = %(till_next)s"),
]  # fmt: skip
