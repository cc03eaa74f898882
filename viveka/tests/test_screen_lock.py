"""A machine that several people use: it locks when idle, a PIN opens it, and nothing gets past it meanwhile."""

from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from billing.models import Cart
from billing.tests.factories import filled_cart, stocked_product
from viveka.stores import screen_lock
from viveka.stores.models import Membership, PinTry, Store, User
from viveka.stores.pin import LOCKED, MOST_WRONG
from viveka.stores.services import end_membership
from viveka.stores.tests.factories import MembershipFactory, staff

pytestmark = pytest.mark.django_db
COUNTER, LOCKED_PAGE = reverse("billing:counter"), reverse("locked")


def with_pin(store: Store, pin: str, role: str = "cashier", user: User | None = None) -> Membership:
    fields: dict[str, Any] = {"user": user} if user else {}
    hashed = {"pin_hash": make_password(pin), "pin_set_at": timezone.now()}
    return MembershipFactory(store=store, role=role, **hashed, **fields)


@pytest.fixture
def asha(store: Store) -> Membership:
    return with_pin(store, "2580")


@pytest.fixture
def ravi(store: Store) -> Membership:
    return with_pin(store, "8642")


@pytest.fixture
def machine(asha: Membership) -> Client:
    """Asha is signed in, the machine is locked."""
    client = Client()
    client.force_login(asha.user)
    assert client.get(COUNTER).status_code == 200
    locked = client.post(reverse("lock"), {"next": COUNTER}, follow=True)
    assert "Who goes on?" in locked.content.decode() and f'value="{COUNTER}"' in locked.content.decode()
    return client


def go_on(client: Client, who: Membership, pin: str, **more: Any) -> Any:
    return client.post(LOCKED_PAGE, {"person": who.pk, "pin": pin, **more})


def is_locked(client: Client) -> bool:
    answer = client.get(COUNTER)
    return answer.status_code == 302 and answer.url.startswith(LOCKED_PAGE)


def test_nothing_gets_past_the_lock(machine: Client, manager: User) -> None:
    assert machine.get(COUNTER).url == f"{LOCKED_PAGE}?next=%2Fcounter%2F"
    for name in ("choose-store", "sign-in", "admin:index", "billing:bills"):
        assert machine.get(reverse(name)).url.startswith(LOCKED_PAGE)
    for name in ("choose-store", "change-password", "billing:cart-add", "billing:cart-complete"):
        assert machine.post(reverse(name)).url.startswith(LOCKED_PAGE)
    htmx = {"HTTP_HX_REQUEST": "true", "HTTP_HX_CURRENT_URL": "http://testserver/counter/"}
    live = machine.get(reverse("billing:cart-matches"), **htmx)
    assert live["HX-Redirect"] == f"{LOCKED_PAGE}?next=%2Fcounter%2F"
    assert machine.get("/api/v1/customers").status_code == 401
    assert is_locked(machine)


def test_the_same_person_goes_on_where_they_were(machine: Client, asha: Membership) -> None:
    key = machine.session.session_key
    assert go_on(machine, asha, "2580", next=COUNTER).url == COUNTER
    assert machine.get(COUNTER).context["request"].user == asha.user
    assert machine.session.session_key != key  # whoever knew the old one knows nothing
    assert go_on(machine, asha, "2580").url == reverse("home")  # not locked: nothing to do


def test_another_person_goes_on_with_the_sale(machine: Client, asha: Membership, ravi: Membership) -> None:
    store = asha.store
    cart = filled_cart(store, asha.user, [(stocked_product(store, by=asha.user), 2)])
    machine.get(LOCKED_PAGE)
    key, token = machine.session.session_key, machine.cookies["csrftoken"].value
    assert go_on(machine, ravi, "8642", next="https://elsewhere.example/").url == reverse("home")
    page = machine.get(COUNTER)
    assert page.context["request"].user == ravi.user and page.context["priced"].cart == cart
    assert Cart.objects.get().by == ravi.user
    assert machine.session.session_key != key and machine.cookies["csrftoken"].value != token
    old = Client()
    old.cookies[settings.SESSION_COOKIE_NAME] = key
    assert old.get(COUNTER).url.startswith(reverse("sign-in"))


def test_a_wrong_pin_opens_nothing_and_tires(machine: Client, asha: Membership, ravi: Membership) -> None:
    for _ in range(MOST_WRONG):
        answer = go_on(machine, ravi, "0000", next=COUNTER).content.decode()
        assert "This PIN is not right" in answer and f'value="{COUNTER}"' in answer and "0000" not in answer
    assert LOCKED in go_on(machine, ravi, "8642").content.decode()
    assert is_locked(machine)
    tries = PinTry.objects.filter(membership=ravi)
    assert {(one.by, one.what, one.is_right) for one in tries} == {(asha.user, screen_lock.TAKES_OVER, False)}
    assert go_on(machine, asha, "2580").status_code == 302  # hers was not tried


