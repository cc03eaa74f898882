"""A little of everything that a store can do."""

from decimal import Decimal as D
from typing import Any

from django.utils import timezone

from billing.models import BillLine, StockMovement, Unit
from billing.services.buyer import Buyer
from billing.services.checkout import Terms, complete_cart
from billing.services.tender import Tender
from billing.tests.factories import ProductFactory, filled_cart, sell, stocked_product
from customers.models import LikelyPair
from customers.records import delete_customer
from customers.tests.factories import CustomerFactory
from tests.books import (
    credit_books,
    imported_books,
    money_books,
    opening_books,
    record_books,
    return_books,
    stock_books,
    till_books,
)
from viveka.merge.merging import merge_customers
from viveka.merge.undoing import undo_merge
from viveka.stores.models import Counter, StockPolicy, Store, User

Ids = dict[str, Any]


def trade(store: Store, by: User) -> Ids:
    """A little of everything that a store can do, and the ids of it by name."""
    money = stock_books.run_short_and_put_right(store, by)
    money |= credit_books.take_goods_without_a_bill(store, by)
    money |= till_books.trade_at_a_till(store, by) | return_books.take_back_a_little(store, by)
    money |= money_books.trade_ahead_and_on_credit(store, by)
    money |= record_books.trade_by_appointment(store, by) | opening_books.bring_along(store, by)
    money |= imported_books.bring_old_books(store, by)
    soap = stocked_product(store, batches=[(3, 80, 100), (10, 85, 110), (10, 85, 110)], by=by, name="Soap")
    sugar = stocked_product(store, batches=[(5, "40", "44.42")], unit=Unit.KILOGRAM, by=by, name="Sugar")
    cut = ProductFactory.create(store=store, stock_policy=StockPolicy.NONE, selling_price=D(250), name="Cut")
    cash = Tender("cash", received=D(2000))
    first = sell(store, by, [(soap, 5), (cut, 1)], tenders=[cash], buyer=Buyer(phone="9876543210", name="Asha"))
    second = sell(
        store, by, [(sugar, "1.250")], buyer=Buyer(name="Ravi"), terms=Terms(discount=D("1.00")),
        tenders=[Tender("upi", D(10)), Tender("card")],
    )  # fmt: skip
    cart = filled_cart(store, by, [(soap, 1), (sugar, 2)], phone="98765 43211", customer=first.bill.customer)
    dear = soap.batches.order_by("received_at", "id").last()
    cart.lines.filter(product=soap).update(packet=dear)  # at the price of another packet than the oldest
    cart.lines.filter(product=sugar).update(amount=D("20.00"))  # for this money
    third = complete_cart(store=store, by=by, cart_id=cart.pk, tenders=[Tender("cash")], now=timezone.now())
    twin, gone = records(store, by, first.bill.customer_id)
    last = CustomerFactory.create(store=store)
    made = money | {name: row.pk for name, row in {"soap": soap, "sugar": sugar, "cut": cut, "last": last}.items()}
    made |= {"first": first.bill.pk, "second": second.bill.pk, "third": third.bill.pk, "store": store.pk}
    made |= {"twin": twin, "gone": gone}
    made |= {"asha": first.bill.customer_id, "ravi": second.bill.customer_id}
    for number, batch in enumerate(soap.batches.order_by("received_at", "id"), 1):
        made[f"batch{number}"] = batch.pk
    made["sugar_batch"] = sugar.batches.get().pk
    lines = BillLine.objects.filter(bill=first.bill).order_by("position")
    made["other_payment"] = second.bill.payments.get(method="card").pk
    made |= {f"line{line.position}": line.pk for line in lines}  # 3 soaps, 2 soaps, a cut
    moved = StockMovement.objects.filter(product=soap, reason="sold").order_by("id")
    made |= {f"moved{number}": movement.pk for number, movement in enumerate(moved, 1)}
    made["for_20"] = BillLine.objects.get(bill=third.bill, by_amount=True).pk
    ProductFactory.create(store=store, is_active=False, turned_out=soap)
    made["cust_counter"] = Counter.objects.get(store=store, name="CUST").pk
    made["bill_counter"] = Counter.objects.get(store=store, name=f"bill {first.bill.year}").pk
    return made


def records(store: Store, by: User, asha: int) -> tuple[int, int]:
    """A record merged, undone and merged again, a deleted one, a likely duplicate; the merged and the deleted one."""
    now = timezone.now()
    twin, gone = CustomerFactory.create(store=store).pk, CustomerFactory.create(store=store).pk
    made = merge_customers(store=store, survivor_id=asha, loser_id=twin, by=by, now=now)
    undo_merge(store=store, merge_id=made.pk, by=by, now=now)
    merge_customers(store=store, survivor_id=asha, loser_id=twin, by=by, now=now)
    delete_customer(store=store, pk=gone, by=by, now=now)
    first, second = sorted((asha, gone))
    LikelyPair.objects.create(store=store, first_id=first, second_id=second, bits=20)
    return twin, gone
