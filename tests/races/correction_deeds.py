"""What managers put right at once while others sell and take back. Arguments and answers are plain values."""

from uuid import UUID

from django.utils import timezone

from billing.services.bill_moves import move_bill
from billing.services.method_changes import change_method
from tests.races import money_deeds, return_deeds
from viveka.stores.models import Store, User


def move_or_touch(store: int, by: int, bill: UUID, to: int, kind: str) -> str:
    """Move the bill to another customer, take back a piece, or take a payment of that customer."""
    if kind == "back":
        return return_deeds.take_back(store, by, bill, "1")
    if kind == "pay":
        return money_deeds.pay(by, to, "50")
    told = {"reason": "Wrong one", "by": User(pk=by), "now": timezone.now()}
    return move_bill(store=Store.objects.get(pk=store), bill_id=bill, to=to, **told).to_number


def paid_by_upi(store: int, by: int, payment: int) -> str:
    """It was UPI, not cash."""
    told = {"reason": "It was UPI", "by": User(pk=by), "now": timezone.now(), "method": "upi"}
    return change_method(store=Store.objects.get(pk=store), kind="payment", pk=payment, **told).from_method
