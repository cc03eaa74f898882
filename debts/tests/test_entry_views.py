"""The screens that write: a debt, a payment, what undoes them, and the account."""

from datetime import timedelta
from decimal import Decimal as D
from typing import Any
from urllib.parse import unquote
from uuid import uuid4

import pytest
from django.contrib.auth.hashers import make_password
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from advances.tests.factories import paid_ahead
from customers.models import Customer
from customers.tests.factories import CustomerFactory
from debts.models import Allocation, CreditAccount, Debt, DebtPayment, DebtReduction, PaymentReversal
from debts.services import set_credit_account
from debts.tests.factories import left, owes, pays
from viveka.stores.models import PinTry, RequestKey, Store, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def asha(store: Store) -> Customer:
    return CustomerFactory(store=store, name="Asha Rao", phone="+919876543210")


def send(client: Client, page: str, customer: Customer, **said: Any) -> Any:
    return client.post(reverse(f"debts:{page}", args=[customer.pk]), {"key": uuid4(), **said})


def pin_of(store: Store, manager: User) -> dict[str, Any]:
    """A manager's PIN as the cashier's screen sends it."""
    membership = store.memberships.get(user=manager)
    membership.pin_hash = make_password("2580")
    membership.save()
    return {"pin_manager": membership.pk, "pin": "2580"}


def days_ago(days: int) -> str:
    return f"{timezone.localtime() - timedelta(days=days):%Y-%m-%d}"


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
