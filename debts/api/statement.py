"""The statement for programs."""

from typing import Annotated, Literal

from django.http import HttpResponse
from django.utils import timezone
from ninja import Query
from pydantic import Field

from customers.api.known import customer_at
from customers.api.shown import ClientCustomer, client_customer
from debts.api.router import router
from debts.models import Debt
from debts.statement import Line, read_statement
from viveka.stores.api.answers import answer, says
from viveka.stores.api.auth import ANYONE
from viveka.stores.api.fields import Day, DayOut, MoneyOut, Outgoing, PathId, TextOut80
from viveka.stores.errors import Refused
from viveka.stores.middleware import StoreRequest

LineType = Literal["debt", "payment", "payment_reversal", "return", "write_off", "debt_reversal"]


class StatementLine(Outgoing):
    """A debt, or what lowers or raises what is owed."""

    date: DayOut
    type: LineType
    reference: TextOut80 | None = Field(
        examples=["BILL-2627-000123"], description="The bill of a debt, the payment's own reference."
    )
    debit: MoneyOut = Field(description="What was added to the debts.")
    credit: MoneyOut = Field(description="What was taken from them.")
    balance: MoneyOut = Field(description="What was owed after it.")


class StatementOut(Outgoing):
    success: Literal[True] = True
    customer: ClientCustomer
    opening_balance: MoneyOut
    lines: list[StatementLine]
    closing_balance: MoneyOut = Field(description="What is owed at the end.")
    advance_balance: MoneyOut = Field(description="What is held at the end.")
    net: MoneyOut = Field(description="closingBalance less advanceBalance: above zero the customer has to pay.")


@router.get(
    "/customers/{customer_id}/statement", auth=ANYONE, summary="A customer's statement", **says((200, StatementOut))
)
def get_statement(
    request: StoreRequest,
    customer_id: PathId,
    first: Annotated[Day | None, Query(None, alias="from", description="From this day of the store on.")],
    last: Annotated[Day | None, Query(None, alias="to", description="Up to and with this day; else today.")],
) -> HttpResponse:
    """Debts, payments, returns and write-offs in order of date, with what is owed after each."""
    customer = customer_at(request, customer_id)
    last = last or request.store.day_of(timezone.now())
    if first and first > last:
        raise Refused("The first day is after the last.", "from")
    statement = read_statement(customer, first, last)
    lines = statement.debt_lines
    numbers = _bill_numbers(lines)
    shown = StatementOut(
        customer=client_customer(customer),
        opening_balance=statement.opening_debt,
        lines=[_line(request, line, numbers) for line in lines],
        closing_balance=statement.closing_debt,
        advance_balance=statement.closing_advance,
        net=statement.net,
    )
    return answer(shown)


def _bill_numbers(lines: list[Line]) -> dict[str, str]:
    """The numbers of the bills behind debts, found at run time without knowing the app that writes them."""
    ids = {line.about for line in lines if line.kind in ("debt", "return")}
    rows = Debt.objects.filter(pk__in=ids, payment__isnull=False).values_list("pk", "payment__bill__number")
    return {str(pk): number for pk, number in rows}


def _line(request: StoreRequest, line: Line, numbers: dict[str, str]) -> StatementLine:
    return StatementLine.model_validate(
        {
            "date": request.store.day_of(line.at),
            "type": line.kind,
            "reference": line.reference or numbers.get(line.about),
            "debit": line.debit,
            "credit": line.credit,
            "balance": line.debt_balance,
        }
    )
