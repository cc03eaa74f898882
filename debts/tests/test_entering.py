"""The screens that enter a debt: the customer first."""

from datetime import timedelta
from decimal import Decimal as D
from urllib.parse import unquote
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from customers.models import Customer
from customers.tests.factories import CustomerFactory
from debts.models import Debt
from debts.services import set_credit_account
from debts.tests.factories import owes
from debts.tests.sending import days_ago, pin_of, send
from viveka.stores.models import RequestKey, Store, User

pytestmark = pytest.mark.django_db


class TestTheCustomerFirst:
    def test_is_searched_as_one_types(self, cashier_client: Client, asha: Customer, other_store: Store) -> None:
        CustomerFactory(store=other_store, name="Asha Elsewhere")
        for words in ("ash", "98765", asha.number):
            page = cashier_client.get(reverse("debts:add"), {"q": words}, headers={"HX-Request": "true"})
            assert list(page.context["customers"]) == [asha]
            assert reverse("debts:enter", args=[asha.pk]) in page.content.decode()
            assert "<html" not in page.content.decode()

    def test_is_made_by_phone(self, cashier_client: Client, asha: Customer) -> None:
        made = cashier_client.post(reverse("debts:add"), {"phone": "98765 00001", "name": "Ravi"})
        ravi = Customer.objects.get(phone="+919876500001")
        assert (made.status_code, made.url, ravi.name) == (302, reverse("debts:enter", args=[ravi.pk]), "Ravi")
        known = cashier_client.post(reverse("debts:add"), {"phone": "+91 98765 43210", "name": ""})
        assert known.url == reverse("debts:enter", args=[asha.pk])

    @pytest.mark.parametrize("phone", ["", "12", "98765O3210", "\x00"])
    def test_a_debt_without_a_customer_is_refused_by_the_form(self, cashier_client: Client, phone: str) -> None:
        page = cashier_client.post(reverse("debts:add"), {"phone": phone, "name": "R", "amount": "500"})
        assert (page.status_code, bool(page.context["form"].errors["phone"])) == (200, True)
        assert not Debt.objects.exists()
        assert not Customer.objects.exists()

    def test_a_payment_is_of_somebody_who_owes(self, cashier_client: Client, store: Store, asha: Customer) -> None:
        owing = CustomerFactory(store=store, name="Asha Owes")
        owes(owing, 5)
        page = cashier_client.get(reverse("debts:payment-add"), {"q": "asha"})
        assert list(page.context["customers"]) == [owing]


