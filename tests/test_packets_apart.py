"""One product in one cart at the prices of two packets: a line of each, goods and cost first in first out over both."""

from decimal import Decimal as D
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from billing.models import Batch, Bill, Cart, CartLine, Product
from billing.services import line_terms
from billing.services.carts import add_to_cart, set_quantity
from billing.services.checkout import PriceChanged, Terms, checkout, complete_cart
from billing.services.discounts import discount_line
from billing.services.exchange import carry_return
from billing.services.held_carts import hold_cart, take_up_cart
from billing.services.packets import show_packets
from billing.services.priced_cart import PricedCart, read_cart
from billing.services.quote import BelowCost, SaleItem
from billing.services.return_money import IN_CASH
from billing.services.return_plan import ReturnItem
from billing.services.tender import Tender
from billing.tests.counter.pressing import LIVE, complete, terms, text
from billing.tests.factories import filled_cart, sell, stocked_product, take_back
from viveka.books.check import check_books
from viveka.stores.errors import Missing, Refused
from viveka.stores.models import Store, User

pytestmark = pytest.mark.django_db
CASH = [Tender("cash")]


@pytest.fixture
def soap(store: Store) -> Product:
    """Three at 100 with an MRP of 100, then dearer ones at 110."""
    made = stocked_product(store, name="Soap", barcode="8901", batches=[(3, 60, 100), (50, 70, 110)])
    Batch.objects.filter(product=made, selling_price=100).update(mrp=100)
    Batch.objects.filter(product=made, selling_price=110).update(mrp=110)
    return made


@pytest.fixture
def cart(store: Store, cashier: User, soap: Product) -> Cart:
    return filled_cart(store, cashier, [(soap, 3)])


def read(cart: Cart) -> PricedCart:
    return read_cart(cart.store, cart, cart.store.day_of(timezone.now()))


def readings(cart: Cart) -> list[str]:
    return [one.reading for one in read(cart).lines]


def at(soap: Product, price: int) -> int:
    return soap.batches.get(selling_price=price).pk


def told(cart: Cart, reading: str) -> dict[str, Any]:
    (line,) = [one.line for one in read(cart).lines if one.reading == reading]
    return {"store": cart.store, "by": cart.by, "line_id": line.pk}


def one_says(cart: Cart, reading: str, price: int) -> None:
    line = told(cart, reading)
    soap = CartLine.objects.get(pk=line["line_id"]).product
    line_terms.split_packet(**line, batch_id=at(soap, price), now=timezone.now())


def sell_cart(cart: Cart, **rest: Any) -> Bill:
    told = {"store": cart.store, "by": cart.by, "cart_id": cart.pk, "tenders": CASH, "now": timezone.now()}
    return complete_cart(**told, **rest).bill


def test_two_packets_say_100_and_one_110(cashier_client: Client, store: Store, cart: Cart, soap: Product) -> None:
    till = cashier_client
    page = till.get(reverse("billing:counter"))
    assert "All packets say ₹110.00 One of them says ₹110.00" in text(page)
    url = reverse("billing:line-split", args=[cart.lines.get().pk])
    page = till.post(url, {"batch": at(soap, 110)}, headers=LIVE)
    assert readings(cart) == ["2 × 100.00", "1 × 110.00"]
    assert "To pay · 3 items ₹310.00" in text(page)
    assert 'aria-label="Quantity of Soap at 100.00"' in page.content.decode()
    response = complete(till, terms(store, cart))
    bill = Bill.objects.get()
    assert response.url == reverse("billing:receipt", args=[bill.pk])
    lines = bill.lines.values_list("item", "quantity", "price", "subtotal", "cost")
    assert list(lines) == [(1, 2, 100, 200, 120), (2, 1, 110, 110, 60)]  # all three came from the oldest batch
    assert [batch.remaining for batch in soap.batches.order_by("id")] == [0, 50]
    returned = take_back(bill, 0, 1, by=cart.by)
    assert (returned.total, returned.total_cost) == (110, 60)
    assert [verdict.rule.name for verdict in check_books(store) if verdict.wrong] == []


def test_the_next_of_it_goes_to_the_line_touched_last(store: Store, cashier: User, cart: Cart) -> None:
    one_says(cart, "3 × 100.00", 110)
    add_to_cart(store=store, by=cashier, code="8901")
    assert readings(cart) == ["2 × 100.00", "2 × 110.00"]
    set_quantity(**told(cart, "2 × 100.00"), quantity=D(1))
    assert read(cart).at_hand == told(cart, "1 × 100.00")["line_id"]
    add_to_cart(store=store, by=cashier, code="8901")
    assert readings(cart) == ["2 × 100.00", "2 × 110.00"]


