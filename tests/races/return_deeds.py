"""What the tills do at once with goods that come back. Arguments and answers are plain values."""

from decimal import Decimal
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from billing.models import Bill, BillLine, Return
from billing.services.return_plan import ReturnItem
from billing.services.returns import return_goods, void_bill
from tests.races import money_deeds
from viveka.stores.models import Store, User


def take_back(store: int, by: int, bill: UUID, quantity: str) -> str:
    """So much of the bill's only line; the number of the return."""
    made = return_goods(
        store=Store.objects.get(pk=store),
        bill_id=bill,
        items=[ReturnItem(line.pk, Decimal(quantity)) for line in BillLine.objects.filter(bill=bill)],
        reason="Torn",
        by=User(pk=by),
        now=timezone.now(),
    )
    return made.goods_return.number


def void(store: int, by: int, bill: UUID) -> str:
    """The whole bill."""
    told = {"reason": "Wrong", "by": User(pk=by), "now": timezone.now()}
    return void_bill(store=Store.objects.get(pk=store), bill_id=bill, **told).goods_return.number


def pay_or_take_back(store: int, by: int, customer: int, bill: UUID, kind: str) -> str:
    """Pay 100 of what is owed, take back one piece, or void the bill."""
    if kind == "pay":
        return money_deeds.pay(by, customer, "100")
    return void(store, by, bill) if kind == "void" else take_back(store, by, bill, "1")


def anything(store: int, by: int, customer: int, product: int, kind: int) -> str:
    """All that can happen to one customer's money, goods coming back among it."""
    bills = Bill.objects.filter(customer=customer, lines__returned__lt=1).order_by("-at")
    deeds = [
        lambda: money_deeds.buy(store, by, customer, product, 2, ("advance", "60"), ("credit", "100"), ("cash", "40")),
        lambda: take_back(store, by, _bill(bills), "1"),
        lambda: money_deeds.pay(by, customer, "30"),
        lambda: void(store, by, _bill(bills)),
        lambda: money_deeds.undo(store, by, money_deeds._last_payment(customer)),
        lambda: money_deeds.pay(by, customer, "20", "advance"),
    ]
    return deeds[kind % len(deeds)]()


def _bill(bills: QuerySet[Bill]) -> UUID:
    bill = bills.first()
    return bill.pk if bill else UUID(int=0)


def numbers(store: int) -> list[str]:
    return list(Return.objects.filter(store=store).order_by("sequence").values_list("number", flat=True))
