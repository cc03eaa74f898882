"""The list of customers, the form of one, and the name put right."""

import pytest
from django.urls import reverse

from customers.models import Customer
from customers.tests.factories import CustomerFactory

pytestmark = pytest.mark.django_db

LIST, ADD = reverse("customers:list"), reverse("customers:add")
FORM = {"phone": "", "name": "", "email": "", "address": "", "gst_number": "", "gender": "", "note": ""}


def errors(response):
    assert response.status_code == 200
    return response.context["form"].errors


class TestList:
    def test_shows_the_newest_first(self, cashier_client, store):
        older, newer = CustomerFactory(store=store), CustomerFactory(store=store)
        assert cashier_client.get(LIST).context["page"].rows == [newer, older]

    @pytest.mark.parametrize("text", ["asha", "men", "CUST0001", "98765 43210", "6543", "०९८७६५"])
    def test_finds_by_name_number_and_phone(self, cashier_client, store, text):
        asha = CustomerFactory(store=store, name="Asha Menon", phone="+919876543210")
        CustomerFactory(store=store, name="Ravi", phone="+919812000000")
        assert cashier_client.get(LIST, {"q": text}).context["page"].rows == [asha]

    @pytest.mark.parametrize("text", ["\x00", "'", "%", "x" * 5000, "((", "\\"])
    def test_strange_searches_are_no_fault(self, cashier_client, text):
        assert cashier_client.get(LIST, {"q": text}).status_code == 200

    def test_answers_htmx_with_the_table_alone(self, cashier_client, store):
        CustomerFactory(store=store)
        response = cashier_client.get(LIST, headers={"HX-Request": "true"})
        assert b"<table" in response.content
        assert b"<html" not in response.content
        assert response["Vary"].count("HX-Request") == 1

    def test_pages_forth_and_back_over_every_customer_once(self, cashier_client, store):
        all_of_them = [customer.pk for customer in CustomerFactory.create_batch(60, store=store)][::-1]
        page = cashier_client.get(LIST).context["page"]
        pages = [page]
        while page.older:
            page = cashier_client.get(LIST, {"before": page.older}).context["page"]
            pages.append(page)
        assert [customer.pk for one in pages for customer in one.rows] == all_of_them
        assert [len(one.rows) for one in pages] == [25, 25, 10]
        back = cashier_client.get(LIST, {"after": pages[-1].newer}).context["page"]
        assert back.rows == pages[1].rows
        assert cashier_client.get(LIST, {"after": back.newer}).context["page"].rows == pages[0].rows

    @pytest.mark.parametrize("key", ["x", "9" * 40, "1e5", "²", "\x00", "1~2"])
    @pytest.mark.parametrize("way", ["before", "after"])
    def test_an_unknown_place_is_the_first_page(self, cashier_client, store, way, key):
        customer = CustomerFactory(store=store)
        assert cashier_client.get(LIST, {way: key}).context["page"].rows == [customer]


class TestAdding:
    def test_makes_a_customer_with_the_next_number(self, cashier_client, store):
        response = cashier_client.post(
            ADD, {**FORM, "phone": "098765 43210", "name": "  John   Doe ", "gender": "male"}
        )
        customer = Customer.objects.get()
        assert response.url == customer.get_absolute_url()
        assert (customer.number, customer.phone, customer.name) == ("CUST0001", "+919876543210", "John Doe")

    def test_a_phone_on_record_updates_that_record_and_says_so(self, cashier_client, store):
        known = CustomerFactory(store=store, phone="+919876543210", name="John", note="old", is_active=False)
        data = {**FORM, "phone": "98765-43210", "name": "John Doe", "email": "j@Example.COM"}
        response = cashier_client.post(ADD, data, follow=True)
        assert "was on record" in response.content.decode()
        assert "active again" in response.content.decode()
        known.refresh_from_db()
        assert (known.name, known.email, known.note) == ("John Doe", "j@example.com", "old")
        assert Customer.objects.count() == 1

    def test_a_name_on_record_is_shown_for_the_person_to_decide(self, cashier_client, store):
        known = CustomerFactory(store=store, name="John Doe")
        response = cashier_client.post(ADD, {**FORM, "name": "john doe"})
        assert known.get_absolute_url() in str(errors(response)["name"])
        assert known.phone[-4:] in str(errors(response)["name"])
        assert Customer.objects.count() == 1

    def test_a_name_cannot_bring_markup_into_the_hint(self, cashier_client, store):
        CustomerFactory(store=store, name="<b>John</b>")
        response = cashier_client.post(ADD, {**FORM, "name": "<b>John</b>"})
        assert b"<b>John" not in response.content

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("phone", "12345"),
            ("phone", "98765O3210"),
            ("phone", "\x00"),
            ("name", ""),
            ("name", "a\x07b"),
            ("name", "x" * 201),
            ("email", "nobody"),
            ("gst_number", "27AAPFU0939F1Z0"),
            ("gender", "king"),
            ("address", "x" * 501),
        ],
    )
    def test_what_is_wrong_is_said_with_what_was_typed_still_there(self, cashier_client, field, value):
        response = cashier_client.post(
            ADD, {**FORM, "phone": "9876543210", "name": "John", "note": "kept", field: value}
        )
        assert field in errors(response)
        assert response.context["form"]["note"].value() == "kept"
        assert not Customer.objects.exists()


