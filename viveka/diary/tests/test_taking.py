"""Taking down appointments, bookings and enquiries."""

from decimal import Decimal as D
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from advances.models import AdvancePayment, Appointment, Booking, Enquiry, Utilization
from advances.tests.factories import enquiry_of, history, paid_ahead
from billing.models import Bill, Product
from billing.services.buyer import Buyer
from billing.services.tender import Tender
from billing.tests.factories import sell
from customers.models import Customer
from customers.tests.factories import CustomerFactory
from viveka.books.check import check_books
from viveka.diary.tests.typed import NEW, PHONE, typed
from viveka.stores.errors import Refused
from viveka.stores.models import Store, User

pytestmark = pytest.mark.django_db


class TestTakingDown:
    def test_an_appointment_with_customer_lines_and_advance(
        self, cashier_client: Client, cashier: User, facial: Product
    ) -> None:
        data = typed(served_by=cashier.pk)
        for _ in range(2):  # sent twice, taken once
            response = cashier_client.post(NEW["appointment"], data)
        one = Appointment.objects.get()
        assert response.url == one.get_absolute_url()
        assert (one.customer.name, one.customer.advance_balance, one.served_by) == ("Asha Rao", 500, cashier)
        assert f"{timezone.localtime(one.scheduled_at, one.store.zone):%d %H:%M}" == "01 10:30"
        assert [(line.name, line.quantity, line.price, line.product_id) for line in one.lines.all()] == [
            ("facial", 1, None, facial.pk), ("Flowers", 2, D(150), None),
        ]  # fmt: skip
        page = cashier_client.get(one.get_absolute_url()).content.decode()
        for part in ("98765 43210", "window seat", "₹500.00", "no product of this name yet", "This is a new customer"):
            assert part in page, part

    def test_a_booking_by_country_code_and_number_is_the_same_persons(self, cashier_client: Client) -> None:
        cashier_client.post(NEW["appointment"], typed())
        data = typed(country_code="+91", phone="9876543210", amount="300", wanted_on="2026-12-24")
        cashier_client.post(NEW["booking"], data)
        assert Customer.objects.get().advance_balance == 800
        assert f"{Booking.objects.get().wanted_on}" == "2026-12-24"

    def test_a_bill_of_both_advances_uses_the_older_first(
        self, cashier_client: Client, store: Store, cashier: User, facial: Product
    ) -> None:
        """500 with an appointment of somebody new, 300 with a booking of the same person, and a bill of 600."""
        cashier_client.post(NEW["appointment"], typed())
        cashier_client.post(NEW["booking"], typed(country_code="+91", phone="9876543210", amount="300"))
        buyer = Buyer(customer_id=Customer.objects.get().pk)
        with pytest.raises(Refused, match="Insufficient advance balance"):
            sell(store, cashier, [(facial, 2)], buyer=buyer, tenders=[Tender("advance", D(1200))])
        assert (Bill.objects.count(), Utilization.objects.count(), Customer.objects.get().advance_balance) == (
            0,
            0,
            800,
        )
        bill = sell(store, cashier, [(facial, 1)], buyer=buyer, tenders=[Tender("advance")]).bill
        used = Utilization.objects.filter(deduction__payment__bill=bill).order_by("pk")
        assert [(one.advance.reference_type, one.amount) for one in used] == [("appointment", 500), ("booking", 100)]
        customer = Customer.objects.get()
        assert history(customer) == [(500, 500), (300, 800), (-500, 300), (-100, 200)]
        assert customer.advance_balance == 200
        assert [verdict.rule.name for verdict in check_books(store) if not verdict.is_ok] == []

    @pytest.mark.parametrize("kind", ["appointment", "booking", "enquiry"])
    @pytest.mark.parametrize("phone", ["", "12345"])
    def test_without_a_phone_the_form_comes_back_as_typed(self, cashier_client: Client, kind: str, phone: str) -> None:
        response = cashier_client.post(NEW[kind], typed(phone=phone, asked="Rates for December?"))
        page = response.content.decode()
        assert "Phone number information is required" in page
        for part in ("Asha Rao", "window seat", *(["Flowers", "UTR 7"] if kind != "enquiry" else ["December?"])):
            assert part in page, part
        assert not any(model.objects.exists() for model in (Appointment, Booking, Enquiry, Customer, AdvancePayment))

    @pytest.mark.parametrize(
        ("wrong", "said"),
        [
            ({"amount": "-5"}, "takes digits"), ({"amount": "1e9"}, "takes digits"), ({"amount": "0.001"}, "decimal"),
            ({"mode": "cheque"}, "Select a valid choice"), ({"minutes": "0"}, "greater than or equal to 1"),
            ({"minutes": "9999"}, "less than or equal"), ({"day": "1066-10-14"}, "A day between"),
            ({"time": "25:00"}, "valid time"), ({"time": ""}, "required"), ({"served_by": "98765"}, "valid choice"),
            ({"line_quantity": ["x"]}, "takes digits"), ({"line_price": ["-1"]}, "takes digits"),
            ({"line_name": [""], "line_price": ["5"]}, "Say what it is"), ({"line_quantity": ["1.5"]}, "sold whole"),
            ({"line_name": ["x"] * 60}, "At most 50 lines"), ({"line_name": ["a\x07"]}, "control characters"),
            ({"email": "nobody"}, "not an e-mail address"), ({"country_code": "+999"}, "Phone number information"),
            ({"notes": "x" * 1500}, "at most 1000"), ({"record": "no key"}, "too old"), ({"name": "\ud800"}, ""),
        ],
        ids=str,
    )  # fmt: skip
    def test_what_is_wrong_is_said_and_nothing_is_written(
        self, cashier_client: Client, facial: Product, wrong: dict[str, Any], said: str
    ) -> None:
        data = {key: value for key, value in typed(**wrong).items() if key != "name" or value.isprintable()}
        if wrong == {"name": "\ud800"}:
            data["name"] = "a\u202eb"
        response = cashier_client.post(NEW["appointment"], data)
        assert response.status_code == 200
        assert said in response.content.decode()
        assert not Appointment.objects.exists() and not Customer.objects.exists()

    def test_another_line_can_be_asked_for_without_javascript(self, cashier_client: Client) -> None:
        response = cashier_client.post(NEW["booking"], typed(more="1"))
        assert response.content.decode().count('name="line_name"') == 2 + 2 + 1  # the template's row too
        assert not Booking.objects.exists()

    def test_an_enquiry_turns_into_an_appointment_with_what_was_asked(
        self, cashier_client: Client, store: Store
    ) -> None:
        enquiry = enquiry_of(store, PHONE, "Facial\nHead massage", notes="call in the evening")
        page = cashier_client.get(NEW["appointment"], {"enquiry": enquiry.pk}).content.decode()
        for part in ('value="98765 43210"', 'value="Facial"', 'value="Head massage"', "call in the evening"):
            assert part in page, part
        cashier_client.post(NEW["appointment"], typed(enquiry=str(enquiry.pk)))
        enquiry.refresh_from_db()
        assert (enquiry.status, Appointment.objects.get().enquiry) == ("done", enquiry)
        page = cashier_client.get(enquiry.get_absolute_url()).content.decode()
        assert Appointment.objects.get().get_absolute_url() in page

    def test_the_customer_is_found_while_typing(self, cashier_client: Client, store: Store) -> None:
        paid_ahead(CustomerFactory(store=store, phone="+919876543210", name="Asha Rao"), 200)
        url = reverse("diary:who")
        for phone, code in (("९८७६५४३२१०", ""), ("98765 43210", "0091"), ("+91-98765-43210", "")):
            page = cashier_client.get(url, {"phone": phone, "country_code": code}).content.decode()
            assert "Asha Rao" in page and "₹200.00 paid ahead" in page
        assert "not on record yet" in cashier_client.get(url, {"phone": "9876543211"}).content.decode()
        assert "not a valid phone" in cashier_client.get(url, {"phone": "123"}).content.decode()
        assert cashier_client.get(url, {"phone": " "}).content.decode().strip() == ""

    def test_products_are_offered_while_typing(self, cashier_client: Client, facial: Product) -> None:
        url = reverse("diary:products")
        assert 'value="Facial"' in cashier_client.get(url, {"line_name": "fac"}).content.decode()
        assert "option" not in cashier_client.get(url, {"line_name": "\x00"}).content.decode()
