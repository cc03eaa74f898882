from datetime import UTC, datetime
from threading import Thread

import pytest
from django.db import connection

from viveka.stores.errors import Refused, RefusedFields
from viveka.stores.models import ApiToken, Membership, Store, User
from viveka.stores.services import add_member, create_store, end_membership
from viveka.stores.tests.factories import MembershipFactory, StoreFactory, UserFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
SECRET = "quite long and odd 7"


class TestCreateStore:
    def test_makes_a_store_with_the_settings_of_a_new_store(self):
        store = create_store(slug="shivik-mart", name="  Shivik   Mart ")
        assert (store.name, store.region, store.currency, store.timezone) == (
            "Shivik Mart",
            "IN",
            "INR",
            "Asia/Kolkata",
        )
        assert (store.bill_prefix, store.default_stock_policy, store.closed_until) == ("BILL", "refuse", None)

    @pytest.mark.parametrize(
        ("wrong", "field"),
        [
            ({"slug": "a b"}, "slug"),
            ({"slug": ""}, "slug"),
            ({"name": ""}, "name"),
            ({"name": "a\x00"}, "name"),
            ({"name": "a" * 121}, "name"),
            ({"region": "XX"}, "region"),
            ({"currency": "rupee"}, "currency"),
            ({"timezone": "Mars/Base"}, "timezone"),
            ({"slug": "a\x00"}, "slug"),
        ],
    )
    def test_refuses_what_is_wrong_and_names_the_field(self, wrong, field):
        with pytest.raises(Refused) as refusal:
            create_store(**{"slug": "shop", "name": "Shop", **wrong})
        assert list(refusal.value.errors) == [field]
        assert not Store.objects.exists()

    def test_refuses_a_short_name_that_is_taken(self, store):
        with pytest.raises(RefusedFields) as refusal:
            create_store(slug=store.slug, name="Another")
        assert "slug" in refusal.value.errors


class TestAddMember:
    def test_makes_the_account_of_a_new_person(self, store):
        membership, is_new = add_member(
            store=store, username="asha", role="cashier", password=SECRET, full_name="Asha Rao"
        )
        assert is_new
        assert membership.role == "cashier"
        assert membership.user.check_password(SECRET)
        assert membership.user.get_full_name() == "Asha Rao"

    def test_a_person_who_exists_gets_a_membership_and_nothing_else_changes(self, store):
        user = UserFactory(username="asha", password="unchanged 42")
        membership, is_new = add_member(store=store, username="ASHA", role="manager", password="other", full_name="X")
        user.refresh_from_db()
        assert (membership.user, is_new) == (user, False)
        assert user.check_password("unchanged 42")
        assert user.first_name == ""

    def test_asking_twice_is_asking_once(self, store):
        one, _ = add_member(store=store, username="asha", role="cashier", password=SECRET)
        assert add_member(store=store, username="asha", role="cashier")[0] == one
        assert Membership.objects.count() == 1

    def test_another_role_ends_the_one_and_begins_the_other(self, store):
        first, _ = add_member(store=store, username="asha", role="cashier", password=SECRET)
        second, _ = add_member(store=store, username="asha", role="auditor")
        first.refresh_from_db()
        assert first.ended_at is not None
        assert list(Membership.objects.standing()) == [second]

    def test_the_last_manager_stays_one(self, store):
        membership = MembershipFactory(store=store, role="manager")
        with pytest.raises(Refused, match="last manager"):
            add_member(store=store, username=membership.user.username, role="cashier")
        MembershipFactory(store=store, role="manager")
        assert add_member(store=store, username=membership.user.username, role="cashier")[0].role == "cashier"

    @pytest.mark.parametrize(
        ("wrong", "field"),
        [
            ({"role": "owner"}, "role"),
            ({"password": ""}, "password"),
            ({"username": ""}, "username"),
            ({"username": "a b"}, "username"),
            ({"username": "a\x00"}, "username"),
            ({"username": "a\ud800"}, "username"),
            ({"username": "a" * 151}, "username"),
            ({"full_name": "a\x00"}, "full_name"),
            ({"full_name": "a" * 151}, "full_name"),
        ],
    )
    def test_refuses_what_is_wrong_and_makes_nobody(self, store, wrong, field):
        with pytest.raises(Refused) as refusal:
            add_member(**{"store": store, "username": "asha", "role": "cashier", "password": SECRET, **wrong})
        assert list(refusal.value.errors) == [field]
        assert not User.objects.exists()


class TestEndMembership:
    def test_ends_it_with_its_tokens_and_keeps_the_name(self, store, other_store, manager):
        membership = MembershipFactory(store=store)
        MembershipFactory(store=other_store, user=membership.user)
        here, _ = ApiToken.objects.issue(store=store, user=membership.user)
        there, _ = ApiToken.objects.issue(store=other_store, user=membership.user)
        end_membership(membership=membership, now=NOW)
        for row in (membership, here, there):
            row.refresh_from_db()
        assert (membership.ended_at, here.revoked_at, there.revoked_at) == (NOW, NOW, None)
        assert Membership.objects.standing().filter(user=membership.user).get().store == other_store

    def test_refuses_the_last_manager(self, store):
        membership = MembershipFactory(store=store, role="manager")
        MembershipFactory(store=store)
        with pytest.raises(Refused, match="last manager"):
            end_membership(membership=membership, now=NOW)

    def test_a_manager_who_cannot_sign_in_does_not_count(self, store):
        MembershipFactory(store=store, role="manager", user__is_active=False)
        membership = MembershipFactory(store=store, role="manager")
        with pytest.raises(Refused, match="last manager"):
            end_membership(membership=membership, now=NOW)

    def test_what_has_ended_ends_once(self, store, manager):
        membership = MembershipFactory(store=store)
        end_membership(membership=membership, now=NOW)
        end_membership(membership=membership, now=datetime(2027, 1, 1, tzinfo=UTC))
        membership.refresh_from_db()
        assert membership.ended_at == NOW


@pytest.mark.django_db(transaction=True)
def test_two_managers_who_end_each_other_at_once_leave_one():
    store = StoreFactory()
    for membership in (both := MembershipFactory.create_batch(2, store=store, role="manager")):
        assert membership.manages
    at_once([lambda one=one: end_membership(membership=one, now=NOW) for one in both])
    assert Membership.objects.standing().filter(store=store).count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_person_added_by_two_managers_at_once_is_one_person():
    store = StoreFactory()
    at_once([lambda: add_member(store=store, username="asha", role="cashier", password=SECRET)] * 6)
    assert Membership.objects.get().user == User.objects.get()


def at_once(actions):
    """Run all in threads of their own; being refused is fine, anything else is not."""
    faults = []

    def run(action):
        try:
            action()
        except Refused:
            pass
        except Exception as fault:  # said to the test below
            faults.append(fault)
        finally:
            connection.close()

    threads = [Thread(target=run, args=[action]) for action in actions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert faults == []
