"""Signing in and out, choosing the store, its settings and its people."""

import pytest
from django.test import Client
from django.urls import reverse

from viveka.stores.forms import StoreForm
from viveka.stores.models import Membership, Store, User
from viveka.stores.tests.factories import PASSWORD, MembershipFactory, UserFactory, staff

pytestmark = pytest.mark.django_db


def sign_in(client: Client, username: str, password: str = PASSWORD, **more: str):
    return client.post(reverse("sign-in"), {"username": username, "password": password, **more})


class TestSigningIn:
    def test_an_empty_database_answers_with_the_sign_in_page(self, client):
        response = client.get("/", follow=True)
        assert response.status_code == 200
        assert b"Sign in" in response.content

    def test_a_cashier_comes_to_the_counter(self, client, cashier):
        response = sign_in(client, cashier.username)
        assert response.url == reverse("home")
        assert client.get(response.url).url == reverse("billing:counter")

    def test_a_wrong_password_keeps_the_name_typed(self, client, cashier):
        response = sign_in(client, cashier.username, "wrong")
        assert response.status_code == 200
        assert f'value="{cashier.username}"' in response.content.decode()
        assert "_auth_user_id" not in client.session

    def test_too_many_wrong_passwords_are_locked_out(self, client, cashier):
        answers = [sign_in(client, cashier.username, "wrong").status_code for _ in range(9)]
        assert answers[0] == 200
        assert answers[-1] == 429
        assert sign_in(client, cashier.username).status_code == 429

    def test_goes_on_to_the_page_asked_for_but_not_to_elsewhere(self, client, manager):
        assert sign_in(client, manager.username, next=reverse("members")).url == reverse("members")
        assert sign_in(Client(), manager.username, next="https://example.com/").url == reverse("home")

    def test_who_was_signed_out_meanwhile_comes_back_to_the_page_of_the_button(self, client):
        said = client.post(reverse("billing:till-open"), headers={"Referer": "http://testserver/till/?next=/counter/"})
        assert said.url == f"{reverse('sign-in')}?next=/till/%3Fnext%3D/counter/"
        elsewhere = client.post(reverse("billing:till-open"), headers={"Referer": "https://example.com/till/"})
        assert elsewhere.url == f"{reverse('sign-in')}?next=/"

    def test_an_address_of_a_button_opened_as_a_page_leads_on(self, cashier_client):
        page = cashier_client.get(reverse("billing:cart-complete"), headers={"Referer": "http://testserver/bills/"})
        assert (page.status_code, page["Allow"]) == (405, "POST")
        assert 'href="/bills/"' in (text := page.content.decode()) and f'href="{reverse("billing:counter")}"' in text

    @pytest.mark.parametrize("name", ["\x00", "a" * 5000, "'", "\ud7ff"])
    def test_strange_names_are_refused(self, client, name):
        assert sign_in(client, name).status_code == 200

    def test_signing_out_is_a_post(self, cashier_client):
        assert cashier_client.get(reverse("sign-out")).status_code == 405
        assert cashier_client.post(reverse("sign-out")).url == reverse("sign-in")
        assert cashier_client.get(reverse("home")).url.startswith(reverse("sign-in"))

    def test_an_ended_membership_ends_at_once(self, cashier_client, store):
        assert cashier_client.get(reverse("billing:counter")).status_code == 200
        Membership.objects.update(ended_at="2026-01-01T00:00Z")
        assert cashier_client.get(reverse("billing:counter")).url == reverse("choose-store")
        assert "no role in any store" in cashier_client.get(reverse("choose-store")).content.decode()


class TestChoosingTheStore:
    def test_with_two_stores_the_person_is_asked_and_enters_one(self, client, cashier, store, other_store):
        MembershipFactory(user=cashier, store=other_store, role="manager")
        client.force_login(cashier)
        assert client.get(reverse("home")).url == reverse("choose-store")
        assert other_store.name in client.get(reverse("choose-store")).content.decode()
        assert client.post(reverse("choose-store"), {"store": other_store.pk}).url == reverse("home")
        assert client.get(reverse("store-settings")).status_code == 200
        client.post(reverse("choose-store"), {"store": store.pk})
        assert client.get(reverse("store-settings")).status_code == 403

    @pytest.mark.parametrize("asked", ["", "x", "-1", "9" * 40, "\x00"])
    def test_nonsense_is_not_there(self, cashier_client, asked):
        assert cashier_client.post(reverse("choose-store"), {"store": asked}).status_code == 404

    def test_anothers_store_is_not_there(self, cashier_client, other_store):
        assert cashier_client.post(reverse("choose-store"), {"store": other_store.pk}).status_code == 404


