"""Goods that come back, for programs."""

from collections.abc import Iterable
from typing import Any, Literal

from django.http import HttpResponse
from django.utils import timezone
from ninja import Router
from pydantic import Field

from billing.models import MoneyBack, Return, ReturnLine, Way
from billing.models.returns import MONEY_OUT
from billing.services.return_money import CHOICES, GiveBack
from billing.services.return_plan import ReturnItem
from billing.services.returns import return_goods
from viveka.stores.api.answers import answer, keyed, says, traced
from viveka.stores.api.auth import MANAGERS
from viveka.stores.api.errors import naming
from viveka.stores.api.fields import (
    Flag,
    Incoming,
    Key,
    KeyOut,
    MomentOut,
    MoneyOut,
    Outgoing,
    Quantity,
    QuantityOut,
    Text80,
    Text500,
    TextOut48,
    Word,
)
from viveka.stores.api.reading import read_method
from viveka.stores.middleware import StoreRequest
from viveka.stores.money import ZERO

router = Router(tags=["Sales"])
NAMES = {"method": "refundMethod", "reference": "refundReference"}


class ReturnItemIn(Incoming):
    item_id: Key = Field(description="The id of an item of the bill.")
    quantity: Quantity
    restock: Flag = Field(True, description="Back to the batches it came from; false writes it off.")


class ReturnIn(Incoming):
    items: list[ReturnItemIn] = Field(max_length=1000)
    reason: Text500 = Field(examples=["Torn"], description="Never empty.")
    refund_method: Word = Field(
        "", description=f"In any case: {', '.join(CHOICES)}, or wallet, which is advance; cash where none is given."
    )
    refund_reference: Text80 = Field("", examples=["UPI-4411"])


class ReturnedItem(Outgoing):
    item_id: KeyOut
    quantity: QuantityOut
    total: MoneyOut
    restocked: bool


class ReturnOut(Outgoing):
    """What came back, and where its value went."""

    id: KeyOut
    return_number: TextOut48 = Field(examples=["RET-2627-000001"])
    bill_id: KeyOut
    items: list[ReturnedItem]
    total: MoneyOut = Field(description="What was really paid for the items.")
    debt_reduced: MoneyOut = Field(description="Of this bill's debt and of other debts.")
    advance_restored: MoneyOut = Field(description="Given back to the advances that were used.")
    advance_added: MoneyOut = Field(description="Kept as a new advance.")
    refunded: MoneyOut = Field(description="Money that goes out, by refundMethod.")
    created_at: MomentOut


class ReturnMade(Outgoing):
    success: Literal[True] = True
    goods_return: ReturnOut = Field(alias="return")


def _out(made: Return, lines: Iterable[ReturnLine], money: Iterable[MoneyBack]) -> ReturnOut:
    money = list(money)

    def by(*ways: str) -> Any:
        return sum((part.amount for part in money if part.way in ways), ZERO)

    return ReturnOut(
        id=made.pk,
        return_number=made.number,
        bill_id=made.bill_id,
        items=[
            ReturnedItem(
                item_id=line.bill_line_id, quantity=line.quantity, total=line.total, restocked=line.is_restocked
            )
            for line in lines
        ],
        total=made.total,
        debt_reduced=by(Way.DEBT, Way.OTHER_DEBT),
        advance_restored=by(Way.RESTORED),
        advance_added=by(Way.ADVANCE),
        refunded=by(*MONEY_OUT),
        created_at=made.at,
    )


def _way(typed: str) -> str:
    """As bills have it, `wallet` is the customer's balance."""
    method = read_method(typed)
    return Way.ADVANCE if method == "wallet" else method or Way.CASH


@router.post(
    "/bills/{bill_id}/returns",
    auth=MANAGERS,
    summary="Take goods back (managers)",
    **says((201, ReturnMade), writes=True),
)
@traced
def add_return(request: StoreRequest, bill_id: Key, body: ReturnIn) -> HttpResponse:
    """Lowers the bill's debt, gives back the advance it used, lowers other debts; the rest is money, up to what came
    in for the bill."""
    with naming(NAMES):
        made = return_goods(
            store=request.store,
            bill_id=bill_id,
            items=[ReturnItem(item.item_id, item.quantity, item.restock) for item in body.items],
            reason=body.reason,
            by=request.user,
            now=timezone.now(),
            give_back=GiveBack(_way(body.refund_method), body.refund_reference),
            request=keyed(request),
        ).goods_return
    return answer(ReturnMade.model_validate({"return": _out(made, made.lines.all(), made.money.all())}), 201)
