"""One customer's record: read, changed, deleted."""

from typing import Literal

from django.http import HttpResponse
from django.utils import timezone
from pydantic import Field

from customers.api.known import NO_CUSTOMER, customer_at
from customers.api.router import router
from customers.api.saving import PHONE
from customers.api.shown import ClientCustomer, client_customer
from customers.records import AlreadyDeleted, delete_customer
from customers.services import edit_customer
from viveka.stores.api.answers import answer, says, traced
from viveka.stores.api.auth import ANYONE, MANAGERS, SELLERS
from viveka.stores.api.errors import naming
from viveka.stores.api.fields import (
    Email,
    Flag,
    GenderIn,
    GstNumber,
    Incoming,
    Lines500,
    Lines1000,
    Name,
    Outgoing,
    PathId,
    Phone,
)
from viveka.stores.errors import Missing
from viveka.stores.middleware import StoreRequest

_DETAILS = ("name", "address", "gender", "note")


class CustomerKnown(Outgoing):
    success: Literal[True] = True
    client_customer: ClientCustomer


class CustomerChanges(Incoming):
    """The fields to change; what is left out stays. Empty text or null empties a field."""

    name: Name = Field("", description="Never empty.")
    phone: Phone = Field("", description=f"{PHONE} The old one still finds the record.")
    address: Lines500 = Field("", examples=["12 Lake Road, Pune"])
    email: Email = ""
    email_id: Email = Field("", description="The same as email; this one is taken where both are sent.")
    gst_no: GstNumber = Field("", description="GSTIN, 15 characters with a right check digit.")
    gender: GenderIn = Field("", description="female, male or other")
    note: Lines1000 = Field("", examples=["Likes tea"])
    is_active: Flag = Field(True, description="false: no longer served; the record stays in the lists.")


@router.get("/customers/{customer_id}", auth=ANYONE, summary="One customer", **says((200, CustomerKnown)))
def get_customer(request: StoreRequest, customer_id: PathId) -> HttpResponse:
    """A record that was merged answers the one that it was merged into."""
    return answer(CustomerKnown(client_customer=client_customer(customer_at(request, customer_id))))


@router.patch(
    "/customers/{customer_id}", auth=SELLERS, summary="Change a customer's record", **says((200, CustomerKnown))
)
@traced
def change_customer(request: StoreRequest, customer_id: PathId, body: CustomerChanges) -> HttpResponse:
    """409 where another record has the phone, or, among those without a phone, the name."""
    customer = customer_at(request, customer_id)
    sent = body.model_fields_set
    email = "email_id" if "email_id" in sent else "email"
    details = {name: getattr(body, name) for name in _DETAILS if name in sent}
    if email in sent:
        details["email"] = getattr(body, email)
    if "gst_no" in sent:
        details["gst_number"] = body.gst_no
    with naming({"gst_number": "gstNo", "email": "emailId" if email == "email_id" else "email"}):
        changed = edit_customer(
            store=request.store,
            pk=customer.pk,
            details=details,
            phone=body.phone if "phone" in sent else None,
            is_active=body.is_active if "is_active" in sent else None,
        )
    return answer(CustomerKnown(client_customer=client_customer(changed)))


@router.delete(
    "/customers/{customer_id}", auth=MANAGERS, summary="Delete a customer (managers)", **says((200, CustomerKnown))
)
@traced
def remove_customer(request: StoreRequest, customer_id: PathId) -> HttpResponse:
    """Out of every list; bills and history stay. 409 while the customer owes anything or has advance left."""
    try:
        gone = delete_customer(store=request.store, pk=customer_id, by=request.user, now=timezone.now())
    except AlreadyDeleted:
        raise Missing(NO_CUSTOMER) from None
    return answer(CustomerKnown(client_customer=client_customer(gone)))
