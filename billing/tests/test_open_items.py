"""What is not on the list: sold at once by its price, its cost unknown, completed or recognised by a manager."""

from decimal import Decimal as D
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from billing.models import Bill, Cart, CartLine, Product
from billing.services.open_items import add_open_item, complete_item, join_item
from billing.tests.at_once import at_once
from billing.tests.counter.pressing import LIVE, complete, terms, text
from billing.tests.factories import filled_cart, sell, stocked_product
from viveka.stores.errors import Missing, Refused
from viveka.stores.models import Store, User
from viveka.stores.tests.factories import StoreFactory, staff

pytestmark = pytest.mark.django_db
OPEN = reverse("billing:open-item")


@pytest.fixture
def till(cashier_client: Client) -> Client:
    return cashier_client


def lines() -> list[tuple[str, D, D | None]]:
    return list(CartLine.objects.order_by("id").values_list("product__name", "quantity", "price"))


def test_an_unknown_barcode_is_sold_by_price_and_remembered(till: Client, store: Store, manager_client: Client) -> None:
    page = till.post(reverse("billing:cart-add"), {"code": "8901234567894"}, headers=LIVE)
    assert "Nothing has the code" in text(page) and "Sell it by its price" in text(page)
    assert 'name="barcode" value="8901234567894"' in page.content.decode()
    page = till.post(OPEN, {"barcode": "8901234567894", "price": "45", "name": "Broom"}, headers=LIVE)
    assert "Broom not on the list" in text(page) and "To pay · 1 item ₹45.00" in text(page)
    till.post(reverse("billing:cart-add"), {"code": "8901234567894"}, headers=LIVE)
    assert lines() == [("Broom", 2, None)]
    cart = Cart.objects.get()
    complete(till, terms(store, cart))
    bill = Bill.objects.get()
    line = bill.lines.get()
    assert (line.is_cost_unknown, line.cost, line.total) == (True, 0, 90)
    page = text(manager_client.get(bill.get_absolute_url()))
    assert "cost unknown" in page and "the profit is at most this" in page
    assert "cost unknown" not in text(till.get(bill.get_absolute_url()))
    page = text(manager_client.get(reverse("billing:open-items")))
    assert "Broom 8901234567894 ₹45.00 2 ₹90.00" in page


@pytest.mark.parametrize("typed", ["=45 Broom", "₹45 Broom", "rs 45 Broom", "Rs.45.00 Broom"])
def test_a_price_and_a_name_in_the_one_box(till: Client, typed: str) -> None:
    for _ in range(2):
        till.post(reverse("billing:cart-add"), {"code": typed})
    assert lines() == [("Broom", 2, None)]
    assert Product.objects.get().to_complete


def test_without_a_name_it_is_called_by_its_price_or_its_code(till: Client) -> None:
    for _ in range(2):
        till.post(reverse("billing:cart-add"), {"code": "=45"})
    till.post(OPEN, {"barcode": "ABC-1", "price": "30"})
    assert lines() == [("Item at ₹45.00", 2, None), ("Item ABC-1", 1, None)]


def test_another_price_for_it_is_a_line_of_its_own(till: Client) -> None:
    till.post(OPEN, {"barcode": "1234", "price": "45"})
    till.post(OPEN, {"barcode": "1234", "price": "40"})
    till.post(OPEN, {"barcode": "1234", "price": "40"})
    assert lines() == [("Item 1234", 1, None), ("Item 1234", 2, 40)]
    assert Product.objects.get().selling_price == 45


@pytest.mark.parametrize(
    "sent",
    [{}, {"price": ""}, {"price": "0"}, {"price": "-1"}, {"price": "x"}, {"price": "5", "name": "\x00"},
     {"price": "5", "barcode": "1" * 49}, {"price": "99999999999"}],
)  # fmt: skip
def test_what_is_no_price_is_refused_and_stays_typed(till: Client, sent: dict[str, str]) -> None:
    page = till.post(OPEN, {"barcode": "1234", **sent}, headers=LIVE)
    assert page.status_code == 200 and "till-unlisted" in page.content.decode()
    assert till.post(OPEN, sent).status_code == 200
    assert not Product.objects.exists()


