"""Every call of the JSON API with good bodies: the table that the sweeps over all calls go through.

`test_calls.py` fails for a call that is described and has no row, and for a field that no body of a row holds.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.api.described import Field, body_fields, query_fields
from tests.api.shop import Shop
from viveka.stores.tests.callers import Answer, Caller

Body = dict[str, Any]
Bodies = Callable[[Shop], list[Body]]
ANYONE, SELLER, MANAGER = "anyone", "seller", "manager"
GSTIN = "27AAPFU0939F1ZV"


@dataclass(frozen=True)
class Call:
    """One operation; a body for whoever may, the first of them for the least role."""

    method: str
    path: str
    needs: str
    bodies: Bodies | None = None

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def family(self) -> str:
        """What it is about, for sweeps that share one shop among calls."""
        return _FAMILIES.get(self.path.split("/")[1], "people")

    @property
    def body_fields(self) -> list[Field]:
        return body_fields(self.method, self.path)

    @property
    def query_fields(self) -> list[Field]:
        return query_fields(self.method, self.path)

    def address(self, shop: Shop, **other: object) -> str:
        """The path with the shop's own ids in it, or `other`."""
        return re.sub(r"{(\w+)}", lambda place: str(other.get(place[1], PLACES[place[1]](shop))), self.path)

    def send(self, caller: Caller, shop: Shop, body: Any = None, *, key: str | None = None) -> Answer:
        """With the first of its bodies where none is given."""
        if body is None and self.bodies:
            body = self.bodies(shop)[0]
        return caller.send(self.method, self.address(shop), body, key=key)


# What stands in a path, and in a body by the name of its field: the shop's own.
PLACES: dict[str, Callable[[Shop], Any]] = {
    "customer_id": lambda shop: shop.customer.pk,
    "product_id": lambda shop: shop.product.pk,
    "bill_id": lambda shop: shop.bill.pk,
    "advance_id": lambda shop: shop.advance.pk,
    "appointment_id": lambda shop: shop.appointment.pk,
    "booking_id": lambda shop: shop.booking.pk,
    "enquiry_id": lambda shop: shop.enquiry.pk,
    "store_id": lambda shop: shop.store.slug,
    "phone": lambda shop: shop.customer.phone,
}
IDS: dict[str, Callable[[Shop], Any]] = {
    "customerId": lambda shop: shop.customer.pk,
    "customer": lambda shop: shop.customer.pk,
    "productId": lambda shop: shop.product.pk,
    "itemId": lambda shop: str(shop.line.pk),
    "debtIds": lambda shop: str(shop.debt.pk),
}


def _customer(shop: Shop) -> list[Body]:
    known = {"name": "Asha Rao", "address": "12 Lake Road", "gstNo": GSTIN, "gender": "female", "note": "Likes tea"}
    return [
        {**known, "phone": shop.phone(), "email": "asha@example.com"},
        {"name": "Asha Rao", "phone": shop.phone(), "emailId": "asha@example.com"},
    ]


def _changes(shop: Shop) -> list[Body]:
    return [{**body, "isActive": True} for body in _customer(shop)]


def _found(shop: Shop) -> list[Body]:
    return [{"phone": shop.phone(), "name": "Asha Rao"}]


def _advance(shop: Shop) -> list[Body]:
    paid = {"amount": "2.50", "paymentMode": "upi", "paymentReference": "U1", "notes": "For the wedding"}
    return [{**paid, "customerId": shop.customer.pk}, {**paid, "phone": shop.phone()}]


def _refund(shop: Shop) -> list[Body]:
    return [{"amount": "0.01", "mode": "cash", "reason": "Called off"}]


def _account(shop: Shop) -> list[Body]:
    return [{"creditLimit": 9_000_000, "termsDays": 30, "isActive": True}]


def _new_account(shop: Shop) -> list[Body]:
    return [{**body, "customerId": shop.customer.pk} for body in _account(shop)]


def _debt(shop: Shop) -> list[Body]:
    body = {
        "customerId": shop.customer.pk, "amount": 3, "date": f"{shop.today}", "dueDate": f"{shop.today}",
        "forName": "Ravi", "note": "Two sarees",
    }  # fmt: skip
    return [body, {**body, "allowWhy": "Pays on the 1st"}]


def _debt_payment(shop: Shop) -> list[Body]:
    return [
        {
            "customerId": shop.customer.pk, "amount": 1, "mode": "UPI", "reference": "U1", "note": "By the son",
            "date": f"{shop.today}", "debtIds": [str(shop.debt.pk)], "keepRestAsAdvance": False,
        }
    ]  # fmt: skip


def _product(shop: Shop) -> list[Body]:
    return [
        {
            "name": "Salt", "sku": f"S{shop.fresh()}", "barcode": f"{shop.fresh():013d}", "unit": "pack",
            "category": "Grocery", "sellingPrice": "20.00", "stockPolicy": "refuse",
        }
    ]  # fmt: skip


def _batch(shop: Shop) -> list[Body]:
    return [
        {
            "quantity": 2, "costPrice": "12.34", "sellingPrice": 20, "receivedAt": "2026-04-01T10:30:00+05:30",
            "expiryDate": "2199-01-01", "note": "Bag torn",
        }
    ]  # fmt: skip


