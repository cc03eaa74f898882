"""The PIN: set by its owner, tried at somebody else's screen, throttled, and of no use once the role has ended."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from viveka.stores.errors import Refused
from viveka.stores.models import Membership, PinTry, Role, Store, User
from viveka.stores.pin import LOCKED, LOCKED_FOR, MOST_WRONG, Allowing, set_pin, try_pin
from viveka.stores.services import end_membership
from viveka.stores.tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db
PASSWORD = "a long one 7"


@pytest.fixture
def now() -> datetime:
    return timezone.now()


@pytest.fixture
def boss(store: Store, now: datetime) -> Membership:
    """A manager whose PIN is 2580."""
    membership = MembershipFactory(store=store, role=Role.MANAGER)
    membership.user.set_password(PASSWORD)
    membership.user.save()
    set_pin(membership=membership, pin="2580", again="2580", password=PASSWORD, now=now)
    return membership


def asks(rf: Any, by: Membership, **sent: str) -> Allowing:
    request = rf.post("/", sent)
    request.user, request.store, request.membership = by.user, by.store, by
    return Allowing(request, what="pass a credit limit")


def tries() -> list[tuple[str, bool]]:
    return list(PinTry.objects.order_by("id").values_list("what", "is_right"))


class TestSetting:
    def test_is_kept_as_a_hash_alone_and_its_change_is_traced(self, boss: Membership, now: datetime) -> None:
        boss.refresh_from_db()
        assert "2580" not in boss.pin_hash
        changes: Any = Membership.pgh_event_model.objects.filter(pgh_obj=boss.pk).order_by("pgh_id")
        assert [change.pin_set_at for change in changes] == [None, now]
        assert not any(field.name == "pin_hash" for field in changes.model._meta.fields)

    @pytest.mark.parametrize(
        ("sent", "field"),
        [
            ({"password": "wrong"}, "password"),
            ({"pin": "123", "again": "123"}, "pin"),
            ({"pin": "1234", "again": "1234"}, "pin"),
            ({"pin": "7777", "again": "7777"}, "pin"),
            ({"pin": "८२५७", "again": "८२५७"}, "pin"),
            ({"pin": "a258", "again": "a258"}, "pin"),
            ({"again": "2581"}, "again"),
        ],
    )
    def test_refused(self, boss: Membership, now: datetime, sent: dict[str, str], field: str) -> None:
        before = Membership.objects.get(pk=boss.pk).pin_hash
        with pytest.raises(Refused) as refusal:
            set_pin(membership=boss, now=now, **{"pin": "8257", "again": "8257", "password": PASSWORD, **sent})
        assert set(refusal.value.errors) == {field}
        assert Membership.objects.get(pk=boss.pk).pin_hash == before

    def test_on_the_page(self, boss: Membership) -> None:
        client = Client()
        client.force_login(boss.user)
        url = reverse("my-pin")
        wrong = client.post(url, {"pin": "4444", "again": "4444", "password": PASSWORD})
        assert "guessed at once" in wrong.content.decode()
        assert "4444" not in wrong.content.decode()
        assert client.post(url, {"pin": "9512", "again": "9512", "password": PASSWORD}).status_code == 302
        boss.refresh_from_db()
        try_pin(membership=boss, pin="9512", by=boss.user, what="x", now=timezone.now())


class TestAtTheCashiersScreen:
    def test_both_names_are_recorded(self, rf: Any, boss: Membership, cashier: User, now: datetime) -> None:
        by = cashier.memberships.get()
        allowing = asks(rf, by, pin_manager=str(boss.pk), pin="2580", pin_why=" A  wedding ")
        assert allowing.is_given
        assert allowing.allowed(now) == (boss.user, "A wedding")
        last = PinTry.objects.latest("id")
        assert (last.membership, last.by, last.what, last.is_right) == (boss, cashier, "pass a credit limit", True)

    @pytest.mark.parametrize(
        ("sent", "field"),
        [
            ({"pin": "2581"}, "pin"),
            ({"pin": "2580\x00"}, "pin"),
            ({"pin_why": " "}, "pin_why"),
            ({"pin_why": "a\x00"}, "pin_why"),
            ({"pin_manager": ""}, "pin_manager"),
            ({"pin_manager": "x" * 99}, "pin_manager"),
        ],
    )
    def test_refused_at_its_field(
        self, rf: Any, boss: Membership, cashier: User, now: datetime, sent: dict[str, str], field: str
    ) -> None:
        given = {"pin_manager": str(boss.pk), "pin": "2580", "pin_why": "A wedding", **sent}
        allowing = asks(rf, cashier.memberships.get(), **given)
        with pytest.raises(Refused):
            allowing.allowed(now)
        assert set(allowing.errors) == {field}

    def test_of_no_use_are_cashiers_other_stores_and_those_who_left(
        self, rf: Any, boss: Membership, store: Store, other_store: Store, cashier: User, now: datetime
    ) -> None:
        by = cashier.memberships.get()
        for pin_of in (MembershipFactory(store=store, role=Role.CASHIER), MembershipFactory(store=other_store)):
            Membership.objects.filter(pk=pin_of.pk).update(pin_hash=Membership.objects.get(pk=boss.pk).pin_hash)
            with pytest.raises(Refused, match="Choose the manager"):
                asks(rf, by, pin_manager=str(pin_of.pk), pin="2580", pin_why="x").allowed(now)
        MembershipFactory(store=store, role=Role.MANAGER)
        end_membership(membership=boss, now=now)
        with pytest.raises(Refused, match="Choose the manager"):
            asks(rf, by, pin_manager=str(boss.pk), pin="2580", pin_why="x").allowed(now)

    def test_a_manager_at_her_own_screen_says_why(self, rf: Any, boss: Membership, now: datetime) -> None:
        assert not asks(rf, boss).is_given
        assert asks(rf, boss, pin_why="A wedding").allowed(now) == (boss.user, "A wedding")


class TestThrottled:
    def wrong(self, boss: Membership, cashier: User, now: datetime, times: int = MOST_WRONG) -> None:
        for _ in range(times):
            with pytest.raises(Refused, match="is not right"):
                try_pin(membership=boss, pin="0000", by=cashier, what="x", now=now)

    def test_five_wrong_ones_and_the_right_one_waits(self, boss: Membership, cashier: User, now: datetime) -> None:
        self.wrong(boss, cashier, now + timedelta(seconds=1))
        later = now + timedelta(seconds=2)
        with pytest.raises(Refused, match=LOCKED):
            try_pin(membership=boss, pin="2580", by=cashier, what="x", now=later)
        with pytest.raises(Refused, match=LOCKED):
            set_pin(membership=boss, pin="8257", again="8257", password=PASSWORD, now=later)
        try_pin(membership=boss, pin="2580", by=cashier, what="x", now=later + LOCKED_FOR)

    def test_a_right_one_begins_anew(self, boss: Membership, cashier: User, now: datetime) -> None:
        for minute in (1, 2, 3):
            self.wrong(boss, cashier, now + timedelta(minutes=minute), MOST_WRONG - 1)
            try_pin(membership=boss, pin="2580", by=cashier, what="x", now=now + timedelta(minutes=minute, seconds=9))


def test_tries_are_not_edited(boss: Membership) -> None:
    assert tries() == [("set the PIN", True)]
    for sql in ("UPDATE stores_pintry SET is_right = false", "DELETE FROM stores_pintry", "TRUNCATE stores_pintry"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
