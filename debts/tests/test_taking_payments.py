"""The screens that take a payment, and those that undo a debt or a payment."""

from datetime import timedelta
from decimal import Decimal as D
from urllib.parse import unquote
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from advances.tests.factories import paid_ahead
from customers.models import Customer
from customers.tests.factories import CustomerFactory
from debts.models import Allocation, DebtPayment, DebtReduction, PaymentReversal
from debts.tests.factories import left, owes, pays
from debts.tests.sending import days_ago, pin_of, send
from viveka.stores.models import PinTry, Store, User

pytestmark = pytest.mark.django_db


class TestTakingAPayment:
    def test_settles_the_oldest_first_and_gives_a_receipt(
        self, cashier_client: Client, cashier: User, asha: Customer
    ) -> None:
        old, young = owes(asha, 300, at=timezone.now() - timedelta(days=5)), owes(asha, 200)
        made = send(cashier_client, "pay", asha, amount="350", mode="upi", reference="UPI 77", note="Son came")
        payment = DebtPayment.objects.get()
        assert (made.url, payment.by, payment.reference) == (payment.get_absolute_url(), cashier, "UPI 77")
        assert left(old, young) == [D(0), D(150)]
        page = cashier_client.get(made.url).content.decode()
        assert page.count("₹300.00") == 1
        assert "₹150.00" in page
        assert "we received ₹350.00 at" in unquote(page)
        owes(asha, 1000)  # later on, the receipt still shows what was owed then
        assert "₹150.00" in cashier_client.get(made.url).content.decode()

    def test_what_it_would_settle_is_shown_before(self, cashier_client: Client, asha: Customer) -> None:
        old, young = owes(asha, 300, at=timezone.now() - timedelta(days=5)), owes(asha, 200)
        url = reverse("debts:pay", args=[asha.pk])
        typed = cashier_client.get(url, {"amount": "350"}, headers={"HX-Request": "true"})
        shown = [(line.debt, line.part, line.left) for line in typed.context["preview"].lines]
        assert shown == [(old, D(300), D(0)), (young, D(50), D(150))]
        picked = cashier_client.get(url, {"amount": "350", "debts": [young.pk]}).context["preview"]
        assert [line.part for line in picked.lines] == [D(0), D(200)]
        assert (picked.settled, picked.rest) == (D(200), D(150))
        for amount in ("", "x", "-1", "\x00"):
            assert cashier_client.get(url, {"amount": amount, "debts": ["x"]}).status_code == 200
        assert not DebtPayment.objects.exists()

    def test_settles_the_debts_picked(self, cashier_client: Client, store: Store, asha: Customer) -> None:
        old, young = owes(asha, 300, at=timezone.now() - timedelta(days=5)), owes(asha, 200)
        send(cashier_client, "pay", asha, amount="50", mode="cash", debts=[young.pk])
        assert left(old, young) == [D(300), D(150)]
        theirs = owes(CustomerFactory(store=store), 9)
        for debt in (theirs.pk, uuid4()):
            page = send(cashier_client, "pay", asha, amount="5", mode="cash", debts=[debt])
            assert "not open for this customer" in page.content.decode()
        assert DebtPayment.objects.count() == 1

    def test_more_than_owed_is_refused_unless_the_rest_is_kept(self, cashier_client: Client, asha: Customer) -> None:
        owes(asha, 300)
        page = send(cashier_client, "pay", asha, amount="450", mode="cash")
        assert page.context["form"].errors["amount"] == [
            "Only ₹300.00 is owed. Take less, or keep the rest as an advance."
        ]
        assert page.context["form"]["amount"].value() == "450"
        assert page.context["preview"].rest == 150
        made = send(cashier_client, "pay", asha, amount="450", mode="cash", keep_rest="on")
        asha.refresh_from_db()
        assert (asha.debt_balance, asha.advance_balance) == (D(0), D(150))
        assert "₹150.00 of it is kept as your advance" in unquote(cashier_client.get(made.url).content.decode())

    def test_the_advance_balance_is_a_source(self, cashier_client: Client, asha: Customer) -> None:
        owes(asha, 300)
        url = reverse("debts:pay", args=[asha.pk])
        assert "Advance balance" not in cashier_client.get(url).content.decode()
        paid_ahead(asha, 100)
        asha.refresh_from_db()
        assert "Advance balance (₹100.00)" in cashier_client.get(url).content.decode()
        too_much = send(cashier_client, "pay", asha, amount="101", mode="advance")
        assert "Insufficient advance balance" in too_much.content.decode()
        made = send(cashier_client, "pay", asha, amount="100", mode="advance")
        asha.refresh_from_db()
        assert (asha.debt_balance, asha.advance_balance) == (D(200), D(0))
        assert "from your advance" in unquote(cashier_client.get(made.url).content.decode())

    def test_sent_twice_is_taken_once(self, cashier_client: Client, asha: Customer) -> None:
        owes(asha, 300)
        said = {"key": uuid4(), "amount": "100", "mode": "cash"}
        first, second = (send(cashier_client, "pay", asha, **said) for _ in range(2))
        assert first.url == second.url
        assert DebtPayment.objects.count() == 1

    def test_of_an_earlier_day_settles_what_stood_open_then(self, manager_client: Client, asha: Customer) -> None:
        old, young = owes(asha, 300, at=timezone.now() - timedelta(days=5)), owes(asha, 200)
        page = send(manager_client, "pay", asha, amount="400", mode="cash", date=days_ago(3))
        assert "Only ₹300.00 is owed" in page.content.decode()
        send(manager_client, "pay", asha, amount="300", mode="cash", date=days_ago(3))
        assert left(old, young) == [D(0), D(200)]

    @pytest.mark.parametrize(
        ("field", "value"),
        [("amount", "0"), ("amount", "1.005"), ("mode", "credit"), ("mode", "advance"), ("mode", ""), ("key", "")],
    )
    def test_what_is_wrong_is_said(self, cashier_client: Client, asha: Customer, field: str, value: str) -> None:
        owes(asha, 300)
        page = send(cashier_client, "pay", asha, **{"amount": "10", "mode": "cash", field: value})
        assert page.context["form"].errors[field]
        assert not DebtPayment.objects.exists()


