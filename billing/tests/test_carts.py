"""The cart: what comes into it, and how its lines read."""

from decimal import Decimal

import pytest
from django.utils import timezone

from billing.models import Cart, CartLine
from billing.services import carts, line_terms
from billing.services.checkout import complete_cart
from billing.services.priced_cart import price_each, read_cart
from billing.services.tender import Tender
from billing.tests.factories import ProductFactory, filled_cart, sell, stocked_product
from viveka.stores.errors import Missing, Refused
from viveka.stores.models import Store, User
from viveka.stores.tests.factories import StoreFactory, staff

pytestmark = pytest.mark.django_db


def readings(store: Store, by: User) -> list[tuple[str, str]]:
    """Each line of the person's cart: the product's name and how the line reads."""
    priced = read_cart(store, Cart.objects.current(store, by), store.day_of(timezone.now()))
    return [(one.line.product.name, one.reading) for one in priced.lines]


def only_line(store: Store, by: User) -> CartLine:
    return Cart.objects.current(store, by).lines.get()


def test_the_first_product_makes_the_cart_and_the_same_again_adds_to_its_line(store, cashier):
    product = stocked_product(store, barcode="8901030865278")
    assert carts.add_to_cart(store=store, by=cashier, code="8901030865278").product == product
    carts.add_to_cart(store=store, by=cashier, code=" 8901030865278 ")
    assert only_line(store, cashier).quantity == 2
    assert Cart.objects.count() == 1


def test_a_sku_adds_at_once_and_a_barcode_wins_over_an_equal_sku(store, cashier):
    by_sku = stocked_product(store, sku="1234")
    assert carts.add_to_cart(store=store, by=cashier, code="1234").product == by_sku
    by_barcode = stocked_product(store, barcode="1234")
    assert carts.add_to_cart(store=store, by=cashier, code="1234").product == by_barcode


def test_the_beginning_of_a_word_of_the_name_answers_products_to_pick_and_adds_nothing(store, cashier):
    soap = stocked_product(store, name="Neem Soap")
    stocked_product(store, name="Neem Soap of last year", is_active=False)
    added = carts.add_to_cart(store=store, by=cashier, code="so")
    assert (added.product, added.matches) == (None, [soap])
    assert not Cart.objects.exists()
    assert carts.add_to_cart(store=store, by=cashier, product_id=soap.pk).product == soap


def test_an_exact_code_comes_first_among_the_matches(store):
    longer = stocked_product(store, sku="SUG-10", name="A")
    exact = stocked_product(store, sku="SUG-1", name="Z")
    assert carts.match_products(store, "SUG-1") == [exact, longer]


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("9999", "Nothing has the code"),
        ("", "Scan a barcode"),
        ("a\x00b", "control characters"),
        ("x" * 101, "at most 100"),
    ],
)
def test_an_unknown_code_is_said_and_adds_nothing(store, cashier, code, sentence):
    with pytest.raises(Refused, match=sentence):
        carts.add_to_cart(store=store, by=cashier, code=code)
    assert not Cart.objects.exists()


def test_what_is_not_on_sale_or_of_another_store_is_not_added(store, cashier):
    stocked_product(store, barcode="111", is_active=False, name="Old Soap")
    other = stocked_product(StoreFactory(), barcode="222")
    with pytest.raises(Refused, match="Old Soap is not on sale"):
        carts.add_to_cart(store=store, by=cashier, code="111")
    with pytest.raises(Refused, match="Nothing has the code"):
        carts.add_to_cart(store=store, by=cashier, code="222")
    with pytest.raises(Missing):
        carts.add_to_cart(store=store, by=cashier, product_id=other.pk)


def test_a_line_shows_the_batches_it_comes_from_and_their_prices(store, cashier):
    product = stocked_product(store, name="Sugar", batches=[(3, 80, 100), (10, 85, 110)])
    filled_cart(store, cashier, [(product, 5)])
    assert readings(store, cashier) == [("Sugar", "3 × 100.00 + 2 × 110.00")]
    (line,) = read_cart(store, Cart.objects.get(), store.day_of(timezone.now())).lines
    assert [(part.quantity, part.price) for part in line.parts] == [(3, 100), (2, 110)]
    assert line.total == Decimal("520.00")


def test_short_stock_stays_in_the_cart_and_is_said_on_the_line(store, cashier):
    product = stocked_product(store, name="Sugar", batches=[(3, 80, 100)])
    cart = filled_cart(store, cashier, [(product, 1)])
    carts.set_quantity(store=store, by=cashier, line_id=cart.lines.get().pk, quantity=Decimal(5))
    (line,) = read_cart(store, cart, store.day_of(timezone.now())).lines
    assert line.message == "Only 3 of Sugar left."


def test_reading_a_cart_takes_two_queries_whatever_its_size(store, cashier, django_assert_num_queries):
    day = store.day_of(timezone.now())
    few = filled_cart(store, cashier, [(stocked_product(store), 1)])
    many = filled_cart(store, cashier, [(stocked_product(store), 1) for _ in range(40)])
    for cart in (few, many):
        with django_assert_num_queries(2):
            [line.parts for line in read_cart(store, cart, day).lines]


def test_quantity_steps_up_and_down_but_not_to_nothing(store, cashier):
    cart = filled_cart(store, cashier, [(stocked_product(store), 1)])
    line = {"store": store, "by": cashier, "line_id": cart.lines.get().pk}
    carts.step_quantity(**line, step=1)
    carts.step_quantity(**line, step=-1)
    with pytest.raises(Refused, match="Remove the line"):
        carts.step_quantity(**line, step=-1)
    assert cart.lines.get().quantity == 1