def test_a_manager_completes_it_with_what_is_on_the_shelf(manager_client: Client, store: Store, manager: User) -> None:
    broom = add_open_item(store=store, by=manager, price=D(45), barcode="1234")
    url = reverse("billing:item-complete", args=[broom.pk])
    assert "Not sold yet." in text(manager_client.get(url))
    sent: dict[str, Any] = {
        "name": "Grass broom", "barcode": "1234", "unit": "pc", "selling_price": "50", "stock_policy": "refuse",
        "is_active": "on", "is_favourite": "on", "quantity": "10",
    }  # fmt: skip
    assert "Type what one costs you." in text(manager_client.post(url, sent))
    broom.refresh_from_db()
    assert broom.to_complete and broom.name == "Item 1234"
    assert manager_client.post(url, {**sent, "cost_price": "30"}).url == reverse("billing:open-items")
    broom.refresh_from_db()
    assert (broom.name, broom.to_complete, broom.current_stock, broom.is_favourite) == ("Grass broom", False, 10, True)
    line = sell(store, manager, [(broom, 1)]).bill.lines.get()
    assert (line.is_cost_unknown, line.cost, line.price) == (False, 30, 50)
    assert manager_client.post(url, sent).status_code == 404
    with pytest.raises(Missing):
        complete_item(product=broom, by=manager, now=timezone.now(), name="x")


def test_it_turns_out_to_be_on_the_list_already(manager_client: Client, store: Store, manager: User) -> None:
    soap = stocked_product(store, name="Neem Soap")
    unknown = add_open_item(store=store, by=manager, price=D(45), barcode="1234")
    page = text(manager_client.get(reverse("billing:item-complete", args=[unknown.pk]), {"q": "neem"}))
    assert "It is Neem Soap" in page
    manager_client.post(reverse("billing:item-join", args=[unknown.pk]), {"product": soap.pk})
    soap.refresh_from_db()
    unknown.refresh_from_db()
    assert (soap.barcode, unknown.barcode, unknown.is_active, unknown.turned_out) == ("1234", "", False, soap)
    assert "Nothing to complete." in text(manager_client.get(reverse("billing:open-items")))


def test_a_barcode_beside_the_one_it_has(manager_client: Client, store: Store, manager: User) -> None:
    soap = stocked_product(store, name="Neem Soap", barcode="8901")
    unknown = add_open_item(store=store, by=manager, price=D(95), barcode="1234")
    sell(store, manager, [(unknown, 3)])
    url = reverse("billing:item-join", args=[unknown.pk])
    page = text(manager_client.post(url, {"product": soap.pk}, follow=True))
    assert "3 of it left without its stock: adjust the stock of Neem Soap by that." in page
    assert Product.objects.of(store).with_code("1234").get() == soap


def test_it_is_joined_to_nothing_that_is_not_on_the_list_of_this_store(store: Store, manager: User) -> None:
    one, other = (add_open_item(store=store, by=manager, price=D(5), barcode=code) for code in ("1", "2"))
    for into in (other, stocked_product(store, is_active=False), one):
        with pytest.raises(Refused):
            join_item(product=one, into_id=into.pk)
    with pytest.raises(Missing):
        join_item(product=one, into_id=stocked_product(StoreFactory()).pk)


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
def test_an_unknown_barcode_at_four_tills_at_once_is_one_product(store: Store) -> None:
    people = [staff(store) for _ in range(4)]
    at_once(4, lambda n: add_open_item(store=store, by=people[n], price=D(45), barcode="1234"))
    assert Product.objects.get().to_complete
    assert CartLine.objects.count() == 4


def test_a_barcode_of_the_list_is_not_made_twice(store: Store, cashier: User) -> None:
    soap = stocked_product(store, barcode="1234")
    filled_cart(store, cashier, [])
    assert add_open_item(store=store, by=cashier, price=D(90), barcode="12 34") == soap
    assert lines()[0][1:] == (1, 90)
