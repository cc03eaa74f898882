"""What the database itself refuses of stores and people, whoever asks."""

from datetime import UTC, date, datetime

import pytest
from django.apps import apps
from django.db import DatabaseError, IntegrityError, connection, transaction

from viveka.stores.models import ApiToken, Membership, RequestKey
from viveka.stores.tests.factories import MembershipFactory, StoreFactory, UserFactory

pytestmark = pytest.mark.django_db


def refused(rule, sql, *values):
    """Run the statement, which must break the rule of this name."""
    with pytest.raises(DatabaseError) as fault, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert rule in str(fault.value)


@pytest.mark.parametrize("month", [0, 13])
def test_a_year_begins_in_a_month(store, month):
    refused("store_year_begins_in_a_month", "UPDATE stores_store SET year_begins = %s", month)


def test_a_short_name_is_of_one_store(store, other_store):
    refused("stores_store_slug", "UPDATE stores_store SET slug = %s", store.slug)


def test_a_name_is_of_one_person_in_any_case():
    UserFactory(username="asha")
    with pytest.raises(IntegrityError, match="user_name_once"):
        UserFactory(username="ASHA")


def test_a_role_is_one_of_three(cashier):
    refused("membership_has_a_role", "UPDATE stores_membership SET role = 'owner'")


def test_one_membership_stands_and_ended_ones_may_be_many(store):
    first = MembershipFactory(store=store)
    with pytest.raises(IntegrityError, match="one_standing_membership"), transaction.atomic():
        MembershipFactory(store=store, user=first.user)
    Membership.objects.update(ended_at=datetime(2026, 1, 1, tzinfo=UTC))
    MembershipFactory(store=store, user=first.user)
    assert Membership.objects.filter(user=first.user).count() == 2


def test_a_key_is_kept_once_per_store_user_method_and_path(store, cashier):
    fields = {
        "store": store,
        "user": cashier,
        "method": "POST",
        "path": "/",
        "body_digest": "",
        "made_id": "",
        "status": 201,
    }
    RequestKey.objects.create(key="k", **fields)
    with pytest.raises(IntegrityError, match="request_key_once"):
        RequestKey.objects.create(key="k", **fields)


def test_a_token_is_kept_as_a_hash(store, cashier):
    token, secret = ApiToken.objects.issue(store=store, user=cashier)
    assert secret not in str(ApiToken.objects.filter(pk=token.pk).values().get())
    assert ApiToken.objects.get(digest=ApiToken.digest_of(secret)) == token


def test_a_store_with_anything_in_it_stays(cashier, store):
    refused("violates foreign key constraint", "DELETE FROM stores_store WHERE id = %s", store.pk)


class TestChangeHistory:
    """Every change to a setting or a membership leaves a trace."""

    def test_of_settings(self, store):
        before, store.name = store.name, "Another"
        store.save()
        assert [change.name for change in changes("StoreChange", store)] == [before, "Another"]

    def test_of_memberships_by_raw_sql_too(self, cashier):
        with connection.cursor() as cursor:
            cursor.execute("UPDATE stores_membership SET role = 'manager'")
        membership = Membership.objects.get(user=cashier)
        assert [change.role for change in changes("MembershipChange", membership)] == ["cashier", "manager"]


def changes(model, row):
    return list(apps.get_model("stores", model).objects.filter(pgh_obj=row).order_by("pgh_id"))


class TestStoreCalendar:
    @pytest.mark.parametrize(
        ("utc", "day"),
        [
            ("2026-03-31T18:29:59", date(2026, 3, 31)),
            ("2026-03-31T18:30:00", date(2026, 4, 1)),
            ("2026-03-31T23:55:00", date(2026, 4, 1)),
        ],
    )
    def test_a_day_ends_at_midnight_in_the_store(self, store, utc, day):
        assert store.day_of(datetime.fromisoformat(utc).replace(tzinfo=UTC)) == day

    @pytest.mark.parametrize(
        ("begins", "day", "year"),
        [
            (4, date(2026, 3, 31), "2526"),
            (4, date(2026, 4, 1), "2627"),
            (4, date(2027, 1, 1), "2627"),
            (1, date(2026, 1, 1), "2627"),
            (4, date(2099, 12, 1), "9900"),
        ],
    )
    def test_the_financial_year_of_a_day(self, begins, day, year):
        assert StoreFactory.build(year_begins=begins).financial_year(day) == year