class TestEnteringADebt:
    def test_is_kept_with_all_that_was_said(self, cashier_client: Client, cashier: User, asha: Customer) -> None:
        due = f"{timezone.localtime() + timedelta(days=9):%Y-%m-%d}"
        made = send(cashier_client, "enter", asha, amount="500.50", due_on=due, for_name="Brother", note="Rice")
        debt = Debt.objects.get()
        assert (made.status_code, made.url) == (302, debt.get_absolute_url())
        assert (debt.customer, debt.amount, f"{debt.due_on}", debt.for_name) == (asha, D("500.50"), due, "Brother")
        assert (debt.note, debt.by, debt.allowed_by) == ("Rice", cashier, None)
        page = cashier_client.get(made.url).content.decode()
        text = unquote(page)
        assert "₹500.50 is on the account" in page
        assert "wa.me/919876543210?text=Asha Rao, ₹500.50 was put on your account" in text
        assert "You owe ₹500.50 now." in text

    def test_sent_twice_is_entered_once(self, cashier_client: Client, asha: Customer) -> None:
        said = {"key": uuid4(), "amount": "500"}
        first, second = (send(cashier_client, "enter", asha, **said) for _ in range(2))
        assert first.url == second.url == Debt.objects.get().get_absolute_url()
        other = send(cashier_client, "enter", asha, **said | {"amount": "600"})
        assert "sent already, with other values" in other.content.decode()
        assert Debt.objects.count() == 1

    @pytest.mark.parametrize(
        ("field", "value"),
        [("amount", text) for text in ("", "0", "-5", "1.234", "1e5", "NaN", "१२", "99999999999", "5 ")]
        + [("due_on", "2020-01-01"), ("due_on", "yes"), ("note", "x" * 501), ("for_name", "a\x07b"), ("key", "x")],
    )
    def test_what_is_wrong_is_said_and_nothing_is_kept(
        self, cashier_client: Client, asha: Customer, field: str, value: str
    ) -> None:
        page = send(cashier_client, "enter", asha, **{"amount": "77", "note": "Two bags", field: value})
        if value == "5 ":  # outer space goes, as in every box
            assert page.status_code == 302
            return
        assert page.status_code == 200
        assert page.context["form"].errors[field]
        assert page.context["form"]["note"].value() == (value if field == "note" else "Two bags")
        assert not Debt.objects.exists()
        assert not RequestKey.objects.exists()

    def test_above_the_limit_a_cashier_is_told_how_things_stand(
        self, cashier_client: Client, cashier: User, manager: User, store: Store, asha: Customer
    ) -> None:
        set_credit_account(customer=asha, by=manager, credit_limit=D(1000), terms_days=None)
        owes(asha, 900)
        page = send(cashier_client, "enter", asha, amount="200", pin_why="Because I say so")
        body = page.content.decode()
        assert "The credit limit is ₹1,000.00, ₹900.00 is owed, ₹100.00 is left." in body
        assert "A manager allows it" in body
        assert Debt.objects.count() == 1
        said = {"amount": "200", "pin_why": "Wedding", **pin_of(store, manager)}
        wrong = send(cashier_client, "enter", asha, **said | {"pin": "0000"})
        assert "not right" in wrong.content.decode()
        assert Debt.objects.count() == 1
        send(cashier_client, "enter", asha, **said)
        debt = Debt.objects.get(amount=200)
        assert (debt.by, debt.allowed_by, debt.allowed_why) == (cashier, manager, "Wedding")

    def test_above_the_limit_a_manager_says_why(self, manager_client: Client, manager: User, asha: Customer) -> None:
        set_credit_account(customer=asha, by=manager, credit_limit=D(100), terms_days=None)
        page = send(manager_client, "enter", asha, amount="200")
        assert "A manager allows it" in page.content.decode()
        made = send(manager_client, "enter", asha, amount="200", pin_why="Wedding")
        debt = Debt.objects.get()
        assert (made.url, debt.allowed_by, debt.allowed_why) == (debt.get_absolute_url(), manager, "Wedding")
        assert "Wedding" in manager_client.get(made.url).content.decode()

    def test_only_a_manager_says_another_day(
        self, cashier_client: Client, manager_client: Client, store: Store, asha: Customer
    ) -> None:
        send(cashier_client, "enter", asha, amount="1", date=days_ago(9))
        assert store.day_of(Debt.objects.get().at) == store.day_of(timezone.now())
        send(manager_client, "enter", asha, amount="2", date=days_ago(9))
        debt = Debt.objects.get(amount=2)
        assert debt.at == store.start_of(store.day_of(timezone.now()) - timedelta(days=9))
        assert store.day_of(debt.created_at) == store.day_of(timezone.now())
        store.closed_until = store.day_of(debt.at)
        store.save()
        closed = send(manager_client, "enter", asha, amount="3", date=days_ago(9))
        assert "closed until" in str(closed.context["form"].errors["date"])
        future = send(manager_client, "enter", asha, amount="3", date=days_ago(-1))
        assert "future" in str(future.context["form"].errors["date"])
        assert Debt.objects.count() == 2

    def test_stopped_credit_is_told_beforehand(self, cashier_client: Client, manager: User, asha: Customer) -> None:
        set_credit_account(customer=asha, by=manager, credit_limit=None, terms_days=None, is_active=False)
        assert "is stopped" in cashier_client.get(reverse("debts:enter", args=[asha.pk])).content.decode()
        send(cashier_client, "enter", asha, amount="3")
        assert not Debt.objects.exists()

    def test_a_record_that_is_gone_leads_to_its_page(self, cashier_client: Client, asha: Customer) -> None:
        Customer.objects.filter(pk=asha.pk).update(deleted_at=timezone.now())
        for page in ("enter", "pay"):
            assert cashier_client.get(reverse(f"debts:{page}", args=[asha.pk])).url == asha.get_absolute_url()
