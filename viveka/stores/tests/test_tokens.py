"""The manager's screen of tokens."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from viveka.stores.models import ApiToken, Membership, Store, User
from viveka.stores.tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db


def test_a_token_is_shown_once_works_and_is_revoked(manager_client: Client, store: Store, cashier: User) -> None:
    member = Membership.objects.get(user=cashier)
    made = manager_client.post(reverse("tokens"), {"member": member.pk, "name": "Mobile till"})
    (secret,) = re.findall(r"vvk_[\w-]+", made.content.decode())
    token = ApiToken.objects.get()
    assert (token.store, token.user, token.name, token.digest) == (
        store, cashier, "Mobile till", ApiToken.digest_of(secret),
    )  # fmt: skip
    assert "no-store" in made["Cache-Control"]
    page = manager_client.get(reverse("tokens")).content.decode()
    assert "vvk_" not in page
    assert "never" in page
    headers = {"Authorization": f"Bearer {secret}"}
    assert Client().get("/api/v1/bills", headers=headers).status_code == 200
    assert ">never<" not in manager_client.get(reverse("tokens")).content.decode()
    manager_client.post(reverse("token-revoke", args=[token.pk]))
    assert Client().get("/api/v1/bills", headers=headers).status_code == 401
    token.refresh_from_db()
    revoked_at = token.revoked_at
    manager_client.post(reverse("token-revoke", args=[token.pk]))
    token.refresh_from_db()
    assert token.revoked_at == revoked_at


def test_only_who_works_here_is_a_choice(manager_client: Client, store: Store, other_store: Store) -> None:
    strangers = [MembershipFactory(store=other_store), MembershipFactory(store=store)]
    strangers[1].user.is_active = False
    strangers[1].user.save()
    for one in strangers:
        page = manager_client.post(reverse("tokens"), {"member": one.pk, "name": "x"}).content.decode()
        assert one.user.username not in page
    for name in ("", "  ", "a\x00b", "n" * 81):
        manager_client.post(reverse("tokens"), {"member": Membership.objects.standing().first(), "name": name})
    assert not ApiToken.objects.exists()
