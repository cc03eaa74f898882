"""What the pages of advances show of bills, debts and debt payments, and the store's setting."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from advances.tests.factories import paid_ahead, remains
from billing.services.buyer import Buyer
from billing.services.tender import Tender
from billing.tests.factories import sell, stocked_product
from customers.models import Customer
from customers.tests.factories import CustomerFactory
from debts.models import DebtPayment
from debts.tests.factories import owes, pays
from viveka.merge.merging import merge_customers
from viveka.stores.models import Store, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def asha(store: Store) -> Customer:
    return CustomerFactory(store=store, name="Asha Rao", phone="+919876543210")


def words(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_each_use_leads_to_the_bill_or_the_debt_payment_that_it_settled(
    manager_client: Client, store: Store, asha: Customer, cashier: User
) -> None:
    advance = paid_ahead(asha, 500)
    soap = stocked_product(store, batches=[(9, 80, 100)], by=cashier)
    bill = sell(store, cashier, [(soap, 2)], buyer=Buyer(phone=asha.phone), tenders=[Tender("advance")]).bill
    owes(asha, 120)
    answer = manager_client.post(reverse("customer-settle", args=[asha.pk]))
    assert answer.url == asha.get_absolute_url()
    for url in (advance.get_absolute_url(), reverse("advances:of-customer", args=[asha.pk])):
        page = manager_client.get(url).content.decode()
        assert f'href="{bill.get_absolute_url()}"' in page
        assert f"₹200.00 for bill {bill.number}" in words(page)
        assert "₹120.00 for debt payment" in words(page)
    wallet = words(manager_client.get(reverse("advances:wallet", args=[asha.pk])).content.decode())
    assert f"bill {bill.number}" in wallet and "debt payment" in wallet


def test_a_refund_to_somebody_who_owes_offers_to_settle_first(
    manager_client: Client, cashier_client: Client, asha: Customer
) -> None:
    advance = paid_ahead(asha, 500)
    refund = reverse("advances:refund", args=[advance.pk])
    assert "Settle" not in manager_client.get(refund).content.decode()
    owes(asha, 120)
    page = manager_client.get(refund).content.decode()
    assert "Settle ₹120.00 first" in page and "Asha Rao owes ₹120.00" in page
    settle = reverse("customer-settle", args=[asha.pk])
    assert cashier_client.post(settle, {"next": refund}).url == refund
    assert manager_client.post(settle, {"next": "https://elsewhere.example/"}).url == asha.get_absolute_url()
    asha.refresh_from_db()
    assert (asha.debt_balance, asha.advance_balance, remains(advance)) == (0, 380, [380])
    assert DebtPayment.objects.get().mode == "advance"
    assert "Settle" not in manager_client.get(refund).content.decode()


def test_what_a_payment_left_leads_to_it_and_is_undone_with_it(manager_client: Client, asha: Customer) -> None:
    owes(asha, 100)
    payment = pays(asha, 150, keep_rest=True)
    kept = payment.kept_advance
    page = manager_client.get(kept.get_absolute_url()).content.decode()
    assert f'href="{payment.get_absolute_url()}"' in page and "Overpayment" in page
    assert "Reverse" not in page and "Refund" in page
    direct = manager_client.get(paid_ahead(asha, 10).get_absolute_url()).content.decode()
    assert "Reverse" in direct


def test_a_manager_says_after_how_many_days_advances_expire(manager_client: Client, store: Store) -> None:
    settings = reverse("store-settings")
    form = manager_client.get(settings).context["form"]
    told = {name: form[name].value() for name in form.fields if form[name].value() not in (None, False)}
    for days, kept in (("90", 90), ("0", 90), ("3651", 90), ("x", 90), ("", None)):
        manager_client.post(settings, {**told, "advance_expiry_days": days})
        store.refresh_from_db()
        assert store.advance_expiry_days == kept, days


def test_a_merged_wallet_reads_as_one(manager_client: Client, store: Store, manager: User, asha: Customer) -> None:
    other = CustomerFactory(store=store, name="Asha R")
    now = timezone.now()
    for customer, amount, days in ((asha, 500, 4), (other, 300, 3), (asha, 20, 2)):
        paid_ahead(customer, amount, at=now - timedelta(days=days))
    merge_customers(store=store, survivor_id=asha.pk, loser_id=other.pk, by=manager, now=now)
    lines = manager_client.get(reverse("advances:wallet", args=[asha.pk])).context["lines"]
    assert [(line.entry.change, line.balance) for line in lines] == [(20, 820), (300, 800), (500, 500)]
