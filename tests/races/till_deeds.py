"""What several machines do at one drawer. Arguments and answers are plain values."""

from decimal import Decimal

from django.utils import timezone

from billing.services.till_counts import Counted, close_till
from customers.models import Customer
from debts.services import Repayment, repay_debts
from tests.races import deeds
from viveka.stores.models import Store, TillSession, User
from viveka.stores.tills import move_cash, standing_at


def at_the_drawer(store: int, by: int, till: int, product: int, customer: int, kind: str) -> str:
    """A sale, a debt paid, change put in, or the count (of an empty drawer); what was done."""
    with standing_at(till):
        if kind == "sale":
            return deeds.sell(store, by, [product])
        if kind == "debt":
            repayment = Repayment(Decimal(1), "cash")
            payer = Customer.objects.get(pk=customer)
            return str(repay_debts(customer=payer, repayment=repayment, by=User(pk=by), now=timezone.now()).pk)
        session = TillSession.objects.open().filter(till=till).values_list("pk", flat=True).first() or 0
        told = {"store": Store.objects.get(pk=store), "session_id": session, "by": User(pk=by), "now": timezone.now()}
        if kind == "change":
            return str(move_cash(direction="in", amount=Decimal(7), reason="Coins", **told).pk)
        return str(close_till(counted=Counted(Decimal(0), note="Race"), hand_to=User(pk=by), **told).pk)
