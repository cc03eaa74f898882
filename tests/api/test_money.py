"""Advances, credit, debts and their payment: what other systems send, and the whole of each answer."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from advances.models import AdvancePayment
from advances.tests.factories import paid_ahead
from billing.tests.factories import stocked_product
from customers.models import Customer
from customers.tests.factories import CustomerFactory
from debts.models import CreditAccount, Debt, DebtPayment
from debts.tests.factories import owes
from tests.api.whole import iso, said_of, said_of_advance
from viveka.stores.tests.callers import Caller

pytestmark = pytest.mark.django_db


def test_a_bill_out_of_two_advances_the_oldest_first(till: Caller, john: Customer) -> None:
    """600 out of 500 and 300: the first is used up, 200 are left of the second."""
    product = stocked_product(till.store, batches=[(20, 80, 100)])
    now = timezone.now()
    older = paid_ahead(john, 500, mode="upi", at=now - timedelta(days=2))
    newer = paid_ahead(john, 300, mode="upi", at=now - timedelta(days=1))
    sale = {
        "saleItems": [{"productId": product.pk, "quantity": 6}],
        "receiptData": {"customerId": john.pk, "paymentMethod": "wallet"},
    }
    bill = till.post("/inventory/sales", sale).body["bill"]
    assert bill["payments"] == [{"method": "advance", "amount": "600.00", "reference": None, "cashReceived": None}]
    too_much = till.post("/inventory/sales", sale)
    assert (too_much.status, too_much.body["message"]) == (409, "Insufficient advance balance")

    def used(advance: AdvancePayment, amount: str, **other: Any) -> dict[str, Any]:
        use = {
            "billId": bill["id"], "billNumber": bill["billNumber"], "debtPaymentId": None, "amount": amount,
            "createdAt": iso(advance.utilizations.get().created_at),
        }  # fmt: skip
        return said_of_advance(advance, utilizedAmount=amount, utilizations=[use], **other)

    left = used(newer, "100.00", remainingAmount="200.00")
    gone = used(older, "500.00", remainingAmount="0.00", status="utilized")
    assert till.get(f"/customers/{john.pk}/advances").body == {
        "success": True, "advances": [left], "advanceBalance": "200.00", "nextCursor": None,
    }  # fmt: skip
    every = till.get(f"/customers/{john.pk}/advances", includeUtilized="true").body
    assert every["advances"] == [left, gone]


def test_an_advance_is_taken_and_given_back(till: Caller, office: Caller) -> None:
    body = {"phone": "98765 43210", "amount": "120.50", "paymentMode": "Bank Transfer", "notes": "Wedding"}
    answer = till.post("/advances", {**body, "paymentReference": "N1"}, key="k")
    advance = AdvancePayment.objects.get()
    shown = said_of_advance(advance, paymentMode="bank_transfer", paymentReference="N1", notes="Wedding")
    name = "Walk-in Customer"
    assert (answer.status, answer.body) == (
        201,
        {
            "success": True,
            "advancePayment": shown,
            "customer": said_of(advance.customer, name=name, advanceBalance="120.50"),
        },
    )
    refund = {"amount": 20.5, "mode": "cash", "reason": "Called off"}
    refunded = office.post(f"/advances/{advance.pk}/refund", refund, key="k")
    left = {**shown, "refundedAmount": "20.50", "remainingAmount": "100.00"}
    assert (refunded.status, refunded.body) == (200, {"success": True, "advancePayment": left})
    assert office.post(f"/advances/{advance.pk}/refund", refund, key="k").body == refunded.body
    assert office.post(f"/advances/{advance.pk}/refund", {**refund, "amount": 101}).status == 409
    rest = office.post(f"/advances/{advance.pk}/refund", {"mode": "cash", "reason": "Called off"}).body
    assert (rest["advancePayment"]["status"], rest["advancePayment"]["remainingAmount"]) == ("refunded", "0.00")
    nobody = till.post("/advances", {"amount": 5, "paymentMode": "cash"})
    assert (nobody.status, nobody.body["message"]) == (422, "Phone number information is required")


def test_credit_needs_a_customer_and_stays_below_the_limit(till: Caller, office: Caller, john: Customer) -> None:
    product = stocked_product(till.store, batches=[(10, 80, 100)])
    opened = office.post("/customer-accounts", {"customerId": john.pk, "creditLimit": 150, "termsDays": 30}, key="k")
    account = CreditAccount.objects.get()
    shown = {
        "id": account.pk, "customerId": john.pk, "creditLimit": "150.00", "limit": "150.00", "termsDays": 30,
        "terms": 30, "isActive": True, "debtBalance": "0.00", "available": "150.00",
        "createdAt": iso(account.created_at), "updatedAt": iso(account.updated_at),
    }  # fmt: skip
    assert (opened.status, opened.body) == (201, {"success": True, "customerAccount": shown})
    sale: dict[str, Any] = {"saleItems": [{"productId": product.pk, "quantity": 1}]}
    nobody = till.post("/inventory/sales", {**sale, "receiptData": {"paymentMethod": "credit"}})
    assert nobody.status == 422
    receipt = {"customerId": john.pk, "paymentMethod": "Credit"}
    assert till.post("/inventory/sales", {**sale, "receiptData": receipt}).status == 201
    assert till.post("/inventory/sales", {**sale, "receiptData": receipt}).status == 409
    listed = till.get("/customer-accounts", customer=john.pk).body
    owing = {**shown, "debtBalance": "100.00", "available": "50.00"}
    assert listed == {"success": True, "customerAccounts": [owing], "nextCursor": None}
    changed = office.patch(f"/customer-accounts/{john.pk}", {"isActive": False})
    account.refresh_from_db()
    stopped = {**owing, "isActive": False, "available": "0.00", "updatedAt": iso(account.updated_at)}
    assert (changed.status, changed.body) == (200, {"success": True, "customerAccount": stopped}), "the limit stays"
    again = office.post("/customer-accounts", {"customerId": john.pk, "creditLimit": None})
    assert (again.status, again.body["customerAccount"]["available"]) == (200, None)
    assert office.patch(f"/customer-accounts/{CustomerFactory(store=till.store).pk}", {}).status == 404


def test_debts_their_payment_and_the_statement(till: Caller, office: Caller, john: Customer) -> None:
    product = stocked_product(till.store, batches=[(10, 80, 100)])
    today = till.store.day_of(timezone.now())
    entered = till.post("/debts", {"customerId": john.pk, "amount": 250, "dueDate": f"{today}", "note": "Saree"})
    first = Debt.objects.get()
    shown = {
        "id": str(first.pk), "customerId": john.pk, "billId": None, "amount": "250.00", "paidAmount": "0.00",
        "balance": "250.00", "date": f"{today}", "dueDate": f"{today}", "status": "open", "note": "Saree",
    }  # fmt: skip
    assert (entered.status, entered.body) == (201, {"success": True, "debt": shown})
    receipt = {"customerId": john.pk, "payments": [{"method": "credit", "amount": 60}, {"method": "upi", "amount": 40}]}
    sale = {"saleItems": [{"productId": product.pk, "quantity": 1}], "receiptData": receipt}
    bill = till.post("/inventory/sales", sale).body["bill"]
    on_bill = Debt.objects.exclude(pk=first.pk).get()
    more = till.post("/debt-payments", {"customerId": john.pk, "amount": 311, "mode": "cash"})
    assert (more.status, list(more.errors)) == (409, ["amount"])
    body = {"customerId": john.pk, "amount": "300", "mode": "UPI", "reference": "U1"}
    answer = till.post("/debt-payments", body, key="k")
    payment = DebtPayment.objects.get()
    paid = {
        "id": str(payment.pk), "customerId": john.pk, "amount": "300.00", "mode": "upi", "reference": "U1",
        "note": None, "keptAsAdvance": "0.00", "advancePaymentId": None, "date": f"{today}",
        "createdAt": iso(payment.created_at),
    }  # fmt: skip
    parts = [{"debtId": str(first.pk), "amount": "250.00"}, {"debtId": str(on_bill.pk), "amount": "50.00"}]
    assert (answer.status, answer.body) == (
        201, {"success": True, "payment": paid, "allocations": parts, "debtBalance": "10.00"},
    )  # fmt: skip
    assert till.post("/debt-payments", body, key="k").body == answer.body
    settled = {**shown, "paidAmount": "250.00", "balance": "0.00", "status": "settled"}
    still = {
        **shown, "id": str(on_bill.pk), "billId": bill["id"], "amount": "60.00", "paidAmount": "50.00",
        "balance": "10.00", "dueDate": None, "note": None,
    }  # fmt: skip
    listed = till.get("/debts", customer=john.pk).body
    assert listed == {"success": True, "debts": [still, settled], "nextCursor": None}
    assert till.get("/debts", status="settled").body["debts"] == [settled]
    paid_ahead(john, 4)
    lines = [
        {"type": "debt", "reference": None, "debit": "250.00", "credit": "0.00", "balance": "250.00"},
        {"type": "debt", "reference": bill["billNumber"], "debit": "60.00", "credit": "0.00", "balance": "310.00"},
        {"type": "payment", "reference": "U1", "debit": "0.00", "credit": "300.00", "balance": "10.00"},
    ]
    customer = said_of(john, advanceBalance="4.00", debtBalance="10.00", totalPurchases="100.00", purchaseCount=1)
    assert till.get(f"/customers/{john.pk}/statement").body == {
        "success": True, "customer": customer, "openingBalance": "0.00", "closingBalance": "10.00",
        "lines": [{"date": f"{today}", **line} for line in lines], "advanceBalance": "4.00", "net": "6.00",
    }  # fmt: skip
    later = till.get(f"/customers/{john.pk}/statement", **{"from": f"{today + timedelta(days=1)}", "to": "2199-01-01"})
    assert (later.body["openingBalance"], later.body["lines"]) == ("10.00", [])


def test_a_payment_of_picked_debts_and_what_is_above_them(till: Caller, office: Caller, john: Customer) -> None:
    first, second = owes(john, 100), owes(john, 50)
    body = {"customerId": john.pk, "amount": 70, "mode": "cash", "debtIds": [str(second.pk)]}
    assert till.post("/debt-payments", body).status == 409
    kept = till.post("/debt-payments", {**body, "keepRestAsAdvance": True}).body
    advance = AdvancePayment.objects.get()
    assert kept["allocations"] == [{"debtId": str(second.pk), "amount": "50.00"}]
    assert (kept["payment"]["keptAsAdvance"], kept["payment"]["advancePaymentId"]) == ("20.00", str(advance.pk))
    from_balance = till.post("/debt-payments", {"customerId": john.pk, "amount": 20, "mode": "advance"}).body
    assert (from_balance["payment"]["mode"], from_balance["debtBalance"]) == ("advance", "80.00")
    (use,) = till.get(f"/customers/{john.pk}/advances", includeUtilized="true").body["advances"][0]["utilizations"]
    assert (use["debtPaymentId"], use["billId"]) == (from_balance["payment"]["id"], None)
    gone = till.post("/debt-payments", {**body, "amount": 1})
    assert (gone.status, list(gone.errors)) == (404, ["debtIds"])
    yesterday = f"{till.store.day_of(timezone.now()) - timedelta(days=1)}"
    earlier = {"customerId": john.pk, "amount": 1, "date": yesterday}
    for path in ("/debts", "/debt-payments"):
        assert list(till.post(path, {**earlier, "mode": "cash"}).errors) == ["date"], "cashiers enter today only"
    assert office.post("/debts", earlier).body["debt"]["date"] == yesterday
    first.refresh_from_db()
    assert first.balance == 80