def _sale(shop: Shop) -> list[Body]:
    item = {"productId": shop.product.pk, "quantity": 2, "price": 110, "notes": "Gift"}
    cash = {"method": "cash", "amount": 100, "reference": "U1"}
    parts = {"payments": [cash, {"method": "upi", "amount": 70}], "discount": 50, "expectedTotal": 170}
    total = {"paymentMethod": "Cash", "cashReceived": 500, "total": 220}
    buyer = {"customerPhone": shop.phone(), "customerName": "Asha Rao", "customerEmail": "asha@example.com"}
    sale = {"saleItems": [item], "referenceNumber": "POS2-0042"}
    return [
        {**sale, "receiptData": {**parts, "customerId": shop.customer.pk}},
        {**sale, "receiptData": {**total, **buyer}},
    ]


def _return(shop: Shop) -> list[Body]:
    item = {"itemId": str(shop.line.pk), "quantity": 1, "restock": True}
    return [{"items": [item], "reason": "Torn", "refundMethod": "upi", "refundReference": "U1"}]


def _record(shop: Shop, **own: Any) -> list[Body]:
    known = {"gender": "male", "address": "12 Lake Road", "gstNo": GSTIN, "note": "Likes tea", "notes": "First visit"}
    return [
        {**known, **own, "phoneNumber": shop.phone(), "customerName": "John Roe", "email": "john@example.com"},
        {**own, "countryCode": "+91", "contactNo": shop.phone()[3:], "name": "Jane Roe", "emailId": "jane@example.com"},
        {**own, "phone": shop.phone()},
    ]


def _with_advance(shop: Shop, **own: Any) -> list[Body]:
    paid = {"advanceAmount": 5, "paymentMode": "cash", "paymentReference": "U1"}
    line = {"productId": shop.product.pk, "name": "Cake", "quantity": "1", "price": 9}
    return _record(shop, **paid, **{name: [line] if value is LINES else value for name, value in own.items()})


_FAMILIES = {
    **dict.fromkeys(("products", "inventory", "bills"), "goods"),
    **dict.fromkeys(("appointments", "bookings", "enquiries"), "records"),
}
FAMILIES = ("people", "goods", "records")
LINES = object()
AN_APPOINTMENT = {"scheduledAt": "2026-12-24T10:30:00+05:30", "minutes": 45, "services": LINES}
CALLS = [
    Call("post", "/customers", SELLER, _customer),
    Call("get", "/customers", ANYONE),
    Call("post", "/customers/find-or-create", SELLER, _found),
    Call("get", "/customers/by-phone/{phone}", ANYONE),
    Call("get", "/customers/{customer_id}", ANYONE),
    Call("patch", "/customers/{customer_id}", SELLER, _changes),
    Call("delete", "/customers/{customer_id}", MANAGER),
    Call("get", "/customers/{customer_id}/history", ANYONE),
    Call("get", "/customers/{customer_id}/sales/{bill_id}", ANYONE),
    Call("get", "/customers/{customer_id}/statement", ANYONE),
    Call("get", "/customers/{customer_id}/advances", ANYONE),
    Call("get", "/products", ANYONE),
    Call("post", "/products", MANAGER, _product),
    Call("post", "/products/{product_id}/batches", MANAGER, _batch),
    Call("post", "/inventory/sales", SELLER, _sale),
    Call("get", "/bills", ANYONE),
    Call("get", "/bills/{bill_id}", ANYONE),
    Call("post", "/bills/{bill_id}/returns", MANAGER, _return),
    Call("post", "/appointments/store/{store_id}", SELLER, lambda shop: _with_advance(shop, **AN_APPOINTMENT)),
    Call("get", "/appointments/store/{store_id}", ANYONE),
    Call("get", "/appointments/{appointment_id}", ANYONE),
    Call(
        "post", "/bookings/store/{store_id}", SELLER,
        lambda shop: _with_advance(shop, items=LINES, wantedOn="2199-01-01"),
    ),
    Call("get", "/bookings/store/{store_id}", ANYONE),
    Call("get", "/bookings/{booking_id}", ANYONE),
    Call("post", "/enquiries/store/{store_id}", SELLER, lambda shop: _record(shop, enquiryDetails="On a Sunday?")),
    Call("get", "/enquiries/store/{store_id}", ANYONE),
    Call("get", "/enquiries/{enquiry_id}", ANYONE),
    Call("post", "/advances", SELLER, _advance),
    Call("post", "/advances/{advance_id}/refund", MANAGER, _refund),
    Call("get", "/customer-accounts", ANYONE),
    Call("post", "/customer-accounts", MANAGER, _new_account),
    Call("patch", "/customer-accounts/{customer_id}", MANAGER, _account),
    Call("get", "/debts", ANYONE),
    Call("post", "/debts", SELLER, _debt),
    Call("post", "/debt-payments", SELLER, _debt_payment),
]  # fmt: skip
POSTS = [call for call in CALLS if call.method == "post"]
WITH_BODY = [call for call in CALLS if call.bodies]
