"""Customers looked for: by phone, in pages, all of them."""

from collections.abc import Iterator
from typing import Annotated, Literal

from django.db.models import QuerySet
from django.http import HttpResponse, StreamingHttpResponse
from ninja import Query

from customers.api.router import router
from customers.api.shown import ClientCustomer, client_customer
from customers.models import Customer
from viveka.stores.api.answers import answer, says
from viveka.stores.api.auth import ANYONE
from viveka.stores.api.fields import MAX_ID, Cursor, Limit, Outgoing, PathPhone, QueryMoment, Words
from viveka.stores.api.paging import A_PAGE, NEXT, page_of
from viveka.stores.middleware import StoreRequest

CASHIERS_MOST = 50
A_CHUNK = 1000


class CustomerOrNone(Outgoing):
    success: Literal[True] = True
    client_customer: ClientCustomer | None


class CustomerList(Outgoing):
    success: Literal[True] = True
    client_customers: list[ClientCustomer]
    next_cursor: str | None = NEXT


@router.get(
    "/customers/by-phone/{phone}",
    auth=ANYONE,
    summary="The customer of a phone, or null",
    **says((200, CustomerOrNone)),
)
def customer_by_phone(request: StoreRequest, phone: PathPhone) -> HttpResponse:
    customer = Customer.objects.with_phone(request.store, phone)
    return answer(CustomerOrNone(client_customer=client_customer(customer) if customer else None))


@router.get("/customers", auth=ANYONE, summary="Customers, newest first", **says((200, CustomerList)))
def list_customers(
    request: StoreRequest,
    q: Annotated[
        Words, Query("", description="Beginnings of words of the name, the number, four digits of the phone.")
    ],
    updated_since: Annotated[
        QueryMoment | None,
        Query(
            None, alias="updatedSince", description="Whose record changed at or after this time; a sale changes none."
        ),
    ],
    limit: Annotated[Limit | None, Query(None)],
    cursor: Annotated[Cursor, Query("")],
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
