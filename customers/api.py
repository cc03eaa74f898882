"""Customers for programs."""

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from django.db.models import QuerySet
from django.http import HttpResponse, StreamingHttpResponse
from ninja import Query, Router
from pydantic import Field

from customers.details import Gender
from customers.models import Customer
from customers.services import save_customer as save_from_form
from viveka.stores.api.answers import answer, once, says, traced
from viveka.stores.api.auth import ANYONE, SELLERS
from viveka.stores.api.errors import naming
from viveka.stores.api.fields import MAX_ID, Incoming, Limit, Moment, MomentOut, MoneyOut, Outgoing, Text
from viveka.stores.api.paging import A_PAGE, page_of
from viveka.stores.errors import Refused
from viveka.stores.middleware import StoreRequest

router = Router(tags=["Customers"])
CASHIERS_MOST = 50
A_CHUNK = 1000
PHONE = "A phone as people type it, read in the store's region; kept and sent as E.164."


class ClientCustomer(Outgoing):
    """A customer of the store. What is not known is null."""

    id: int
    customer_number: str = Field(examples=["CUST0001"])
    name: str = Field(examples=["John Doe"])
    phone: str | None = Field(examples=["+919876543210"], description="E.164")
    email: str | None
    email_id: str | None = Field(description="The same as email.")
    address: str | None
    gst_no: str | None
    gender: Literal["female", "male", "other"] | None
    note: str | None
    is_active: bool
    advance_balance: MoneyOut
    debt_balance: MoneyOut
    total_purchases: MoneyOut
    purchase_count: int
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


class CustomerSaved(Outgoing):
    success: Literal[True] = True
    client_customer: ClientCustomer
    is_new: bool


class CustomerFound(Outgoing):
    success: Literal[True] = True
    customer: ClientCustomer
    is_new: bool


class CustomerOrNone(Outgoing):
    success: Literal[True] = True
    client_customer: ClientCustomer | None


class CustomerList(Outgoing):
    success: Literal[True] = True
    client_customers: list[ClientCustomer]
    next_cursor: str | None = Field(description="Send it as `cursor` for the next page; null after the last one.")


class CustomerIn(Incoming):
    """What is known of a customer. Values that are empty or null never replace what is on record."""

    name: Text = Field(examples=["John Doe"])
    phone: Text = Field("", examples=["98765 43210"], description=PHONE)
    address: Text = ""
    email: Text = ""
    email_id: Text = Field("", description="The same as email; this one is taken where both are sent.")
    gst_no: Text = Field("", description="GSTIN, 15 characters with a right check digit.")
    gender: Text = Field("", description="female, male or other")
    note: Text = ""


class LookupIn(Incoming):
    phone: Text = Field("", examples=["98765 43210"], description=PHONE)
    name: Text = Field("", examples=["John Doe"])


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


@router.get(
    "/customers/by-phone/{phone}",
    auth=ANYONE,
    summary="The customer of a phone, or null",
    **says((200, CustomerOrNone)),
)
def customer_by_phone(request: StoreRequest, phone: str) -> HttpResponse:
    customer = Customer.objects.with_phone(request.store, phone)
    return answer(CustomerOrNone(client_customer=client_customer(customer) if customer else None))


@router.get("/customers", auth=ANYONE, summary="Customers, newest first", **says((200, CustomerList)))
def list_customers(
    request: StoreRequest,
    q: Annotated[str, Query("", description="Beginnings of words of the name, the number, four digits of the phone.")],
    updated_since: Annotated[
        Moment | None, Query(None, alias="updatedSince", description="Changed at or after this time.")
    ],
    limit: Annotated[Limit | None, Query(None)],
    cursor: Annotated[str, Query("")],
) -> HttpResponse | StreamingHttpResponse:
    """Without `limit` the full list, for managers and auditors; a cashier gets at most 50 a call."""
    customers = Customer.objects.of(request.store).on_record()
    if updated_since:
        customers = customers.filter(updated_at__gte=updated_since)
    if q.strip():
        customers = customers.matching(q)
    if not request.membership.sees_cost:
        limit = min(limit or CASHIERS_MOST, CASHIERS_MOST)
    if limit is None and not cursor:
        return StreamingHttpResponse(_full_list(customers.newest_first()), content_type="application/json")
    rows, onward = page_of(customers, cursor, limit=limit or A_PAGE, is_search=bool(q.strip()))
    return answer(CustomerList(client_customers=[client_customer(row) for row in rows], next_cursor=onward))


def _full_list(customers: "QuerySet[Customer]") -> Iterator[str]:
    """The whole list a piece at a time, so that neither side holds more of it than a piece."""
    yield '{"success":true,"clientCustomers":['
    last, between = MAX_ID, ""
    while rows := list(customers.filter(pk__lt=last)[:A_CHUNK]):
        for row in rows:
            yield between + client_customer(row).model_dump_json(exclude_unset=True)
            between = ","
        if len(rows) < A_CHUNK:
            break
        last = rows[-1].pk
    yield '],"nextCursor":null}'