class TestUndoing:
    def test_a_payment_is_reversed_with_a_reason(self, manager_client: Client, asha: Customer) -> None:
        debt = owes(asha, 300)
        payment = pays(asha, 100)
        url = reverse("debts:payment-reverse", args=[payment.pk])
        assert "Say why" in manager_client.post(url, {"reason": "  "}).content.decode()
        assert not PaymentReversal.objects.exists()
        assert manager_client.post(url, {"reason": "Other Asha"}).url == payment.get_absolute_url()
        assert left(debt) == [D(300)]
        page = manager_client.get(payment.get_absolute_url()).content.decode()
        assert "Other Asha" in page
        assert "wa.me" not in page
        assert "reversed already" in manager_client.post(url, {"reason": "Again"}).content.decode()
        assert "reversed" in manager_client.get(debt.get_absolute_url()).content.decode()

    def test_at_the_cashiers_screen_a_manager_gives_the_pin(
        self, cashier_client: Client, cashier: User, manager: User, store: Store, asha: Customer
    ) -> None:
        debt, other = owes(asha, 300), owes(asha, 7)
        payment = pays(asha, 100)
        urls = [reverse("debts:payment-reverse", args=[payment.pk])]
        urls += [reverse(f"debts:{name}", args=[pk]) for name, pk in (("write-off", debt.pk), ("reverse", other.pk))]
        said = {"reason": "Mine", "pin_why": "Hers", **pin_of(store, manager)}
        for url in urls:
            for wrong in ({"reason": "Mine"}, said | {"pin": "0000"}, said | {"pin_why": ""}):
                assert cashier_client.post(url, wrong).status_code == 200
        assert left(debt, other) == [D(200), D(7)]
        for url in urls:
            assert cashier_client.post(url, said).status_code == 302
        assert left(debt, other) == [D(0), D(0)]
        for row in (*DebtReduction.objects.all(), PaymentReversal.objects.get()):
            assert (row.by, row.reason) == (manager, "Hers")
        assert set(PinTry.objects.filter(is_right=True).values_list("by", "what")) == {
            (cashier.pk, what) for what in ("reverse a payment", "write off", "entered by mistake")
        }

    def test_a_debt_is_written_off_whole_or_in_part(self, manager_client: Client, asha: Customer) -> None:
        debt = owes(asha, 300)
        url = reverse("debts:write-off", args=[debt.pk])
        assert manager_client.post(url, {"reason": "", "amount": "5"}).status_code == 200
        assert "is left of this debt" in manager_client.post(url, {"reason": "x", "amount": "301"}).content.decode()
        assert not DebtReduction.objects.exists()
        manager_client.post(url, {"reason": "Old", "amount": "50"})
        manager_client.post(url, {"reason": "Moved away", "amount": ""})
        debt.refresh_from_db()
        assert (debt.written_off, debt.status) == (D(300), "written_off")
        page = manager_client.get(debt.get_absolute_url()).content.decode()
        assert "Moved away" in page
        assert url not in page

    def test_a_debt_entered_by_mistake_is_taken_out(self, manager_client: Client, asha: Customer) -> None:
        debt, paid = owes(asha, 300), owes(asha, 50)
        pays(asha, 10, debts=[paid])
        manager_client.post(reverse("debts:reverse", args=[debt.pk]), {"reason": "Twice"})
        page = manager_client.post(reverse("debts:reverse", args=[paid.pk]), {"reason": "Twice"})
        assert "Undo that first" in page.content.decode()
        asha.refresh_from_db()
        assert asha.debt_balance == 40


def test_nothing_of_the_ledger_is_written_in_the_admin(manager_client: Client, asha: Customer) -> None:
    debt = owes(asha, 300)
    pays(asha, 10)
    for model, row in (
        ("debt", debt),
        ("debtpayment", DebtPayment.objects.get()),
        ("allocation", Allocation.objects.get()),
    ):
        assert manager_client.get(reverse(f"admin:debts_{model}_change", args=[row.pk])).status_code == 200
        for page in (reverse(f"admin:debts_{model}_add"), reverse(f"admin:debts_{model}_delete", args=[row.pk])):
            assert manager_client.post(page, {"post": "yes"}).status_code == 403
        assert manager_client.post(reverse(f"admin:debts_{model}_change", args=[row.pk]), {}).status_code == 403
