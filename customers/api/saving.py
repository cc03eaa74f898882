"""Customers added, brought up to date, found or made."""

from typing import Any, Literal

from django.http import HttpResponse
from pydantic import Field

from customers.api.router import router
from customers.api.shown import ClientCustomer, client_customer
from customers.models import Customer
from customers.services import save_customer as save_from_form
from viveka.stores.api.answers import answer, once, says, traced
from viveka.stores.api.auth import SELLERS
from viveka.stores.api.errors import naming
from viveka.stores.api.fields import (
    Email,
    GenderIn,
    GstNumber,
    Incoming,
    Lines500,
    Lines1000,
    Name,
    Outgoing,
    Phone,
)
from viveka.stores.errors import Refused
from viveka.stores.middleware import StoreRequest

PHONE = "A phone as people type it, read in the store's region; kept and sent as E.164."


class CustomerSaved(Outgoing):
    success: Literal[True] = True
    client_customer: ClientCustomer
    is_new: bool


class CustomerFound(Outgoing):
    success: Literal[True] = True
    customer: ClientCustomer
    is_new: bool


class CustomerIn(Incoming):
    """What is known of a customer. Values that are empty or null never replace what is on record."""

    name: Name
    phone: Phone = Field("", description=PHONE)
    address: Lines500 = Field("", examples=["12 Lake Road, Pune"])
    email: Email = ""
    email_id: Email = Field("", description="The same as email; this one is taken where both are sent.")
    gst_no: GstNumber = Field("", description="GSTIN, 15 characters with a right check digit.")
    gender: GenderIn = Field("", description="female, male or other")
    note: Lines1000 = Field("", examples=["Likes tea"])


class LookupIn(Incoming):
    phone: Phone = Field("", description=PHONE)
    name: Name = ""


def _save(store: Any, details: dict[str, str], phone: str, *, overwrite: bool) -> tuple[Customer, int]:
    save = save_from_form if overwrite else Customer.objects.find_or_create
    found = save(store=store, phone=phone, details=details)
    return found.customer, 201 if found.is_new else 200


@router.post(
    "/customers",
    auth=SELLERS,
    summary="Add a customer, or bring the one with this phone up to date",
    **says((201, CustomerSaved), (200, CustomerSaved), writes=True),
)
@traced
def save_customer(request: StoreRequest, body: CustomerIn) -> HttpResponse:
    """201 for a new customer, 200 for one that was on record: a phone is one customer, however it is written."""
    if not body.name.strip():
        raise Refused("Type the customer's name.", "name")
    email = "emailId" if body.email_id else "email"
    details = {
        "name": body.name,
        "email": body.email_id or body.email,
        "address": body.address,
        "gst_number": body.gst_no,
        "gender": body.gender,
        "note": body.note,
    }
    with naming({"gst_number": "gstNo", "email": email}):
        customer, status = once(
            request,
            lambda: _save(request.store, details, body.phone, overwrite=True),
            Customer.objects.of(request.store),
        )
    return answer(CustomerSaved(client_customer=client_customer(customer), is_new=status == 201), status)


@router.post(
    "/customers/find-or-create",
    auth=SELLERS,
    summary="The customer of a phone or a name, made where there is none",
    **says((200, CustomerFound), writes=True),
)
@traced
def find_or_create(request: StoreRequest, body: LookupIn) -> HttpResponse:
    """What the till asks while a phone is typed. A name fills an empty one and never replaces a real one."""
    customer, status = once(
        request,
        lambda: _save(request.store, {"name": body.name}, body.phone, overwrite=False),
        Customer.objects.of(request.store),
    )
    return answer(CustomerFound(customer=client_customer(customer), is_new=status == 201))