def test_one_more_of_a_price_goes_to_its_line_and_a_tap_puts_both_together(cart: Cart, soap: Product) -> None:
    one_says(cart, "3 × 100.00", 110)
    one_says(cart, "2 × 100.00", 110)
    assert readings(cart) == ["1 × 100.00", "2 × 110.00"]
    one_says(cart, "2 × 110.00", 100)  # the books have the rest of that batch, whose price the first line shows
    assert readings(cart) == ["2 × 100.00", "1 × 110.00"]
    one_says(cart, "1 × 110.00", 100)  # the last one of a line takes it along
    assert readings(cart) == ["3 × 100.00"]
    one_says(cart, "3 × 100.00", 110)
    line_terms.take_packet(**told(cart, "2 × 100.00"), batch_id=at(soap, 110), now=timezone.now())
    assert readings(cart) == ["3 × 110.00"]
    line_terms.take_packet(**told(cart, "3 × 110.00"), batch_id=None, now=timezone.now())
    assert readings(cart) == ["3 × 100.00"]


def test_the_older_packet_takes_from_the_older_batch_whichever_was_put_in_first(store: Store, cashier: User) -> None:
    """Else the packet at 100 would be sold out of the batch that cost 105."""
    soap = stocked_product(store, batches=[(3, 60, 100), (50, 105, 110)])
    cart = filled_cart(store, cashier, [(soap, 3)])
    cart.lines.update(packet=at(soap, 110))
    one_says(cart, "3 × 110.00", 100)
    one_says(cart, "2 × 110.00", 100)
    cart.lines.filter(packet=at(soap, 110)).update(quantity=4)
    assert readings(cart) == ["2 × 100.00", "4 × 110.00"]
    bill = sell_cart(cart)
    assert [line.cost for line in bill.lines.all()] == [120, 60 + 3 * 105]
    assert [verdict.rule.name for verdict in check_books(store) if verdict.wrong] == []


def test_what_two_lines_ask_for_is_there_once(store: Store, cart: Cart, soap: Product) -> None:
    Batch.objects.filter(product=soap, selling_price=110).update(expiry_date="2020-01-01")
    packet = Batch.objects.get(pk=at(soap, 110))
    CartLine.objects.create(store=store, cart=cart, product=soap, quantity=D(2), packet=packet)
    assert [one.message for one in read(cart).lines] == ["", "Only 3 of Soap left for all its lines."]
    with pytest.raises(Refused, match="Only 3 of Soap left for all its lines."):
        sell_cart(cart)
    CartLine.objects.filter(packet=packet).update(quantity=1)
    cart.lines.filter(packet=None).update(quantity=2)
    assert sell_cart(cart).total == 310
    soap.refresh_from_db()
    assert soap.current_stock == 50  # those that are past their day


def test_neither_line_passes_its_mrp_nor_goes_below_the_cost_of_its_batches(cart: Cart, soap: Product) -> None:
    one_says(cart, "3 × 100.00", 110)
    for reading, mrp in (("2 × 100.00", 100), ("1 × 110.00", 110)):
        with pytest.raises(Refused, match=f"MRP of {mrp}"):
            line_terms.set_price(**told(cart, reading), price=mrp + D("0.01"), now=timezone.now())
    with pytest.raises(BelowCost):  # the first line comes from the batch at 60, and so does this one
        line_terms.set_price(**told(cart, "1 × 110.00"), price=D(59), now=timezone.now())
    cart.lines.filter(packet=None).update(quantity=3)
    with pytest.raises(BelowCost):  # now this one comes from the batch at 70
        line_terms.set_price(**told(cart, "1 × 110.00"), price=D(69), now=timezone.now())


def test_a_discount_is_shared_with_the_piece_that_is_taken_off(cart: Cart) -> None:
    discount_line(**told(cart, "3 × 100.00"), typed="10", now=timezone.now())
    one_says(cart, "3 × 100.00", 110)
    assert [one.line.discount for one in read(cart).lines] == [D("6.67"), D("3.33")]
    one_says(cart, "1 × 110.00", 100)
    assert [one.line.discount for one in read(cart).lines] == [10]
    assert sell_cart(cart).total == 290


def test_lines_of_one_product_stay_together_and_survive_being_put_aside(
    store: Store, cashier: User, manager: User, cart: Cart
) -> None:
    comb = stocked_product(store, name="Comb", batches=[(9, 10, 20)])
    add_to_cart(store=store, by=cashier, product_id=comb.pk)
    one_says(cart, "3 × 100.00", 110)
    assert readings(cart) == ["2 × 100.00", "1 × 110.00", "1 × 20.00"]
    hold_cart(store=store, by=cashier, now=timezone.now())
    cart = take_up_cart(store=store, by=manager, cart_id=cart.pk, now=timezone.now())
    add_to_cart(store=store, by=manager, code="8901")
    assert readings(cart) == ["2 × 100.00", "2 × 110.00", "1 × 20.00"]
    assert [line.position for line in sell_cart(cart).lines.all()] == [1, 2, 3]


