"""The pages of a till: opened at the first sale where the store wants it, remembered by the machine, counted, read."""

from datetime import timedelta
from decimal import Decimal as D
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from billing.models import Payment
from billing.tests.factories import stocked_product
from billing.tests.till_factories import counted, opened_till
from billing.tills import summarize
from viveka.stores.models import Store, Till, TillCount, TillEntry, TillSession, User
from viveka.stores.tests.factories import staff

pytestmark = pytest.mark.django_db
TILL = reverse("billing:till")


def page(client: Client, url: str) -> str:
    return client.get(url).content.decode()


def test_a_day_at_the_screens(store: Store, cashier: User, cashier_client: Client) -> None:
    """Asked for at the first sale; the machine then stands at it, and what is sold there is in its count."""
    Store.objects.filter(pk=store.pk).update(needs_till=True)
    soap = stocked_product(store, by=cashier)
    answer = cashier_client.get(reverse("billing:counter"))
    assert answer.status_code == 302 and answer.url.startswith(TILL)
    assert "Open the till" in page(cashier_client, answer.url)
    opened = cashier_client.post(
        reverse("billing:till-open"), {"opening_float": "500", "next": reverse("billing:counter")}
    )
    assert opened.url == reverse("billing:counter")
    assert cashier_client.get(opened.url).status_code == 200
    session = TillSession.objects.get()
    assert (session.till.name, session.opening_float, session.opened_by) == ("Till 1", D(500), cashier)

    cashier_client.post(reverse("billing:cart-add"), {"product": soap.pk})
    shown = cashier_client.get(reverse("billing:counter")).context["priced"]
    sent = {"cart": shown.cart.pk, "seen": shown.quote.digest(), "method": "cash", "received": "200"}
    cashier_client.post(reverse("billing:cart-complete"), sent)
    assert Payment.objects.get().till_session == session
    key = {"key": str(uuid4()), "direction": "out", "amount": "150.50", "reason": "Milk"}
    for _ in range(2):  # sent twice, entered once
        cashier_client.post(reverse("billing:till-move", args=[session.pk]), key)
    assert TillEntry.objects.get().amount == D("150.50")
    text = page(cashier_client, TILL)
    for amount in ("₹500.00", "₹200.00", "−₹100.00", "−₹150.50", "₹449.50"):
        assert amount in text

    url = reverse("billing:till-count", args=[session.pk])
    refused = cashier_client.post(url, {"piece_200": "2", "piece_20": "2"}).content.decode()
    assert "₹9.50 missing" in refused and 'value="2"' in refused
    closed = cashier_client.post(url, {"piece_200": "2", "piece_20": "2", "note": "Coins rolled away"})
    assert closed.url == reverse("billing:till-session", args=[session.pk])
    count = TillCount.objects.get()
    assert (count.expected, count.counted, count.by) == (D("449.50"), D(440), cashier)
    text = page(cashier_client, closed.url)
    assert "Coins rolled away" in text and "−₹9.50" in text
    assert cashier_client.get(url).url == closed.url
    assert "Open the till" in page(cashier_client, TILL)
    for paper in ("80", "58", "a4", "nonsense"):
        slip = page(cashier_client, reverse("billing:till-slip", args=[session.pk]) + f"?paper={paper}")
        assert "₹449.50" in slip and "2 × ₹200.00" in slip


def test_a_machine_takes_part_and_leaves(store: Store, manager: User, cashier_client: Client) -> None:
    session = opened_till(store, manager)
    assert "This machine stands at it" in page(cashier_client, TILL)
    cashier_client.post(reverse("billing:till-join", args=[session.pk]))
    assert "Cash in or out" in page(cashier_client, TILL)
    cashier_client.post(reverse("billing:till-leave"))
    assert "This machine stands at it" in page(cashier_client, TILL)