SETTINGS = {
    "name": "Shivik Mart",
    "region": "IN",
    "currency": "INR",
    "timezone": "Asia/Kolkata",
    "bill_prefix": "SHOP",
    "year_begins": "1",
    "default_stock_policy": "refuse",
    "receipt_header": "12 MG Road\r\nPune",
    "receipt_footer": "Come again",
}


class TestSettings:
    def test_are_saved_and_leave_a_trace(self, manager_client, manager, store):
        assert manager_client.post(reverse("store-settings"), SETTINGS).url == reverse("store-settings")
        store.refresh_from_db()
        assert (store.name, store.bill_prefix, store.year_begins) == ("Shivik Mart", "SHOP", 1)
        assert store.receipt_header == "12 MG Road\nPune"
        change = Store.pgh_event_model.objects.filter(pgh_obj=store).latest("pgh_id")
        assert change.bill_prefix == "SHOP"
        assert change.pgh_context.metadata["user"] == manager.pk
        page = manager_client.get(reverse("store-settings"))
        (told,) = page.context["changes"]
        assert (told.who, told.what) == (manager.username, "Changed")
        assert ("bill prefix", "SHOP") in [(one.label, one.after) for one in told.fields]
        assert "Changes to the settings" in page.content.decode()

    def test_what_customers_need_is_turned_on_and_off(self, manager_client, store):
        url = reverse("store-settings")
        for ticked in (["requires_address", "requires_gst_number"], ["requires_email"], []):
            manager_client.post(url, {**SETTINGS, **dict.fromkeys(ticked, "on")})
            store.refresh_from_db()
            assert [f"requires_{field}" for field in store.required_customer_fields] == ticked

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("name", ""),
            ("name", "a\x07b"),
            ("region", "XX"),
            ("currency", "rupee"),
            ("timezone", "Asia/Nowhere"),
            ("bill_prefix", "bill"),
            ("bill_prefix", "TOOLONG"),
            ("year_begins", "13"),
            ("default_stock_policy", "perhaps"),
            ("receipt_header", "x" * 501),
            ("closed_until", "2199-01-01"),
            ("closed_until", "yesterday"),
        ],
    )
    def test_what_is_wrong_is_said_and_nothing_is_written(self, manager_client, store, field, value):
        response = manager_client.post(reverse("store-settings"), {**SETTINGS, field: value})
        assert response.status_code == 200
        assert field in response.context["form"].errors
        assert response.context["form"]["receipt_footer"].value() == "Come again"
        assert Store.objects.get(pk=store.pk).name == store.name != "Shivik Mart"


class TestAdmin:
    def test_a_manager_changes_the_own_store_by_the_same_rules(self, manager_client, store):
        url = reverse("admin:stores_store_change", args=[store.pk])
        assert manager_client.post(url, {**SETTINGS, "region": "XX"}).context["adminform"].errors
        assert manager_client.post(url, {**SETTINGS, "slug": "stolen", "closed_until": "2026-01-31"}).status_code == 302
        changed = Store.objects.get(pk=store.pk)
        assert (changed.name, changed.slug, str(changed.closed_until)) == ("Shivik Mart", store.slug, "2026-01-31")

    def test_the_superuser_makes_stores_and_their_first_manager(self, client):
        client.force_login(User.objects.create_superuser("root"))
        client.post(reverse("admin:stores_store_add"), {**SETTINGS, "slug": "new"})
        person, new = UserFactory(), Store.objects.get(slug="new")
        data = {"of_store": new.pk, "user": person.pk, "role": "manager"}
        assert client.post(reverse("admin:stores_membership_add"), data).status_code == 302
        assert new.memberships.standing().get().user == person

    def test_a_manager_ends_memberships_but_not_the_last_managers(self, manager_client, manager, store):
        staff(store, "cashier")
        data = {"action": "end", "_selected_action": list(store.memberships.values_list("pk", flat=True))}
        page = manager_client.post(reverse("admin:stores_membership_changelist"), data, follow=True)
        assert "last manager" in page.content.decode()
        assert [one.user for one in store.memberships.standing()] == [manager]

    def test_of_another_store_nothing_is_ended(self, manager_client, other_store):
        staff(other_store, "manager"), staff(other_store, "cashier")
        data = {"action": "end", "_selected_action": list(other_store.memberships.values_list("pk", flat=True))}
        manager_client.post(reverse("admin:stores_membership_changelist"), data)
        assert other_store.memberships.standing().count() == 2

    def test_a_manager_reads_what_was_changed_by_whom(self, manager_client, manager, store):
        manager_client.post(reverse("store-settings"), SETTINGS)
        page = manager_client.get(reverse("admin:stores_storechange_changelist")).content.decode()
        assert "bill prefix: BILL → SHOP" in page
        assert manager.username in page