def test_who_can_not(machine: Client, store: Store, other_store: Store) -> None:
    """Another store's people, who left, who has no PIN, who looks after the installation."""
    gone, root = with_pin(store, "1379"), with_pin(store, "1379")
    end_membership(membership=gone, now=timezone.now())
    User.objects.filter(pk=root.user_id).update(is_superuser=True)
    nobody = Membership.objects.get(user=staff(store))
    for one in (with_pin(other_store, "1379"), gone, root, nobody):
        assert "Choose who you are" in go_on(machine, one, "1379").content.decode()
    for nonsense in ("", "x", "999999999999999999999"):
        answer = machine.post(LOCKED_PAGE, {"person": nonsense, "pin": "1379"})
        assert "Choose who you are" in answer.content.decode()
    assert is_locked(machine)


def test_a_pin_is_good_for_its_store_alone(machine: Client, store: Store, other_store: Store, ravi: Membership) -> None:
    MembershipFactory(store=other_store, user=ravi.user, role="manager")
    go_on(machine, ravi, "8642")
    page = machine.get(COUNTER)
    assert [one.store for one in page.context["memberships"]] == [store]
    assert machine.post(reverse("choose-store"), {"store": other_store.pk}).status_code == 404


def test_ending_a_membership_ends_it_at_once(
    machine: Client, store: Store, other_store: Store, ravi: Membership, manager: User
) -> None:
    MembershipFactory(store=other_store, user=ravi.user)
    go_on(machine, ravi, "8642")
    assert machine.get(COUNTER).status_code == 200
    end_membership(membership=ravi, now=timezone.now())
    assert machine.get(COUNTER).url.startswith(reverse("sign-in"))
    assert "_auth_user_id" not in machine.session


def test_a_locked_machine_of_who_has_left_asks_for_the_password(machine: Client, asha: Membership) -> None:
    end_membership(membership=asha, now=timezone.now())
    assert machine.get(COUNTER).url.startswith(reverse("sign-in"))
    assert "_auth_user_id" not in machine.session


class TestIdle:
    @pytest.fixture
    def idle(self, store: Store, asha: Membership) -> Client:
        """Signed in an hour ago, in a store that locks after ten minutes, and just at work."""
        store.locks_after_minutes = 10
        store.save(update_fields=["locks_after_minutes"])
        client = Client()
        client.force_login(asha.user)
        assert client.get(COUNTER).status_code == 200
        User.objects.filter(pk=asha.user_id).update(last_login=timezone.now() - timedelta(hours=1))
        return client

    def test_locks_by_itself_and_stays_locked(self, idle: Client, asha: Membership) -> None:
        assert not is_locked(idle)
        with patch("django.core.signing.time.time", return_value=(timezone.now() + timedelta(minutes=11)).timestamp()):
            assert is_locked(idle)
        assert is_locked(idle)
        go_on(idle, asha, "2580")
        assert not is_locked(idle)

    def test_who_touches_it_in_time_goes_on(self, idle: Client) -> None:
        for minutes in (6, 12, 18):
            later = (timezone.now() + timedelta(minutes=minutes)).timestamp()
            with patch("django.core.signing.time.time", return_value=later):
                assert idle.get(reverse("still-here")).status_code == 200

    def test_no_cookie_of_another_session_or_of_nobody_opens_it(self, idle: Client) -> None:
        idle.cookies["seen"] = "nonsense"
        assert is_locked(idle)

    def test_a_machine_without_its_cookie_is_locked(self, idle: Client) -> None:
        del idle.cookies["seen"]
        assert is_locked(idle)

    def test_the_page_knows_when(self, idle: Client, store: Store) -> None:
        page = idle.get(COUNTER).content.decode()
        assert 'data-lock-minutes="10"' in page and "js/lock.js" in page
        Store.objects.filter(pk=store.pk).update(locks_after_minutes=None)
        assert "js/lock.js" not in idle.get(COUNTER).content.decode()


def test_a_new_key_needs_the_token_of_the_page(asha: Membership, ravi: Membership) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(asha.user)
    assert client.post(reverse("lock")).status_code == 403
    assert client.post(LOCKED_PAGE, {"person": ravi.pk, "pin": "8642"}).status_code == 403
