"""Debts for programs: the list, and one entered by hand."""

from typing import Annotated, Literal

from django.http import HttpResponse
from django.utils import timezone
from ninja import Query
from pydantic import Field

from customers.api.known import customer_named
from customers.models import Customer
from debts.api.router import router
from debts.api.shown import DebtOut, debt_out, shown_debts
from debts.models import Debt
from debts.services import DebtEntry, Permission, open_debt
from viveka.stores.api.answers import answer, once, says, traced
from viveka.stores.api.auth import ANYONE, SELLERS
from viveka.stores.api.days import moment_of
from viveka.stores.api.errors import naming
from viveka.stores.api.fields import Cursor, Id, Incoming, Limit, OptionalDay, Outgoing, Paid, QueryId, Text200, Text500
from viveka.stores.api.paging import A_PAGE, NEXT, page_of
from viveka.stores.middleware import StoreRequest

NAMES = {"due_on": "dueDate", "permission": "allowWhy", "customer": "customerId"}
Status = Literal["open", "settled", "written_off"]


class DebtList(Outgoing):
    success: Literal[True] = True
    debts: list[DebtOut]
    next_cursor: str | None = NEXT


class DebtMade(Outgoing):
    success: Literal[True] = True
    debt: DebtOut


class DebtIn(Incoming):
    customer_id: Id
    amount: Paid
    date: OptionalDay = Field(None, description="Today where none is given; an earlier day is a manager's to say.")
    due_date: OptionalDay = Field(None, description="By the customer's terms where none is given.")
    for_name: Text200 = Field("", examples=["Ravi"], description="For or by whom.")
    note: Text500 = Field("", examples=["Two sarees"])
    allow_why: Text500 = Field(
        "", examples=["Pays on the 1st"], description="Why a manager lets it pass the credit limit."
    )


@router.get("/debts", auth=ANYONE, summary="Debts, newest first", **says((200, DebtList)))
def list_debts(
    request: StoreRequest,
    customer: Annotated[QueryId | None, Query(None, description="Of this customer, by id.")],
    status: Annotated[Status | None, Query(None, description="open, settled or written_off")],
    limit: Annotated[Limit, Query(A_PAGE)],
    cursor: Annotated[Cursor, Query("")],
) -> HttpResponse:
    """Another store's customer has none here."""
    debts = shown_debts(request)
    if customer is not None:
        debts = debts.filter(customer__in=Customer.objects.led_to(request.store, customer))
    if status:
        debts = debts.filter(status=status)
    rows, onward = page_of(debts, cursor, limit=limit, by="at")
    return answer(DebtList(debts=[debt_out(row, request) for row in rows], next_cursor=onward))


@router.post("/debts", auth=SELLERS, summary="Enter a debt", **says((201, DebtMade), writes=True))
@traced
def add_debt(request: StoreRequest, body: DebtIn) -> HttpResponse:
    """409 where more would be owed than the customer may owe."""
    with naming(NAMES):
        debt, status = once(request, lambda: (_open(request, body), 201), shown_debts(request))
    if not hasattr(debt, "payment"):
        debt = shown_debts(request).get(pk=debt.pk)
    return answer(DebtMade(debt=debt_out(debt, request)), status)


def _open(request: StoreRequest, body: DebtIn) -> Debt:
    now = timezone.now()
    permission = Permission(request.user, body.allow_why) if body.allow_why else None
    return open_debt(
        customer=customer_named(request, body.customer_id),
        amount=body.amount,
        by=request.user,
        now=now,
        at=moment_of(request, body.date, now, request.store.start_of),
        entry=DebtEntry(body.due_date, body.for_name, body.note, permission),
    )
