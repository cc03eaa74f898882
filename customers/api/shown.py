"""How every call shows a customer."""

from typing import Any, Literal

from pydantic import Field

from customers.details import Gender
from customers.models import Customer
from viveka.stores.api.fields import (
    CountOut,
    IdOut,
    MomentOut,
    MoneyOut,
    NumberOut,
    Outgoing,
    TextOut200,
    TextOut254,
    TextOut500,
    TextOut1000,
)


class ClientCustomer(Outgoing):
    """A customer of the store. What is not known is null."""

    id: IdOut
    customer_number: NumberOut = Field(examples=["CUST0001"])
    name: TextOut200 = Field(examples=["John Doe"])
    phone: NumberOut | None = Field(examples=["+919876543210"], description="E.164")
    email: TextOut254 | None = Field(examples=["john@example.com"])
    email_id: TextOut254 | None = Field(examples=["john@example.com"], description="The same as email.")
    address: TextOut500 | None = Field(examples=["12 Lake Road, Pune"])
    gst_no: NumberOut | None = Field(examples=["27AAPFU0939F1ZV"])
    gender: Literal["female", "male", "other"] | None
    note: TextOut1000 | None = Field(examples=["Likes tea"])
    is_active: bool
    advance_balance: MoneyOut
    debt_balance: MoneyOut
    total_purchases: MoneyOut
    purchase_count: CountOut
    last_purchase_date: MomentOut | None
    created_at: MomentOut
    updated_at: MomentOut


def client_customer(customer: Customer) -> ClientCustomer:
    """The customer as every call shows it."""
    gender: Any = Gender(customer.gender).value if customer.gender else None
    return ClientCustomer(
        id=customer.pk,
        customer_number=customer.number,
        name=customer.name,
        phone=customer.phone,
        email=customer.email or None,
        email_id=customer.email or None,
        address=customer.address or None,
        gst_no=customer.gst_number or None,
        gender=gender,
        note=customer.note or None,
        is_active=customer.is_active,
        advance_balance=customer.advance_balance,
        debt_balance=customer.debt_balance,
        total_purchases=customer.total_purchases,
        purchase_count=customer.purchase_count,
        last_purchase_date=customer.last_purchase_at,
        created_at=customer.created_at,
        updated_at=customer.updated_at,
    )
