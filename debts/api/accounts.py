"""Credit accounts for programs: who may owe how much, and for how long."""

from typing import Annotated, Any, Literal

from django.db import transaction
from django.http import HttpResponse
from ninja import Query
from pydantic import Field

from customers.api.known import customer_at, customer_named
from customers.models import Customer
from debts.api.router import router
from debts.api.shown import CustomerAccountOut, account_out
from debts.models import CreditAccount
from debts.services import set_credit_account
from viveka.stores.api.answers import answer, once, says, traced
from viveka.stores.api.auth import ANYONE, MANAGERS
from viveka.stores.api.fields import Cursor, Days, Flag, Id, Incoming, Limit, NullableMoney, Outgoing, PathId, QueryId
from viveka.stores.api.paging import A_PAGE, NEXT, page_of
from viveka.stores.errors import Missing
from viveka.stores.middleware import StoreRequest
from viveka.stores.transactions import retry_when_entangled


class AccountList(Outgoing):
    success: Literal[True] = True
    customer_accounts: list[CustomerAccountOut]
    next_cursor: str | None = NEXT


class AccountFound(Outgoing):
    success: Literal[True] = True
    customer_account: CustomerAccountOut


class AccountChanges(Incoming):
    """The fields to change; what is left out stays."""

    credit_limit: NullableMoney = Field(None, description="null: no limit.")
    terms_days: Days = Field(None, description="Days until a debt is due; null: due from the day it is made.")
    is_active: Flag = Field(True, description="false: no more credit.")


class AccountIn(AccountChanges):
    """A new account; where the customer has one, what is left out is as for a new one."""

    customer_id: Id


def _accounts(request: StoreRequest) -> Any:
    return CreditAccount.objects.filter(store=request.store).select_related("customer")


@router.get("/customer-accounts", auth=ANYONE, summary="Credit accounts, newest first", **says((200, AccountList)))
def list_customer_accounts(
    request: StoreRequest,
    customer: Annotated[QueryId | None, Query(None, description="Of this customer, by id.")],
    limit: Annotated[Limit, Query(A_PAGE)],
    cursor: Annotated[Cursor, Query("")],
) -> HttpResponse:
    accounts = _accounts(request)
    if customer is not None:
        accounts = accounts.filter(customer__in=Customer.objects.led_to(request.store, customer))
    rows, onward = page_of(accounts, cursor, limit=limit)
    return answer(AccountList(customer_accounts=[account_out(row) for row in rows], next_cursor=onward))


@router.post(
    "/customer-accounts", auth=MANAGERS, summary="Open a credit account (managers)",
    **says((201, AccountFound), (200, AccountFound), writes=True),
)  # fmt: skip
@traced
def open_customer_account(request: StoreRequest, body: AccountIn) -> HttpResponse:
    """201 for a new account; 200 where the customer has one, which is then set anew."""

    def make() -> tuple[CreditAccount, int]:
        customer = customer_named(request, body.customer_id)
        Customer.objects.lock(request.store, customer.pk)
        known = CreditAccount.objects.filter(customer=customer).exists()
        return _set(request, customer, body), 200 if known else 201

    account, status = once(request, make, _accounts(request))
    return answer(AccountFound(customer_account=account_out(_accounts(request).get(pk=account.pk))), status)


@router.patch(
    "/customer-accounts/{customer_id}", auth=MANAGERS, summary="Change a credit account (managers)",
    **says((200, AccountFound)),
)  # fmt: skip
@traced
def change_customer_account(request: StoreRequest, customer_id: PathId, body: AccountChanges) -> HttpResponse:
    account = _change(request, customer_at(request, customer_id), body)
    return answer(AccountFound(customer_account=account_out(_accounts(request).get(pk=account.pk))))


@retry_when_entangled
@transaction.atomic
def _change(request: StoreRequest, customer: Customer, body: AccountChanges) -> CreditAccount:
    """What is left out is read under the customer's lock."""
    Customer.objects.lock(request.store, customer.pk)
    account = CreditAccount.objects.filter(customer=customer).first()
    if account is None:
        raise Missing("This customer has no credit account.")
    for name in {"credit_limit", "terms_days", "is_active"} - body.model_fields_set:
        setattr(body, name, getattr(account, name))
    return _set(request, customer, body)


def _set(request: StoreRequest, customer: Customer, body: AccountChanges) -> CreditAccount:
    return set_credit_account(
        customer=customer, by=request.user, credit_limit=body.credit_limit, terms_days=body.terms_days,
        is_active=body.is_active,
    )  # fmt: skip
