"""Each call of the API with what other systems send, and the whole of each answer."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from advances.models import AdvancePayment, Appointment, Booking, Enquiry
from advances.tests.factories import paid_ahead
from billing.models import Batch, Bill, Product
from billing.tests.factories import stocked_product
from customers.models import Customer
from customers.tests.factories import CustomerFactory
from debts.models import CreditAccount, Debt, DebtPayment
from debts.tests.factories import owes
from viveka.stores.models import Store
from viveka.stores.tests.callers import Caller

pytestmark = pytest.mark.django_db
PHONE = "+919876543210"


def iso(moment: Any) -> Any:
    return moment and moment.isoformat().replace("+00:00", "Z")


def said_of(customer: Customer, **other: Any) -> dict[str, Any]:
    """The customer as each answer has it, by name what differs from a new one with a phone and a name alone."""
    customer.refresh_from_db()
    return {
        "id": customer.pk, "customerNumber": customer.number, "name": "John Doe", "phone": PHONE, "email": None,
        "emailId": None, "address": None, "gstNo": None, "gender": None, "note": None, "isActive": True,
        "advanceBalance": "0.00", "debtBalance": "0.00", "totalPurchases": "0.00", "purchaseCount": 0,
        "lastPurchaseDate": iso(customer.last_purchase_at), "createdAt": iso(customer.created_at),
        "updatedAt": iso(customer.updated_at), **other,
    }  # fmt: skip


def said_of_advance(advance: AdvancePayment, **other: Any) -> dict[str, Any]:
    """The advance, by name what differs from one that nothing happened to."""
    amount = f"{advance.amount:.2f}"
    return {
        "id": str(advance.pk), "customerId": advance.customer_id, "referenceType": "direct", "referenceId": None,
        "amount": amount, "paymentMode": "upi", "paymentReference": None, "status": "active",
        "utilizedAmount": "0.00", "refundedAmount": "0.00", "remainingAmount": amount, "notes": None,
        "createdAt": iso(advance.created_at), "utilizations": [], **other,
    }  # fmt: skip


@pytest.fixture
def till(store: Store) -> Caller:
    return Caller(store, "cashier")


@pytest.fixture
def office(store: Store) -> Caller:
    return Caller(store, "manager")


@pytest.fixture
def john(store: Store) -> Customer:
    return CustomerFactory(store=store, name="John Doe", phone=PHONE)


def test_an_appointment_with_a_new_customer_and_an_advance(till: Caller) -> None:
    sent = {
        "phoneNumber": "+919876543210",
        "customerName": "John Doe",
        "gender": "male",
        "advanceAmount": 500.00,
        "paymentMode": "upi",
        "scheduledAt": "2026-12-24T10:30:00+05:30",
        "services": [{"name": "Haircut"}, {"name": "Shave", "quantity": 2, "price": "80"}],
    }
    answer = till.post(f"/appointments/store/{till.store.slug}", sent, key="k")
    appointment, advance = Appointment.objects.get(), AdvancePayment.objects.get()
    shown = {
        "id": str(appointment.pk),
        "customerId": appointment.customer_id,
        "status": "open",
        "notes": None,
        "createdAt": iso(appointment.created_at),
        "updatedAt": iso(appointment.updated_at),
        "scheduledAt": "2026-12-24T05:00:00Z",
        "minutes": 30,
        "servedBy": None,
        "services": [
            {"productId": None, "name": "Haircut", "quantity": "1", "price": None},
            {"productId": None, "name": "Shave", "quantity": "2", "price": "80.00"},
        ],
    }
    assert (answer.status, answer.body) == (
        201,
        {
            "success": True,
            "appointment": shown,
            "customer": said_of(appointment.customer, gender="male", advanceBalance="500.00"),
            "isNewCustomer": True,
            "advancePayment": said_of_advance(
                advance, referenceType="appointment", referenceId=str(appointment.pk), amount="500.00"
            ),
        },
    )
    assert till.post(f"/appointments/store/{till.store.slug}", sent, key="k").body == answer.body
    assert Appointment.objects.count() == 1
    assert till.get(f"/appointments/{appointment.pk}").body == {"success": True, "appointment": shown}
    listed = till.get(f"/appointments/store/{till.store.pk}", status="open").body
    assert listed == {"success": True, "appointments": [shown], "nextCursor": None}


def test_a_booking_of_a_customer_on_record(till: Caller, john: Customer) -> None:
    paid_ahead(john, 500)
    sent = {
        "country_code": "+91",
        "contact_no": "9876543210",
        "customer_name": "Jane Smith",
        "gender": "female",
        "email": "jane@example.com",
        "advance_amount": 300.00,
        "payment_mode": "cash",
        "items": [{"name": "Cake", "quantity": 1.5}],
        "notes": "Eggless",
    }
    answer = till.post(f"/bookings/store/{till.store.pk}", sent)
    booking = Booking.objects.get()
    shown = {
        "id": str(booking.pk),
        "customerId": john.pk,
        "status": "open",
        "notes": "Eggless",
        "createdAt": iso(booking.created_at),
        "updatedAt": iso(booking.updated_at),
        "wantedOn": None,
        "items": [{"productId": None, "name": "Cake", "quantity": "1.5", "price": None}],
    }
    advance = AdvancePayment.objects.get(reference_type="booking")
    assert (answer.status, answer.body) == (
        201,
        {
            "success": True,
            "booking": shown,
            "customer": said_of(
                john, gender="female", email="jane@example.com", emailId="jane@example.com", advanceBalance="800.00"
            ),
            "isNewCustomer": False,
            "advancePayment": said_of_advance(
                advance, referenceType="booking", referenceId=str(booking.pk), paymentMode="cash"
            ),
        },
    )
    assert till.get(f"/bookings/{booking.pk}").body == {"success": True, "booking": shown}
    assert till.get(f"/bookings/store/{till.store.slug}").body["bookings"] == [shown]


def test_an_enquiry_brings_a_customer_and_no_advance(till: Caller) -> None:
    sent = {
        "country_code": "+91",
        "contact_no": "8765432109",
        "name": "Mike Wilson",
        "gender": "male",
        "enquiry_details": ["Party lights", {"name": "Speakers", "quantity": 2, "price": 900}],
        "advance_amount": 100,
    }
    answer = till.post(f"/enquiries/store/{till.store.slug}", sent)
    enquiry = Enquiry.objects.get()
    shown = {
        "id": str(enquiry.pk),
        "customerId": enquiry.customer_id,
        "status": "open",
        "notes": None,
        "createdAt": iso(enquiry.created_at),
        "updatedAt": iso(enquiry.updated_at),
        "enquiryDetails": "Party lights\n2 × Speakers at 900.00",
    }
    customer = said_of(enquiry.customer, name="Mike Wilson", phone="+918765432109", gender="male")
    assert (answer.status, answer.body) == (
        201,
        {"success": True, "enquiry": shown, "customer": customer, "isNewCustomer": True},
    )
    assert not AdvancePayment.objects.exists()
    assert till.get(f"/enquiries/{enquiry.pk}").body == {"success": True, "enquiry": shown}
    assert till.get(f"/enquiries/store/{till.store.slug}", status="done").body["enquiries"] == []


@pytest.mark.parametrize("kind", ["appointments", "bookings", "enquiries"])
def test_a_record_without_a_phone_is_refused(till: Caller, kind: str) -> None:
    sent = {"name": "John Doe", "advanceAmount": 5, "paymentMode": "cash", "enquiryDetails": "Lights?"}
    for phone in ({}, {"phone": "98765O3210"}, {"country_code": "+91", "contact_no": "12"}):
        answer = till.post(f"/{kind}/store/{till.store.slug}", {**sent, **phone})
        assert (answer.status, answer.body["message"]) == (422, "Phone number information is required")
    assert not Customer.objects.exists()


def test_the_lines_of_a_record_stand_for_products_of_the_store(till: Caller, other_store: Store) -> None:
    ours, theirs = stocked_product(till.store, name="Facial"), stocked_product(other_store)
    path = f"/bookings/store/{till.store.slug}"
    made = till.post(path, {"phone": PHONE, "items": [{"productId": ours.pk}]}).body["booking"]
    assert made["items"] == [{"productId": ours.pk, "name": "Facial", "quantity": "1", "price": None}]
    refused = till.post(path, {"phone": PHONE, "items": [{"productId": ours.pk}, {"productId": theirs.pk}]})
    assert (refused.status, list(refused.errors)) == (404, ["items.1.productId"])
    nameless = till.post(path, {"phone": PHONE, "items": [{"quantity": 2}]})
    assert (nameless.status, list(nameless.errors)) == (422, ["items.0.name"])
    assert Booking.objects.count() == 1


def test_the_sale_of_an_older_till(till: Caller, office: Caller) -> None:
    """Its own number, items and totals are not trusted; the total it expects is."""
    product = stocked_product(till.store, batches=[(3, 80, 100), (10, 85, 110)], name="Product A")
    sent = {
        "saleItems": [{"productId": product.pk, "quantity": 5, "notes": "Gift"}],
        "referenceNumber": "BILL-1234567890",
        "receiptData": {
            "billNumber": "BILL-1234567890", "items": [{"price": 1}], "subtotal": 500, "total": 520,
            "customerPhone": "9876543210", "customerName": "John Doe", "customerEmail": None,
            "paymentMethod": "Cash", "cashReceived": 600,
        },
    }  # fmt: skip
    wrong = {**sent, "receiptData": {**sent["receiptData"], "total": 500}}  # type: ignore[dict-item]
    assert till.post("/inventory/sales", wrong).status == 409
    answer = till.post("/inventory/sales", sent, key="k")
    bill, (first, second) = Bill.objects.get(), Batch.objects.order_by("pk")
    lines = list(bill.lines.all())
    items = [
        {
            "id": str(line.pk), "productId": product.pk, "name": "Product A", "quantity": quantity, "price": price,
            "subtotal": total, "discount": "0.00", "total": total, "returnedQuantity": "0", "note": "Gift",
        }
        for line, quantity, price, total in zip(
            lines, ("3", "2"), ("100.00", "110.00"), ("300.00", "220.00"), strict=True
        )
    ]  # fmt: skip
    shown = {
        "id": str(bill.pk), "billNumber": bill.number, "items": items, "subtotal": "520.00", "discount": "0.00",
        "total": "520.00", "change": "80.00", "customer": bill.customer_id, "customerNumber": "CUST0001",
        "customerName": "John Doe", "customerPhone": PHONE, "forName": None, "cashier": till.user.pk,
        "cashierName": till.user.username, "referenceNumber": "BILL-1234567890", "createdAt": iso(bill.at),
        "status": "standing",
        "payments": [{"method": "cash", "amount": "520.00", "reference": None, "cashReceived": "600.00"}],
    }  # fmt: skip
    data = {"productId": product.pk, "quantity": "5", "price": "104.00", "total": "520.00"}
    batches: list[dict[str, Any]] = [
        {"batchId": first.pk, "quantity": "3", "price": "100.00"},
        {"batchId": second.pk, "quantity": "2", "price": "110.00"},
    ]
    made = {"success": True, "message": "Sales processed successfully"}
    assert (answer.status, answer.body) == (201, {**made, "data": [{**data, "batches": batches}], "bill": shown})
    costs = {"totalCost": "410.00", "profit": "110.00"}
    assert office.get(f"/bills/{bill.pk}").body == {"success": True, "bill": {**shown, **costs}}
    assert till.get("/bills", number=bill.number).body == {"success": True, "bills": [shown], "nextCursor": None}
    john = Customer.objects.get()
    customer = said_of(john, totalPurchases="520.00", purchaseCount=1)
    assert till.get(f"/customers/{john.pk}/history").body == {
        "success": True,
        "customer": customer,
        "statistics": {
            "totalPurchases": "520.00", "purchaseCount": 1, "averagePurchase": "520.00",
            "lastPurchaseDate": iso(bill.at),
        },
        "sales": [shown],
        "nextCursor": None,
    }  # fmt: skip
    assert till.get(f"/customers/{john.pk}/sales/{bill.pk}").body == {"success": True, "sale": shown}
    jane = CustomerFactory(store=till.store)
    assert till.get(f"/customers/{jane.pk}/sales/{bill.pk}").status == 404


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
    changed = office.patch(f"/customer-accounts/{john.pk}", {"isActive": False}).body["customerAccount"]
    account.refresh_from_db()
    assert changed == {
        **owing, "isActive": False, "available": "0.00", "updatedAt": iso(account.updated_at),
    }, "the limit stays"  # fmt: skip
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


def test_a_customer_is_changed_and_deleted(till: Caller, office: Caller, john: Customer) -> None:
    path = f"/customers/{john.pk}"
    assert till.get(path).body == {"success": True, "clientCustomer": said_of(john)}
    sent = {"email_id": "J@Example.COM", "gstNo": "27AAPFU0939F1ZV", "address": "12 Lake Road\nPune", "gender": "Male"}
    changed = till.patch(path, sent)
    expected = said_of(
        john, email="J@example.com", emailId="J@example.com", gstNo="27AAPFU0939F1ZV", address="12 Lake Road\nPune",
        gender="male",
    )  # fmt: skip
    assert (changed.status, changed.body) == (200, {"success": True, "clientCustomer": expected})
    emptied = till.patch(path, {"address": None, "phone": "", "isActive": False}).body["clientCustomer"]
    assert (emptied["address"], emptied["phone"], emptied["isActive"]) == (None, None, False)
    assert list(till.patch(path, {"name": " "}).errors) == ["name"]
    other = CustomerFactory(store=till.store, phone="+918765432109")
    taken = till.patch(path, {"phone": "87654 32109"})
    assert (taken.status, list(taken.errors)) == (409, ["phone"])
    assert till.patch(path, {}).body["clientCustomer"]["name"] == "John Doe"
    owes(other, 5)
    assert office.delete(f"/customers/{other.pk}").status == 409
    gone = office.delete(path)
    assert (gone.status, gone.body["clientCustomer"]["id"]) == (200, john.pk)
    body = {"customerId": john.pk, "amount": 1, "paymentMode": "cash"}
    assert till.post("/advances", body).status == 409, "the record has to be restored first"
    assert [till.get(path).status, till.patch(path, {}).status, office.delete(path).status] == [404] * 3


def test_products_and_batches(office: Caller, till: Caller) -> None:
    made = office.post("/products", {"name": "Salt", "sku": "S1", "barcode": "890", "sellingPrice": 20})
    product = Product.objects.get()
    shown: dict[str, Any] = {
        "id": product.pk, "name": "Salt", "sku": "S1", "barcode": "890", "category": None, "unit": "pc",
        "stockPolicy": "refuse", "currentStock": "0", "price": "20.00", "sellingPrice": "20.00", "batches": [],
    }  # fmt: skip
    assert (made.status, made.body) == (201, {"success": True, "product": shown})
    sent = {"quantity": "2.000", "costPrice": 15, "sellingPrice": "18.5", "expiryDate": "2199-01-01"}
    received = office.post(f"/products/{product.pk}/batches", sent)
    batch = Batch.objects.get()
    on_shelf = {
        "id": batch.pk, "quantity": "2", "remaining": "2", "sellingPrice": "18.50",
        "receivedAt": iso(batch.received_at), "expiryDate": "2199-01-01",
    }  # fmt: skip
    assert (received.status, received.body) == (201, {"success": True, "batch": {**on_shelf, "costPrice": "15.00"}})
    (listed,) = till.get("/products", barcode="890").body["products"]
    assert listed == {**shown, "currentStock": "2", "price": "18.50", "batches": [on_shelf]}