def test_what_is_sold_whole_takes_no_parts_and_what_is_weighed_does(store, cashier):
    soap, rice = stocked_product(store, name="Soap"), stocked_product(store, unit="kg")
    cart = filled_cart(store, cashier, [(soap, 1), (rice, 1)])
    with pytest.raises(Refused, match="Soap is sold whole"):
        carts.set_quantity(store=store, by=cashier, line_id=cart.lines.get(product=soap).pk, quantity=Decimal("1.5"))
    carts.set_quantity(store=store, by=cashier, line_id=cart.lines.get(product=rice).pk, quantity=Decimal("1.250"))
    assert cart.lines.get(product=rice).quantity == Decimal("1.250")


def test_a_quantity_never_passes_what_can_be_kept(store, cashier):
    product = stocked_product(store, barcode="1")
    filled_cart(store, cashier, [(product, 99_999_999)])
    with pytest.raises(Refused, match="at most"):
        carts.add_to_cart(store=store, by=cashier, code="1")


def test_a_price_is_edited_and_cleared(store, cashier):
    cart = filled_cart(store, cashier, [(stocked_product(store, batches=[(5, 80, 100)]), 2)])
    line = {"store": store, "by": cashier, "line_id": cart.lines.get().pk, "now": timezone.now()}
    line_terms.set_price(**line, price=Decimal("90.00"))
    assert readings(store, cashier)[0][1] == "2 × 90.00"
    line_terms.set_price(**line, price=None)
    assert readings(store, cashier)[0][1] == "2 × 100.00"


def test_a_price_below_the_cost_of_any_batch_is_refused_without_telling_the_cost(store, cashier):
    cart = filled_cart(store, cashier, [(stocked_product(store, batches=[(3, 80, 100), (9, "93.17", 110)]), 5)])
    line = {"store": store, "by": cashier, "line_id": cart.lines.get().pk, "now": timezone.now()}
    with pytest.raises(Refused) as refusal:
        line_terms.set_price(**line, price=Decimal("90.00"))
    assert "below the lowest price allowed" in refusal.value.message
    assert "93.17" not in refusal.value.message
    assert list(refusal.value.errors) == ["price"]
    assert cart.lines.get().price is None
    line_terms.set_price(**line, price=Decimal("93.17"))


def test_a_line_of_another_persons_cart_is_not_there(store, cashier):
    cart = filled_cart(store, staff(store), [(stocked_product(store), 1)])
    pk = cart.lines.get().pk
    with pytest.raises(Missing):
        carts.set_quantity(store=store, by=cashier, line_id=pk, quantity=Decimal(2))
    carts.remove_line(store=store, by=cashier, line_id=pk)
    assert cart.lines.get().quantity == 1


def test_a_removed_line_may_be_removed_again(store, cashier):
    cart = filled_cart(store, cashier, [(stocked_product(store), 1)])
    pk = cart.lines.get().pk
    for _ in range(2):
        carts.remove_line(store=store, by=cashier, line_id=pk)
    assert not cart.lines.exists()


def test_a_dropped_cart_is_no_longer_in_front_of_the_person(store, cashier):
    cart = filled_cart(store, cashier, [(stocked_product(store), 1)])
    other = filled_cart(store, staff(store), [])
    carts.drop_cart(store=store, by=cashier, cart_id=other.pk, now=timezone.now())  # another's: nothing happens
    assert Cart.objects.current(store, cashier) == cart
    carts.drop_cart(store=store, by=cashier, cart_id=cart.pk, now=timezone.now())
    assert Cart.objects.current(store, cashier) is None


def test_after_a_bill_the_next_product_makes_a_new_cart(store, cashier):
    product = stocked_product(store, barcode="1")
    carts.add_to_cart(store=store, by=cashier, code="1")
    cart = Cart.objects.current(store, cashier)
    complete_cart(store=store, by=cashier, cart_id=cart.pk, tenders=[Tender("cash")], now=timezone.now())
    carts.add_to_cart(store=store, by=cashier, code="1")
    assert Cart.objects.current(store, cashier) != cart
    product.refresh_from_db()
    assert product.current_stock == 9


def test_lines_that_read_otherwise_than_when_confirmed_are_marked(store, cashier):
    sugar = stocked_product(store, name="Sugar", batches=[(3, 80, 100), (9, 80, 110)])
    salt = stocked_product(store, name="Salt")
    cart = filled_cart(store, cashier, [(sugar, 3), (salt, 1)])
    day = store.day_of(timezone.now())
    seen = [f"{one.line.pk}:{one.reading}" for one in read_cart(store, cart, day).lines]
    sell(store, cashier, [(sugar, 1)])
    priced = read_cart(store, cart, day)
    priced.compare(seen)
    assert [one.was for one in priced.lines] == ["3 × 100.00", ""]


def test_prices_to_pick_from_are_those_of_the_next_one_sold(store):
    sugar = stocked_product(store, batches=[(3, 80, 100), (9, 80, 110)])
    empty = ProductFactory(store=store, selling_price=Decimal(50))
    service = ProductFactory(store=store, stock_policy="none", selling_price=Decimal(250))
    prices = dict(price_each([sugar, empty, service], store.day_of(timezone.now())))
    assert prices == {sugar: Decimal(100), empty: None, service: Decimal(250)}