def test_what_changed_since_it_was_shown_is_said_at_its_line(
    cashier_client: Client, store: Store, manager: User, cart: Cart, soap: Product
) -> None:
    one_says(cart, "3 × 100.00", 110)
    shown = [f"{one.line.pk}:{one.reading}" for one in read(cart).lines]
    seen = read(cart).quote.digest()
    sell(store, manager, [(soap, 2)])  # one is left of the batch at 100
    with pytest.raises(PriceChanged):
        sell_cart(cart, terms=Terms(seen=seen))
    page = complete(cashier_client, {**terms(store, cart), "seen": seen, "shown": shown})
    assert "Changed. It was 2 × 100.00." in text(page) and "Changed. It was 1 × 110.00" not in text(page)
    assert readings(cart) == ["1 × 100.00 + 1 × 110.00", "1 × 110.00"]
    assert not Bill.objects.filter(cart=cart).exists()


def test_a_typed_price_makes_two_lines_one_again(cart: Cart) -> None:
    one_says(cart, "3 × 100.00", 110)
    line_terms.set_price(**told(cart, "1 × 110.00"), price=D(90), now=timezone.now())
    one_says(cart, "2 × 100.00", 110)
    assert readings(cart) == ["1 × 100.00", "1 × 110.00", "1 × 90.00"]
    line_terms.set_price(**told(cart, "1 × 90.00"), price=None, now=timezone.now())
    assert readings(cart) == ["1 × 100.00", "2 × 110.00"]


def test_what_is_no_packet_of_it(cashier_client: Client, store: Store, cashier: User, cart: Cart) -> None:
    line = told(cart, "3 × 100.00")
    for batch in (0, stocked_product(store).batches.get().pk):
        with pytest.raises(Missing):
            line_terms.split_packet(**line, batch_id=batch, now=timezone.now())
    url = reverse("billing:line-split", args=[line["line_id"]])
    assert "no longer there" in text(cashier_client.post(url, {"batch": "x"}, headers=LIVE))
    rice = stocked_product(store, name="Rice", unit="kg", batches=[(9, 40, 50), (9, 40, 60)])
    loose = filled_cart(store, cashier, [(rice, 2)])
    with pytest.raises(Refused, match="comes in no packets"):
        one_says(loose, "2 × 50.00", 60)
    assert readings(cart) == ["3 × 100.00"] and readings(loose) == ["2 × 50.00"]
    (one,) = read(loose).lines
    show_packets([one], store.day_of(timezone.now()))
    assert one.others == []


def test_packets_of_two_prices_in_exchange_for_one_that_comes_back(
    store: Store, cashier: User, manager: User, soap: Product
) -> None:
    old = sell(store, cashier, [(soap, 1)]).bill
    cart = filled_cart(store, cashier, [(soap, 2)])
    one_says(cart, "2 × 100.00", 110)
    carry_return(
        store=store, by=cashier, bill_id=old.pk, items=[ReturnItem(old.lines.get().pk, D(1), True)],
        reason="Dented", give_back=IN_CASH, now=timezone.now(), allowed_by=manager,
    )  # fmt: skip
    bill = sell_cart(cart)
    assert dict(bill.payments.values_list("method", "amount")) == {"exchange": 100, "cash": 110}
    assert list(bill.lines.values_list("price", "cost")) == [(100, 60), (110, 60)]
    soap.refresh_from_db()
    assert soap.current_stock == 51
    assert [verdict.rule.name for verdict in check_books(store) if verdict.wrong] == []


def test_a_program_sells_two_items_of_one_product(store: Store, cashier: User, soap: Product) -> None:
    items = [SaleItem(soap.pk, D(2), D(90)), SaleItem(soap.pk, D(2))]
    bill = checkout(store=store, by=cashier, items=items, tenders=CASH, now=timezone.now()).bill
    assert list(bill.lines.values_list("item", "quantity", "price", "cost")) == [
        (1, 2, 90, 120), (2, 1, 100, 60), (2, 1, 110, 70),
    ]  # fmt: skip
    with pytest.raises(Refused, match="for all its lines"):
        checkout(
            store=store, by=cashier, items=[SaleItem(soap.pk, D(30))] * 2, tenders=CASH, now=timezone.now()
        )  # fmt: skip
    assert [verdict.rule.name for verdict in check_books(store) if verdict.wrong] == []
