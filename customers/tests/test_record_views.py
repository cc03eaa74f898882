"""The record's screens: required fields, a phone of two records, deleting, restoring, freeing a former phone."""

from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from customers.models import Customer, CustomerPhone, RecordEvent, What
from customers.records import delete_customer
from customers.services import edit_customer
from customers.tests.factories import CustomerFactory

pytestmark = pytest.mark.django_db

ADD = reverse("customers:add")
FORM = {"phone": "", "name": "", "email": "", "address": "", "gst_number": "", "gender": "", "note": ""}


def page(name, customer):
    return reverse(f"customers:{name}", args=[customer.pk])


@pytest.fixture
def john(store):
    return CustomerFactory(store=store, name="John Doe", phone="+919876543210", note="old")


def edit(client, customer, **changes):
    data = {**FORM, "phone": "98765 43210", "name": "John Doe", "is_active": "on", **changes}
    return client.post(page("edit", customer), data, follow=True)


class TestRequiredFields:
    @pytest.fixture(autouse=True)
    def strict(self, store):
        store.requires_email = store.requires_gst_number = True
        store.save()

    def test_a_new_customer_without_them_is_refused_and_told_which(self, cashier_client):
        response = cashier_client.post(ADD, {**FORM, "phone": "9876543210", "name": "John", "note": "kept"})
        assert set(response.context["form"].errors) == {"email", "gst_number"}
        assert response.context["form"]["note"].value() == "kept"
        assert not Customer.objects.exists()

    def test_they_are_judged_on_the_record_as_it_would_be(self, cashier_client, store):
        gst = "27AAPFU0939F1ZV"
        known = CustomerFactory(store=store, phone="+919876543210", name="John", gst_number=gst)
        data = {**FORM, "phone": "9876543210", "name": "John", "email": "j@example.com"}
        assert cashier_client.post(ADD, data).status_code == 302
        assert cashier_client.post(page("edit", known), {**data, "is_active": "on"}).status_code == 200
        known.refresh_from_db()
        assert (known.email, known.gst_number) == ("j@example.com", gst)

    def test_the_profile_says_what_is_missing(self, cashier_client, john):
        shown = cashier_client.get(john.get_absolute_url())
        assert shown.context["lacking"] == ["an e-mail address", "a GST number"]
        assert "incomplete" in shown.content.decode()

    def test_the_admin_holds_them_too(self, manager_client, store):
        url = reverse("admin:customers_customer_add")
        response = manager_client.post(url, {**FORM, "phone": "9876543210", "name": "John", "is_active": "on"})
        assert set(response.context["adminform"].errors) == {"email", "gst_number"}
        assert not Customer.objects.exists()


class TestAPhoneOfAnother:
    def test_offers_the_merge_to_a_manager_alone(self, manager_client, cashier_client, store, john):
        other = CustomerFactory(store=store, phone="+919812345678")
        merge = reverse("customer-merge-pair", args=[john.pk, other.pk])
        for client, offered in ((manager_client, True), (cashier_client, False)):
            said = str(edit(client, john, phone="98123 45678").context["form"].errors["phone"])
            assert other.get_absolute_url() in said
            assert (merge in said) is offered

    def test_a_former_one_is_said_to_be_one(self, manager_client, store, john):
        other = CustomerFactory(store=store, phone="+919812345678")
        edit_customer(store=store, pk=other.pk, details={}, phone="9812345679")
        assert "as a former phone" in str(edit(manager_client, john, phone="9812345678").context["form"].errors)

    def test_one_of_a_deleted_record_is_said_too(self, manager_client, manager, store, john):
        other = CustomerFactory(store=store, phone="+919812345678")
        delete_customer(store=store, pk=other.pk, by=manager, now=timezone.now())
        assert "was deleted" in str(edit(manager_client, john, phone="9812345678").context["form"].errors)


