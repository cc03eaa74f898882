"""The screens of returns and voids."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from billing.models import Return
from billing.services.buyer import Buyer
from billing.services.tender import Tender
from billing.tests.factories import money_of, sell, stocked_product, take_back
from customers.models import Customer
from customers.tests.factories import CustomerFactory

pytestmark = pytest.mark.django_db
KEY = "6f9619ff-8b86-4d01-b42d-00cf4fc964ff"


@pytest.fixture
def bill(store, cashier):
    """Five at 100 and two at 20, of Asha, 300 of it on credit."""
    soap, comb = (stocked_product(store, batches=[(50, cost, price)]) for cost, price in ((80, 100), (10, 20)))
    asha = CustomerFactory(store=store, name="Asha")
    tenders = [Tender("credit", 300), Tender("upi")]
    return sell(store, cashier, [(soap, 5), (comb, 2)], tenders=tenders, buyer=Buyer(customer_id=asha.pk)).bill


def told(**more):
    return {"key": KEY, "reason": "Torn", "method": "cash"} | more


def body(response):
    return response.content.decode()


class TestReturn:
    def test_goods_are_taken_back(self, manager_client, bill, django_assert_max_num_queries):
        url = reverse("billing:return-add", args=[bill.pk])
        page = body(manager_client.get(url))
        assert 'name="quantity-1"' in page
        assert 'value="upi" selected' in page  # as it came in
        response = manager_client.post(url, told(**{"quantity-1": "4", "quantity-2": "1", "waste-2": "on"}))
        made = Return.objects.get()
        assert response.url == made.get_absolute_url()
        assert money_of(made) == [("debt", 300), ("cash", 120)]
        assert [line.is_restocked for line in made.lines.all()] == [True, False]
        again = manager_client.post(url, told(**{"quantity-1": "4", "quantity-2": "1", "waste-2": "on"}), follow=True)
        assert "nothing was done again" in body(again)
        assert Return.objects.count() == 1

    def test_the_preview_says_where_it_goes_and_writes_nothing(self, manager_client, bill):
        url = reverse("billing:return-add", args=[bill.pk])
        asked = {"method": "cash", "quantity-1": "4"}
        page = body(manager_client.get(url, asked, headers={"HX-Request": "true"}))
        for part in ("₹400.00", "Debt of this bill lowered", "₹300.00", "Cash", "₹100.00"):
            assert part in page
        assert "<form" not in page
        for wrong in ("9", "x", "0.5"):
            asked = {"method": "cash", "quantity-1": wrong}
            assert 'role="alert"' in body(manager_client.get(url, asked, headers={"HX-Request": "true"}))
        assert "₹540.00" in body(manager_client.get(url, {"all": "1"}))
        assert not Return.objects.exists()

    def test_what_was_typed_stays_where_it_is_refused(self, manager_client, bill):
        url = reverse("billing:return-add", args=[bill.pk])
        for wrong in ({"quantity-1": "6"}, {"quantity-1": "x"}, {}, {"quantity-1": "1", "reason": ""}):
            response = manager_client.post(url, told(**wrong))
            assert response.status_code == 200
            assert wrong.get("quantity-1", "") in body(response)
        response = manager_client.post(url, told(**{"quantity-1": "6"}))
        assert "can still come back" in body(response)
        assert not Return.objects.exists()

    def test_what_all_came_back_offers_nothing(self, manager_client, manager, bill):
        take_back(bill, 5, 2, by=manager)
        assert "came back already" in body(manager_client.get(reverse("billing:return-add", args=[bill.pk])))
        assert reverse("billing:return-add", args=[bill.pk]) not in body(manager_client.get(bill.get_absolute_url()))

    def test_its_page_and_receipt(self, manager_client, cashier_client, manager, bill):
        made = take_back(bill, 4, 0, by=manager)
        page = body(manager_client.get(made.get_absolute_url()))
        for part in (made.number, bill.number, "₹400.00", "₹320.00", "Debt of this bill lowered", "Too small"):
            assert part in page
        assert "₹320.00" not in body(cashier_client.get(made.get_absolute_url()))
        receipt = body(cashier_client.get(reverse("billing:return-receipt", args=[made.pk])))
        for part in (made.number, bill.number, "₹400.00", "Cash", "4 ×"):
            assert part in receipt


class TestVoid:
    def test_a_bill_of_today_is_void(self, manager_client, bill):
        url = reverse("billing:bill-void", args=[bill.pk])
        assert url in body(manager_client.get(bill.get_absolute_url()))
        assert "₹540.00" in body(manager_client.get(url))
        response = manager_client.post(url, told(), follow=True)
        assert f"{bill.number} is void." in body(response)
        assert Customer.objects.get(pk=bill.customer_id).debt_balance == 0
        page = body(manager_client.get(bill.get_absolute_url()))
        assert "Void" in page
        assert url not in page
        assert "came back already" in body(manager_client.post(url, told(key=KEY.replace("6", "7"))))

    def test_one_of_yesterday_is_not(self, manager_client, store, cashier):
        soap = stocked_product(store)
        old = sell(store, cashier, [(soap, 1)], at=timezone.now() - timedelta(days=1)).bill
        url = reverse("billing:bill-void", args=[old.pk])
        assert url not in body(manager_client.get(old.get_absolute_url()))
        assert "another day" in body(manager_client.post(url, told()))
        assert not Return.objects.exists()


class TestWhatOtherPagesSay:
    def test_lists_show_what_became_of_a_bill(self, manager_client, cashier_client, store, manager, bill):
        take_back(bill, 1, 0, by=manager)
        for url in (reverse("billing:bills"), reverse("customer-purchases", args=[bill.customer_id])):
            assert "Returned in part" in body(manager_client.get(url))
        take_back(bill, 4, 2, by=manager)
        assert "Returned</span>" in body(cashier_client.get(reverse("billing:bills")))

    def test_the_bill_shows_cost_and_profit_of_the_rest(self, manager_client, manager, bill):
        take_back(bill, 1, 0, by=manager)
        page = body(manager_client.get(bill.get_absolute_url()))
        for part in ("₹340.00", "₹100.00", "Returned in part", "RET-"):  # 420 - 80
            assert part in page

    def test_a_receipt_printed_again_says_it(self, cashier_client, manager, bill):
        receipt = reverse("billing:receipt", args=[bill.pk])
        assert "receipt-status" not in body(cashier_client.get(receipt))
        take_back(bill, 5, 2, by=manager)
        assert '<p class="receipt-status">Returned</p>' in body(cashier_client.get(receipt))

    def test_the_start_page_takes_off_what_came_back_today(self, manager_client, manager, bill):
        take_back(bill, 1, 0, by=manager)
        page = manager_client.get(reverse("home"))
        assert (page.context["figures"]["total"], page.context["back"]) == (440, 100)

    def test_movements_tell_of_it(self, manager_client, manager, bill):
        take_back(bill, 1, 1, by=manager, restock=False)
        page = body(manager_client.get(bill.lines.first().product.get_absolute_url()))
        assert "Returned" in page
        assert "Written off, came back" in page


class TestAtACashiersScreen:
    @pytest.mark.parametrize("page", ["return-add", "bill-void"])
    def test_a_manager_allows_it_by_pin(self, cashier_client, manager, manager_pin, cashier, bill, page):
        url = reverse(f"billing:{page}", args=[bill.pk])
        assert url in body(cashier_client.get(bill.get_absolute_url()))
        said = {"key": KEY, "method": "cash", "quantity-1": "1", **manager_pin}
        for wrong, sentence in (
            ({"pin": ""}, "not right"),
            ({"pin": "1111"}, "not right"),
            ({"pin_why": ""}, "Say why"),
        ):
            assert sentence in body(cashier_client.post(url, said | wrong))
        assert not Return.objects.exists()
        assert cashier_client.post(url, said).status_code == 302
        made = Return.objects.get()
        assert (made.by, made.allowed_by, made.reason) == (cashier, manager, "I know her")
