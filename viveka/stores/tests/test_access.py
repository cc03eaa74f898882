import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import reverse

from viveka.stores.access import cashier_required, manager_required, member_required, reviewer_required
from viveka.stores.middleware import SESSION_STORE, CurrentStoreMiddleware
from viveka.stores.models import Membership, Role
from viveka.stores.services import end_membership
from viveka.stores.tests.factories import MembershipFactory, StoreFactory, UserFactory

DOORS = {
    member_required: {"cashier", "manager", "auditor"},
    cashier_required: {"cashier", "manager"},
    manager_required: {"manager"},
    reviewer_required: {"manager", "auditor"},
}


def knock(door, membership):
    request = RequestFactory().get("/")
    request.membership = membership
    return door(lambda request: HttpResponse("in"))(request)


@pytest.mark.parametrize("role", Role.values)
@pytest.mark.parametrize("door", DOORS, ids=["member", "cashier", "manager", "reviewer"])
def test_each_door_lets_in_its_roles_alone(door, role):
    membership = Membership(role=role)
    if role in DOORS[door]:
        assert knock(door, membership).content == b"in"
    else:
        with pytest.raises(PermissionDenied, match="Ask a manager"):
            knock(door, membership)


@pytest.mark.parametrize("door", DOORS, ids=["member", "cashier", "manager", "reviewer"])
def test_who_has_no_store_is_sent_to_choose_one(door, db):
    assert knock(door, None).url == reverse("choose-store")


def arrive(user, session=None):
    """The request as a view sees it."""
    seen = []

    def view(request):
        seen.append(request)
        return HttpResponse()

    request = RequestFactory().get("/")
    request.user, request.session = user, session or {}
    CurrentStoreMiddleware(view)(request)
    return seen[0]


@pytest.mark.django_db
class TestCurrentStore:
    def test_the_only_store_is_chosen_by_itself(self):
        membership = MembershipFactory()
        request = arrive(membership.user)
        assert (request.store, request.membership) == (membership.store, membership)

    def test_of_several_the_one_in_the_session(self):
        user = UserFactory()
        one, other = MembershipFactory(user=user), MembershipFactory(user=user)
        assert arrive(user).store is None
        assert arrive(user, {SESSION_STORE: other.store_id}).store == other.store
        assert arrive(user, {SESSION_STORE: one.store_id}).store == one.store

    def test_a_store_without_a_role_in_it_is_never_entered(self):
        user, elsewhere = MembershipFactory().user, StoreFactory()
        MembershipFactory(user=user)
        assert arrive(user, {SESSION_STORE: elsewhere.pk}).store is None
        assert arrive(UserFactory(), {SESSION_STORE: elsewhere.pk}).store is None

    def test_an_ended_membership_ends_at_once(self, django_user_model):
        membership = MembershipFactory()
        MembershipFactory(store=membership.store, role="manager")
        end_membership(membership=membership, now=membership.created_at)
        assert arrive(membership.user, {SESSION_STORE: membership.store_id}).store is None

    def test_a_person_who_was_stopped_is_in_no_store(self):
        membership = MembershipFactory(user__is_active=False)
        assert arrive(membership.user).store is None

    def test_nobody_is_in_no_store(self):
        request = arrive(AnonymousUser())
        assert (request.store, request.membership, request.memberships) == (None, None, [])