class TestFormerPhones:
    @pytest.fixture
    def moved(self, store, john):
        return edit_customer(store=store, pk=john.pk, details={}, phone="9812345678")

    def test_are_shown_and_freed_by_managers(self, manager_client, cashier_client, moved):
        for client, may in ((manager_client, True), (cashier_client, False)):
            shown = client.get(moved.get_absolute_url()).content.decode()
            assert "98765 43210" in shown
            assert ("Free this phone" in shown) is may
        response = manager_client.post(page("free-phone", moved), {"phone": "+919876543210"}, follow=True)
        assert "no longer leads" in response.content.decode()
        assert not CustomerPhone.objects.filter(phone="+919876543210").exists()
        again = CustomerFactory(store=moved.store, phone="+919876543210")
        assert again.pk != moved.pk

    @pytest.mark.parametrize("phone", ["", "x", "\x00", "+919812345678", "+919800000000", "9" * 400])
    def test_what_is_none_is_refused(self, manager_client, moved, phone):
        response = manager_client.post(page("free-phone", moved), {"phone": phone}, follow=True)
        assert response.status_code == 200
        assert "alert-danger" in response.content.decode()
        assert CustomerPhone.objects.count() == 2


class TestDeleting:
    def delete(self, client, customer, **data):
        return client.post(page("delete", customer), data, follow=True)

    def test_a_manager_deletes_and_restores(self, manager_client, manager, john):
        assert manager_client.get(page("delete", john)).status_code == 200
        shown = self.delete(manager_client, john, reason="Moved away").content.decode()
        assert "was deleted on" in shown
        assert "Moved away" in shown
        john.refresh_from_db()
        assert john.deleted_at
        assert manager_client.get(reverse("customers:list")).context["page"].rows == []
        manager_client.post(page("restore", john))
        john.refresh_from_db()
        assert john.deleted_at is None
        assert [event.by for event in RecordEvent.objects.all()] == [manager, manager]

    @pytest.mark.parametrize(("field", "said"), [("debt_balance", "owes"), ("advance_balance", "in advance")])
    def test_is_refused_with_the_amount(self, manager_client, john, field, said):
        Customer.objects.filter(pk=john.pk).update(**{field: Decimal("120.50")})
        response = self.delete(manager_client, john)
        assert "₹120.50" in str(response.context["form"].non_field_errors())
        assert said in str(response.context["form"].non_field_errors())
        john.refresh_from_db()
        assert john.deleted_at is None

    @pytest.mark.parametrize("reason", ["\x07", "x" * 300, "x" * 5000])
    def test_a_reason_that_is_no_text_is_refused(self, manager_client, john, reason):
        assert "reason" in self.delete(manager_client, john, reason=reason).context["form"].errors
        assert not RecordEvent.objects.exists()

    def test_what_is_deleted_has_no_form(self, manager_client, manager, store, john):
        delete_customer(store=store, pk=john.pk, by=manager, now=timezone.now())
        for name in ("edit", "delete"):
            assert manager_client.get(page(name, john)).url == john.get_absolute_url()
        assert edit(manager_client, john, name="Jack").status_code == 200
        john.refresh_from_db()
        assert john.name == "John Doe"

    def test_restoring_what_is_there_is_said_to_be_nothing(self, manager_client, john):
        response = manager_client.post(page("restore", john), follow=True)
        assert "is not deleted" in response.content.decode()

    def test_coming_back_by_the_phone_is_said(self, cashier_client, manager, store, john):
        delete_customer(store=store, pk=john.pk, by=manager, now=timezone.now())
        response = cashier_client.post(ADD, {**FORM, "phone": "9876543210", "name": "John Doe"}, follow=True)
        assert f"{john.number} is active again, with the same number" in response.content.decode()
        assert RecordEvent.objects.filter(what=What.CAME_BACK).count() == 1

    def test_the_changes_tell_of_it(self, manager_client, manager, store, john):
        delete_customer(store=store, pk=john.pk, by=manager, now=timezone.now(), reason="Moved away")
        shown = manager_client.get(reverse("customer-changes", args=[john.pk]))
        (deed,) = shown.context["deeds"]
        assert (deed.what, deed.who, deed.reason) == ("Deleted", manager.username, "Moved away")