class TestEditing:
    @pytest.fixture
    def john(self, store):
        return CustomerFactory(store=store, name="John Doe", phone="+919876543210", note="old")

    def edit(self, client, customer, **changes):
        data = {**FORM, "phone": "98765 43210", "name": "John Doe", "is_active": "on", **changes}
        return client.post(reverse("customers:edit", args=[customer.pk]), data)

    def test_shows_the_record_as_it_is(self, cashier_client, john):
        page = cashier_client.get(reverse("customers:edit", args=[john.pk])).content.decode()
        assert 'value="98765 43210"' in page
        assert 'value="John Doe"' in page

    def test_writes_what_the_form_holds_blanks_included(self, cashier_client, cashier, john):
        assert self.edit(cashier_client, john, name="John A. Doe", phone="9812345678").url == john.get_absolute_url()
        john.refresh_from_db()
        assert (john.name, john.phone, john.note) == ("John A. Doe", "+919812345678", "")
        change = Customer.pgh_event_model.objects.filter(pgh_obj=john).latest("pgh_id")
        assert change.pgh_context.metadata["user"] == cashier.pk

    def test_a_phone_of_somebody_else_is_refused_with_the_way_there(self, cashier_client, store, john):
        other = CustomerFactory(store=store, phone="+919812345678")
        response = self.edit(cashier_client, john, phone="98123 45678")
        assert other.get_absolute_url() in str(errors(response)["phone"])
        john.refresh_from_db()
        assert john.phone == "+919876543210"

    def test_the_same_phone_in_another_store_is_another_customer(self, cashier_client, other_store, john):
        CustomerFactory(store=other_store, phone="+919812345678")
        assert self.edit(cashier_client, john, phone="98123 45678").status_code == 302

    def test_without_a_phone_the_name_must_be_free(self, cashier_client, store, john):
        CustomerFactory(store=store, name="JOHN DOE", phone=None)
        assert "name" in errors(self.edit(cashier_client, john, phone=""))

    def test_makes_inactive_and_active_again(self, cashier_client, john):
        self.edit(cashier_client, john, is_active="")
        john.refresh_from_db()
        assert not john.is_active


class TestCorrectingTheName:
    def correct(self, client, customer, name, **more):
        return client.post(reverse("customers:correct-name", args=[customer.pk]), {"name": name}, **more)

    def test_gives_the_record_another_name(self, cashier_client, store):
        customer = CustomerFactory(store=store)
        assert self.correct(cashier_client, customer, " Jane  Doe ").url == customer.get_absolute_url()
        customer.refresh_from_db()
        assert customer.name == "Jane Doe"

    def test_answers_htmx_with_the_name(self, cashier_client, store):
        customer = CustomerFactory(store=store)
        response = self.correct(cashier_client, customer, "Jane", headers={"HX-Request": "true"})
        assert "Jane" in response.content.decode()
        assert b"<html" not in response.content

    @pytest.mark.parametrize("name", ["", " ", "J", "walk-in customer", "a\x07", "x" * 201])
    def test_refuses_what_is_no_name(self, cashier_client, store, name):
        customer = CustomerFactory(store=store, name="Jane")
        assert self.correct(cashier_client, customer, name, headers={"HX-Request": "true"}).status_code == 422
        assert self.correct(cashier_client, customer, name).status_code == 302
        customer.refresh_from_db()
        assert customer.name == "Jane"

    def test_goes_back_to_a_page_of_ours_alone(self, cashier_client, store):
        customer = CustomerFactory(store=store)
        url = reverse("customers:correct-name", args=[customer.pk])
        assert cashier_client.post(url, {"name": "Jo", "next": "/counter/"}).url == "/counter/"
        assert (
            cashier_client.post(url, {"name": "Jo", "next": "https://example.com"}).url == customer.get_absolute_url()
        )

    def test_a_phoneless_namesake_is_said_not_a_fault(self, cashier_client, store):
        CustomerFactory(store=store, name="Jane", phone=None)
        other = CustomerFactory(store=store, name="June", phone=None)
        response = self.correct(cashier_client, other, "jane", headers={"HX-Request": "true"})
        assert response.status_code == 422


class TestAdmin:
    @pytest.fixture
    def john(self, store):
        return CustomerFactory(store=store, name="John Doe", phone="+919876543210")

    def test_adds_by_the_same_rules_with_the_next_number(self, manager_client, store):
        manager_client.post(
            reverse("admin:customers_customer_add"), {**FORM, "phone": "98765 43210", "name": "Jo", "is_active": "on"}
        )
        assert (Customer.objects.get().number, Customer.objects.get().phone) == ("CUST0001", "+919876543210")

    def test_edits_by_the_same_rules(self, manager_client, store, john):
        url = reverse("admin:customers_customer_change", args=[john.pk])
        CustomerFactory(store=store, phone="+919812345678")
        for wrong in ({"phone": "12"}, {"phone": "9812345678"}, {"email": "x"}, {"gst_number": "1"}, {"name": "\x07"}):
            response = manager_client.post(
                url, {**FORM, "phone": "9876543210", "name": "John", "is_active": "on", **wrong}
            )
            assert response.context["adminform"].errors, wrong
        response = manager_client.post(url, {**FORM, "phone": "9876500000", "name": "Jon", "is_active": "on"})
        assert response.status_code == 302
        john.refresh_from_db()
        assert (john.name, john.phone) == ("Jon", "+919876500000")

    def test_searches_as_the_list_does(self, manager_client, john):
        page = manager_client.get(reverse("admin:customers_customer_changelist"), {"q": "6543"})
        assert page.context["cl"].result_list.get() == john