@pytest.mark.parametrize(
    "sent", [{}, {"opening_float": "-1"}, {"opening_float": "x"}, {"opening_float": "5", "till": "999"}]
)
def test_a_bad_float_opens_nothing(sent: dict[str, str], store: Store, cashier_client: Client) -> None:
    Till.objects.create(store=store, name="Counter")
    answer = cashier_client.post(reverse("billing:till-open"), sent)
    assert answer.status_code == 200 and not TillSession.objects.exists()
    assert sent.get("opening_float", "") in answer.content.decode()


def test_a_cookie_of_nonsense_is_no_till(store: Store, cashier: User, cashier_client: Client) -> None:
    soap = stocked_product(store, by=cashier)
    cashier_client.cookies[f"till-{store.pk}"] = "1; DROP TABLE"
    cashier_client.post(reverse("billing:cart-add"), {"product": soap.pk})
    assert cashier_client.get(TILL).status_code == 200


def test_another_stores_till_is_none(store: Store, other_store: Store, cashier: User, cashier_client: Client) -> None:
    theirs = opened_till(other_store, staff(other_store))
    cashier_client.cookies[f"till-{store.pk}"] = str(theirs.till_id)
    assert "Open the till" in page(cashier_client, TILL)


def test_a_manager_adds_tills_and_takes_them_out_of_use(store: Store, manager_client: Client) -> None:
    url = reverse("billing:tills")
    for _ in range(2):
        answer = manager_client.post(reverse("billing:till-add"), {"name": "Counter 2"})
    assert "There is a till of this name" in answer.content.decode()
    till = Till.objects.get()
    manager_client.post(reverse("billing:till-change", args=[till.pk]))
    assert not Till.objects.get().is_active and "not in use" in page(manager_client, url)
    manager_client.post(reverse("billing:till-change", args=[till.pk]), {"in_use": "1"})
    assert Till.objects.get().is_active


def test_past_sessions_of_a_till_and_of_days(store: Store, cashier: User, auditor_client: Client) -> None:
    """The days are the store's, and the way to the next page keeps to them."""
    now = timezone.now()
    first = opened_till(store, cashier, 111, name="Front", now=now - timedelta(days=9))
    opened_till(store, cashier, 222, name="Back", now=now)
    for _ in range(26):
        session = TillSession.objects.filter(till=first.till).latest("id")
        counted(session, summarize(store, session).expected, cashier, hand_to=cashier)
    url, day = reverse("billing:tills"), store.day_of(now - timedelta(days=9)).isoformat()

    def floats(**query: Any) -> tuple[int, int]:
        text = page(auditor_client, f"{url}?{urlencode(query)}")
        return text.count(">Front</a>"), text.count(">Back</a>")

    assert floats() == (25, 0)
    assert floats(till=first.till_id) == (25, 0)
    assert floats(to_day=day) == floats(from_day=day, to_day=day) == (1, 0)
    assert floats(till=first.till_id, from_day=store.day_of(now)) == (25, 0)
    older = auditor_client.get(url, {"till": first.till_id, "from_day": day}).context["page"].older
    assert floats(till=first.till_id, from_day=day, before=older) == (2, 0)
    for nonsense in ({"till": "9999999999999"}, {"from_day": "yesterday"}, {"to_day": "9999-12-31"}):
        assert auditor_client.get(url, nonsense).status_code == 200


def test_a_hand_over_at_the_screen(store: Store, cashier: User, cashier_client: Client) -> None:
    session, ravi = opened_till(store, cashier), staff(store, first_name="Ravi")
    url = reverse("billing:till-count", args=[session.pk])
    assert "Ravi takes over" in page(cashier_client, url)
    stranger = {"counted": "500", "hand_to": str(staff(store, "auditor").pk)}
    assert cashier_client.post(url, stranger).status_code == 200 and not TillCount.objects.exists()
    cashier_client.post(url, {"counted": "500", "hand_to": str(ravi.pk)})
    assert "handed over to Ravi" in page(cashier_client, session.get_absolute_url())
    following = TillSession.objects.open().get()
    assert (following.opened_by, following.opening_float) == (ravi, D(500))