class TestAdmin:
    LIST = reverse("admin:customers_customer_changelist")

    def change(self, customer):
        return reverse("admin:customers_customer_change", args=[customer.pk])

    def data(self, **changes):
        return {**FORM, "phone": "98765 43210", "name": "John", "is_active": "on", **changes}

    def test_a_phone_that_leads_to_another_record_is_refused(self, manager_client, store, john):
        other = CustomerFactory(store=store, phone="+919812345678")
        edit_customer(store=store, pk=other.pk, details={}, phone="9812345679")
        response = manager_client.post(self.change(john), self.data(phone="9812345678"))
        assert f"{other} has this phone" in str(response.context["adminform"].errors)

    def test_the_old_phone_stays_as_a_former_one(self, manager_client, john):
        assert manager_client.post(self.change(john), self.data(phone="9812345678")).status_code == 302
        assert CustomerPhone.objects.filter(customer=john, former_since__isnull=False).count() == 1

    def test_what_is_deleted_or_merged_is_only_shown(self, manager_client, manager, store, john):
        merged = CustomerFactory(store=store, merged_into=CustomerFactory(store=store))
        delete_customer(store=store, pk=john.pk, by=manager, now=timezone.now())
        for customer in (john, merged):
            assert manager_client.get(self.change(customer)).status_code == 200
            assert manager_client.post(self.change(customer), self.data(name="Jack")).status_code == 403
        john.refresh_from_db()
        assert john.name == "John Doe"

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ({"standing": "record"}, {"John Doe", "Owing"}),
            ({"standing": "deleted"}, {"Gone"}),
            ({"balance": "owes"}, {"Owing"}),
            ({"balance": "x", "standing": "x"}, {"John Doe", "Owing", "Gone"}),
            ({"incomplete": "yes"}, {"Owing", "Gone"}),
            ({"q": "owi"}, {"Owing"}),
        ],
    )
    def test_filters(self, manager_client, manager, store, john, query, found):
        store.requires_address = True
        store.save()
        Customer.objects.filter(pk=john.pk).update(address="1 Gandhi Road")
        CustomerFactory(store=store, name="Owing", debt_balance=5)
        gone = CustomerFactory(store=store, name="Gone")
        delete_customer(store=store, pk=gone.pk, by=manager, now=timezone.now())
        shown = manager_client.get(self.LIST, query).context["cl"].result_list
        assert {customer.name for customer in shown} == found

    @pytest.mark.parametrize("kind", ["csv", "xlsx"])
    def test_exports_the_own_store_alone_and_harmless(self, manager_client, store, other_store, john, kind):
        CustomerFactory(store=store, name="=1+1")
        theirs = CustomerFactory(store=other_store, name="Stranger")
        keys = [*Customer.objects.of(store).values_list("pk", flat=True), theirs.pk]
        data = {"action": f"export_{kind}", "_selected_action": keys}
        response = manager_client.post(self.LIST, data)
        assert f"customers.{kind}" in response["Content-Disposition"]
        if kind == "csv":
            text = response.getvalue().decode()
            assert "John Doe" in text
            assert ",'=1+1," in text
            assert "Stranger" not in text


class TestNaughtyStrings:
    """Stored as sent or refused with a message; never a fault, never run in the page."""

    @pytest.mark.parametrize(
        "text",
        [
            "<script>alert(1)</script>",
            "'; DROP TABLE customers; --",
            "{{ 7*7 }}{% now %}",
            "\u202eRTL\u202c",
            "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"),
            "a\u0300\u0301" * 20,
            "\x00",
            "\ufeff",
            "\u2028",
            "=cmd|' /C calc'!A0",
            "%s%n%x",
            "\u0000\u001f",
            "-1e400",
            "ﷺ" * 30,
        ],
    )
    @pytest.mark.parametrize("field", ["name", "address", "note", "email", "gst_number", "phone", "gender"])
    def test_in_every_field_of_form_and_admin(self, manager_client, john, field, text):
        for url in (ADD, page("edit", john), reverse("admin:customers_customer_change", args=[john.pk])):
            data = {**FORM, "phone": "9876543210", "name": "John", "is_active": "on", field: text}
            response = manager_client.post(url, data, follow=True)
            assert response.status_code == 200
            assert "<script>alert(1)" not in response.content.decode()
        shown = manager_client.get(john.get_absolute_url()).content.decode()
        assert "<script>alert(1)" not in shown
