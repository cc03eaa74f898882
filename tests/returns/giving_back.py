"""Something bought, and how its bill and its shelf stand."""

from django.utils import timezone

from billing.models import Bill
from billing.services.buyer import Buyer
from billing.services.return_money import GiveBack
from billing.services.returns import void_bill
from billing.services.tender import Tender
from billing.tests.factories import sell

UPI = GiveBack("upi", "UTR 7")


def bought(store, by, product, quantity, customer, *tenders):
    buyer = Buyer(customer_id=customer.pk) if customer else Buyer()
    return sell(store, by, [(product, quantity)], tenders=tenders or [Tender("cash")], buyer=buyer).bill


def void(bill, by, **rest):
    told = {"reason": "Wrong customer", "by": by, "now": timezone.now()} | rest
    return void_bill(store=bill.store, bill_id=bill.pk, **told).goods_return


def status(bill):
    found = Bill.objects.with_status().get(pk=bill.pk)
    return found.status, found.returned_total, found.returned_cost


def on_shelf(product):
    return [(batch.remaining, batch.cost_price) for batch in product.batches.order_by("received_at", "id")]
