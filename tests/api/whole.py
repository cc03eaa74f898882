"""Whole answers: what each call has to say of a customer or an advance, but for what differs."""

from typing import Any

from advances.models import AdvancePayment
from billing.models import Bill, BillLine
from customers.models import Customer

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


def said_of_line(line: BillLine, quantity: str, price: str, total: str, **other: Any) -> dict[str, Any]:
    """An item of a bill, by name what differs from one without a discount of which nothing came back."""
    return {
        "id": str(line.pk), "productId": line.product_id, "name": line.name, "quantity": quantity, "price": price,
        "subtotal": total, "discount": "0.00", "rounding": "0.00", "total": total,
        "returnedQuantity": "0", "note": None, **other,
    }  # fmt: skip


def said_of_bill(bill: Bill, total: str, items: list[dict[str, Any]], **other: Any) -> dict[str, Any]:
    """A bill of John Doe's, as a cashier sees it, by name what differs from one paid in cash to the paisa."""
    return {
        "id": str(bill.pk), "billNumber": bill.number, "items": items, "subtotal": total, "discount": "0.00",
        "rounding": "0.00", "total": total, "change": "0.00", "customer": bill.customer_id,
        "customerNumber": "CUST0001", "customerName": "John Doe", "customerPhone": PHONE, "forName": None,
        "cashier": bill.cashier_id, "cashierName": bill.cashier.username,
        "referenceNumber": "BILL-1234567890", "createdAt": iso(bill.at),
        "status": "standing",
        "payments": [{"method": "cash", "amount": total, "reference": None, "cashReceived": total}], **other,
    }  # fmt: skip