class TestMembers:
    def test_a_new_person_can_sign_in(self, manager_client, store):
        data = {"username": "meera", "role": "auditor", "full_name": "Meera Das", "password": "lotus-pond-19"}
        assert manager_client.post(reverse("members"), data).url == reverse("members")
        assert store.memberships.get(user__username="meera").role == "auditor"
        assert sign_in(Client(), "meera", "lotus-pond-19").status_code == 302

    def test_of_a_person_who_is_known_nothing_is_changed(self, manager_client, store):
        person = UserFactory(username="ravi", first_name="Ravi")
        data = {"username": "RAVI", "role": "cashier", "full_name": "Other", "password": "x"}
        response = manager_client.post(reverse("members"), data, follow=True)
        assert "its password stays" in response.content.decode()
        assert store.memberships.get(user=person).role == "cashier"
        person.refresh_from_db()
        assert (person.first_name, person.check_password(PASSWORD)) == ("Ravi", True)

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("username", ""),
            ("username", "a b!"),
            ("username", "\x00"),
            ("password", ""),
            ("password", "12345"),
            ("role", "king"),
        ],
    )
    def test_what_is_wrong_is_said_and_nobody_is_added(self, manager_client, store, field, value):
        data = {"username": "meera", "role": "cashier", "password": "lotus-pond-19", field: value}
        response = manager_client.post(reverse("members"), data)
        assert field in response.context["form"].errors
        assert store.memberships.count() == User.objects.count() == 1

    def test_ending_a_membership_shows_the_person_out(self, manager_client, store):
        person = staff(store, "cashier")
        membership = store.memberships.get(user=person)
        response = manager_client.post(reverse("member-end", args=[membership.pk]), follow=True)
        assert "has left" in response.content.decode()
        membership.refresh_from_db()
        assert membership.ended_at

    def test_the_last_manager_stays(self, manager_client, manager, store):
        membership = store.memberships.get(user=manager)
        response = manager_client.post(reverse("member-end", args=[membership.pk]), follow=True)
        assert "last manager" in response.content.decode()
        assert store.memberships.standing().filter(user=manager).exists()


class TestPassword:
    def test_ends_the_other_sessions_and_keeps_this_one(self, cashier_client, cashier):
        elsewhere = Client()
        elsewhere.force_login(cashier)
        data = {"old_password": PASSWORD, "new_password1": "lotus-pond-19", "new_password2": "lotus-pond-19"}
        assert cashier_client.post(reverse("change-password"), data).url == reverse("home")
        assert cashier_client.get(reverse("billing:counter")).status_code == 200
        assert elsewhere.get(reverse("billing:counter")).url.startswith(reverse("sign-in"))

    def test_a_wrong_old_password_changes_nothing(self, cashier_client, cashier):
        data = {"old_password": "no", "new_password1": "lotus-pond-19", "new_password2": "lotus-pond-19"}
        assert "old_password" in cashier_client.post(reverse("change-password"), data).context["form"].errors
        cashier.refresh_from_db()
        assert cashier.check_password(PASSWORD)


def test_every_setting_leaves_a_trace() -> None:
    traced = {field.name for field in Store.pgh_event_models["update"]._meta.fields}
    assert set(StoreForm.Meta.fields) <= traced
