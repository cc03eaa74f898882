"""What a customer bought, for programs."""

from decimal import Decimal
from typing import Annotated, Literal

from django.http import HttpResponse
from ninja import Query, Router
from pydantic import Field

from billing.api.bills import BillOut, bills_for_show, shown_bill
from customers.api.known import customer_at
from customers.api.shown import ClientCustomer, client_customer
from viveka.stores.api.answers import answer, says
from viveka.stores.api.auth import ANYONE
from viveka.stores.api.fields import CountOut, Cursor, Key, Limit, MomentOut, MoneyOut, Outgoing, PathId
from viveka.stores.api.paging import A_PAGE, NEXT, page_of
from viveka.stores.errors import Missing
from viveka.stores.middleware import StoreRequest

router = Router(tags=["Customers"])
NOTHING = Decimal(0)


class Statistics(Outgoing):
    """All that a customer bought, in figures."""

    total_purchases: MoneyOut
    purchase_count: CountOut
    average_purchase: MoneyOut = Field(description="The average bill; 0.00 before the first.")
    last_purchase_date: MomentOut | None


class History(Outgoing):
    success: Literal[True] = True
    customer: ClientCustomer
    statistics: Statistics
    sales: list[BillOut]
    next_cursor: str | None = NEXT


class SaleFound(Outgoing):
    success: Literal[True] = True
    sale: BillOut


@router.get(
    "/customers/{customer_id}/history", auth=ANYONE, summary="What a customer bought, newest first",
    **says((200, History)),
)  # fmt: skip
def get_history(
    request: StoreRequest,
    customer_id: PathId,
    limit: Annotated[Limit, Query(A_PAGE)],
    cursor: Annotated[Cursor, Query("")],
) -> HttpResponse:
    """The figures are of all purchases, the sales come in pages."""
    customer = customer_at(request, customer_id)
    bills = bills_for_show(request).filter(customer=customer)
    rows, onward = page_of(bills, cursor, limit=limit, by="at")
    statistics = Statistics(
        total_purchases=customer.total_purchases,
        purchase_count=customer.purchase_count,
        average_purchase=customer.average_purchase or NOTHING,
        last_purchase_date=customer.last_purchase_at,
    )
    sales = [shown_bill(row, request.membership) for row in rows]
    shown = History(customer=client_customer(customer), statistics=statistics, sales=sales, next_cursor=onward)
    return answer(shown)


@router.get(
    "/customers/{customer_id}/sales/{bill_id}", auth=ANYONE, summary="One sale to a customer", **says((200, SaleFound))
)
def get_customer_sale(request: StoreRequest, customer_id: PathId, bill_id: Key) -> HttpResponse:
    """404 for another customer's."""
    bill = bills_for_show(request).filter(customer=customer_at(request, customer_id), pk=bill_id).first()
    if bill is None:
        raise Missing("No such sale.")
    return answer(SaleFound(sale=shown_bill(bill, request.membership)))
