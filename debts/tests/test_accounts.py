"""The credit account, and the list of them."""

from decimal import Decimal as D

import pytest
from django.test import Client
from django.urls import reverse

from customers.models import Customer
from customers.tests.factories import CustomerFactory
from debts.models import CreditAccount
from debts.services import set_credit_account
from debts.tests.factories import owes
from viveka.stores.models import Store, User

pytestmark = pytest.mark.django_db


class TestTheAccounts:
    def test_say_what_is_left(self, cashier_client: Client, store: Store, manager: User, asha: Customer) -> None:
        set_credit_account(customer=asha, by=manager, credit_limit=D(1000), terms_days=15)
        owes(asha, 300)
        stopped = CustomerFactory(store=store, name="Ravi")
        set_credit_account(customer=stopped, by=manager, credit_limit=None, terms_days=None, is_active=False)
        url = reverse("debts:accounts")
        page = cashier_client.get(url).content.decode()
        for said in ("₹1,000.00", "₹300.00", "₹700.00", "15 days", "stopped", "no limit"):
            assert said in page
        assert "Ravi" not in cashier_client.get(url, {"active": "yes"}).content.decode()
        assert "Asha" not in cashier_client.get(url, {"q": "ravi"}).content.decode()


class TestTheAccount:
    def test_is_opened_changed_and_stopped_with_a_trace(
        self, manager_client: Client, manager: User, asha: Customer
    ) -> None:
        url = reverse("debts:account", args=[asha.pk])
        manager_client.post(url, {"credit_limit": "1000", "terms_days": "15", "is_active": "on"})
        manager_client.post(url, {"credit_limit": "", "terms_days": "30"})
        account = CreditAccount.objects.get()
        assert (account.credit_limit, account.terms_days, account.is_active) == (None, 30, False)
        told = [
            (change.who, [(one.label, one.before, one.after) for one in change.fields])
            for change in manager_client.get(url).context["changes"]
        ]
        assert told[0] == (
            manager.username,
            [
                ("credit limit", "1000.00", ""),
                ("days until a debt is due", "15", "30"),
                ("active", "yes", "no"),
            ],
        )
        profile = manager_client.get(reverse("customer-changes", args=[asha.pk])).content.decode()
        assert "Credit account" in profile
        assert "1000.00" in profile

    @pytest.mark.parametrize(
        ("field", "value"),
        [("credit_limit", "-1"), ("credit_limit", "1e9"), ("terms_days", "3651"), ("terms_days", "x")],
    )
    def test_what_is_wrong_is_said(self, manager_client: Client, asha: Customer, field: str, value: str) -> None:
        page = manager_client.post(reverse("debts:account", args=[asha.pk]), {field: value})
        assert page.context["form"].errors[field]
        assert not CreditAccount.objects.exists()

    def test_in_the_admin_it_is_changed_by_the_same_rules(self, manager_client: Client, asha: Customer) -> None:
        set_credit_account(customer=asha, by=User.objects.first(), credit_limit=D(5), terms_days=None)
        account = CreditAccount.objects.get()
        url = reverse("admin:debts_creditaccount_change", args=[account.pk])
        assert "takes digits" in manager_client.post(url, {"credit_limit": "-5"}).content.decode()
        manager_client.post(url, {"credit_limit": "50.5", "terms_days": "9", "is_active": "on"})
        account.refresh_from_db()
        assert (account.credit_limit, account.terms_days) == (D("50.50"), 9)
