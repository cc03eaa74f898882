"""What a cart costs: rows in memory in, lines out. No database is touched here."""

from datetime import UTC, datetime
from decimal import Decimal as D
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.models import Batch, Product, Unit
from billing.services.quote import InsufficientStock, Quote, SaleItem, quote
from viveka.stores.errors import Conflict, Refused, RefusedFields
from viveka.stores.models import StockPolicy
from viveka.stores.money import MAX_MONEY, ZERO

DAY = datetime(2026, 6, 1, tzinfo=UTC)


def product(pk: int = 1, **fields: Any) -> Product:
    return Product(pk=pk, store_id=1, **{"name": f"Soap {pk}", **fields})


def batch(pk: int, of: Product, quantity: Any, cost: Any, price: Any = None, **fields: Any) -> Batch:
    return Batch(
        pk=pk,
        store_id=1,
        product_id=of.pk,
        received_at=DAY,
        quantity=D(quantity),
        remaining=D(quantity),
        cost_price=D(cost),
        selling_price=None if price is None else D(price),
        **fields,
    )


def price_of(items: list[SaleItem], products: list[Product], batches: list[Batch], discount: Any = 0) -> Quote:
    by_pk = {one.pk: one for one in products}
    return quote(items, products=by_pk, batches=batches, discount=D(discount))


def shown(result: Quote) -> list[tuple[D, D, D]]:
    return [(line.quantity, line.price, line.total) for line in result.lines]


def test_five_out_of_three_at_100_and_the_next_at_110_is_two_lines() -> None:
    soap = product()
    result = price_of([SaleItem(1, D(5))], [soap], [batch(1, soap, 3, 80, 100), batch(2, soap, 10, 85, 110)])
    assert shown(result) == [(D(3), D(100), D("300.00")), (D(2), D(110), D("220.00"))]
    assert [line.cost for line in result.lines] == [D("240.00"), D("170.00")]
    assert (result.subtotal, result.total, result.total_cost) == (D(520), D(520), D(410))
    assert [line.item for line in result.lines] == [0, 0]
    assert result.is_sellable


def test_batches_of_one_price_are_one_line_however_their_costs_differ() -> None:
    soap = product()
    first, second = batch(1, soap, 3, 80, 100), batch(2, soap, 10, 85, 100)
    result = price_of([SaleItem(1, D(5))], [soap], [first, second])
    assert shown(result) == [(D(5), D(100), D("500.00"))]
    assert result.lines[0].parts == [(first, D(3)), (second, D(2))]
    assert result.lines[0].cost == D("410.00")


def test_a_price_that_returns_after_another_is_a_line_of_its_own() -> None:
    """Oldest first is kept: the batches at 100 around the one at 110 are not put together."""
    soap = product()
    rows = [batch(1, soap, 1, 80, 100), batch(2, soap, 1, 80, 110), batch(3, soap, 1, 80, 100)]
    assert [line.price for line in price_of([SaleItem(1, D(3))], [soap], rows).lines] == [D(100), D(110), D(100)]


def test_the_same_product_twice_takes_on_from_where_the_first_left_off() -> None:
    soap = product()
    rows = [batch(1, soap, 3, 80, 100), batch(2, soap, 3, 85, 110)]
    result = price_of([SaleItem(1, D(2)), SaleItem(1, D(2))], [soap], rows)
    assert shown(result) == [(D(2), D(100), D(200)), (D(1), D(100), D(100)), (D(1), D(110), D(110))]
    assert [line.item for line in result.lines] == [0, 1, 1]


def test_a_batch_without_a_price_sells_at_the_price_of_the_product() -> None:
    soap = product(selling_price=D("90.00"))
    assert shown(price_of([SaleItem(1, D(1))], [soap], [batch(1, soap, 3, 80)])) == [(D(1), D(90), D(90))]


def test_a_service_has_the_price_of_the_product_and_takes_no_batch() -> None:
    cut = product(stock_policy=StockPolicy.NONE, selling_price=D("250.00"))
    result = price_of([SaleItem(1, D(2))], [cut], [])
    assert shown(result) == [(D(2), D(250), D(500))]
    assert result.lines[0].parts == [] and result.total_cost == ZERO


def test_a_thing_without_any_price_asks_for_one() -> None:
    soap = product()
    result = price_of([SaleItem(1, D(1))], [soap], [batch(1, soap, 3, 80)])
    with pytest.raises(RefusedFields) as refusal:
        result.insist()
    assert refusal.value.errors == {"saleItems.0.price": ["Soap 1 has no price yet. Type one."]}


def test_half_a_paisa_rounds_up_once_at_the_line() -> None:
    sugar = product(unit=Unit.KILOGRAM)
    result = price_of([SaleItem(1, D("1.250"))], [sugar], [batch(1, sugar, 9, "33.33", "44.42")])
    assert shown(result) == [(D("1.250"), D("44.42"), D("55.53"))]  # 55.525
    assert result.lines[0].cost == D("41.66")  # 41.6625


def test_the_cost_of_a_line_is_rounded_once_over_its_batches() -> None:
    """0.005 + 0.005 is one paisa, not two."""
    sugar = product(unit=Unit.KILOGRAM)
    rows = [batch(1, sugar, "0.500", "0.01", 10), batch(2, sugar, 9, "0.01", 10)]
    assert price_of([SaleItem(1, D("1"))], [sugar], rows).lines[0].cost == D("0.01")


def test_parts_of_a_whole_thing_are_refused() -> None:
    soap = product()
    with pytest.raises(RefusedFields, match="sold whole"):
        price_of([SaleItem(1, D("1.5"))], [soap], [batch(1, soap, 3, 80, 100)]).insist()


def test_what_is_not_on_sale_is_refused() -> None:
    soap = product(is_active=False)
    with pytest.raises(RefusedFields, match="not on sale"):
        price_of([SaleItem(1, D(1))], [soap], [batch(1, soap, 3, 80, 100)]).insist()


def test_what_is_short_says_how_much_is_left() -> None:
    soap = product(unit=Unit.KILOGRAM)
    result = price_of([SaleItem(1, D(3))], [soap], [batch(1, soap, "2.500", 80, 100)])
    assert result.short == {0: "Only 2.5 of Soap 1 left."}
    assert not result.is_sellable
    with pytest.raises(InsufficientStock) as refusal:
        result.insist()
    assert isinstance(refusal.value, Conflict)
    assert refusal.value.errors == {"saleItems.0.quantity": ["Only 2.5 of Soap 1 left."]}


def test_every_short_product_is_named() -> None:
    cut = product(1, stock_policy=StockPolicy.NONE, selling_price=D(10), name="Cut")
    soap, comb, oil = product(2, name="Soap"), product(3, name="Comb"), product(4, name="Oil")
    rows = [batch(1, soap, 1, 80, 100), batch(2, oil, 9, 80, 100)]
    items = [SaleItem(1, D(9)), SaleItem(2, D(2)), SaleItem(4, D(1)), SaleItem(3, D(1))]
    with pytest.raises(InsufficientStock) as refusal:
        price_of(items, [cut, soap, comb, oil], rows).insist()
    assert refusal.value.message == "Only 1 of Soap left. Comb is out of stock."
    assert set(refusal.value.errors) == {"saleItems.1.quantity", "saleItems.3.quantity"}


def test_a_typed_price_is_for_the_whole_quantity() -> None:
    soap = product()
    rows = [batch(1, soap, 3, 80, 100), batch(2, soap, 10, 85, 110)]
    assert shown(price_of([SaleItem(1, D(5), price=D("90.00"))], [soap], rows)) == [(D(5), D(90), D(450))]


def test_a_typed_price_may_not_go_below_the_cost_of_any_batch_behind_it() -> None:
    soap = product()
    rows = [batch(1, soap, 3, 80, 100), batch(2, soap, 10, 85, 110)]
    price_of([SaleItem(1, D(3), price=D("80.00"))], [soap], rows).insist()
    price_of([SaleItem(1, D(5), price=D("85.00"))], [soap], rows).insist()
    with pytest.raises(RefusedFields) as refusal:
        price_of([SaleItem(1, D(5), price=D("84.99"))], [soap], rows).insist()
    assert set(refusal.value.errors) == {"saleItems.0.price"}
    assert "84" not in refusal.value.message and "85" not in refusal.value.message, "cashiers never see a cost"


def test_rounding_alone_is_not_below_cost() -> None:
    """Two batches of one cost, sold at it, in amounts that round: half a paisa of one's share is no loss."""
    thread = product(unit=Unit.METRE)
    rows = [batch(1, thread, "0.500", "0.01", 1), batch(2, thread, 9, "0.01", 1)]
    price_of([SaleItem(1, D("1.400"), price=D("0.01"))], [thread], rows).insist()


def test_goods_whose_own_price_is_below_cost_are_sold_when_nobody_touched_it() -> None:
    soap = product()
    price_of([SaleItem(1, D(1))], [soap], [batch(1, soap, 3, 80, 60)]).insist()


def test_nothing_is_sold_above_its_mrp() -> None:
    soap = product(selling_price=D(130))
    rows = [batch(1, soap, 3, 80, 100, mrp=D("120.00")), batch(2, soap, 3, 80, 100)]
    price_of([SaleItem(1, D(3), price=D("120.00"))], [soap], rows).insist()
    for asked in (SaleItem(1, D(3), price=D("120.01")), SaleItem(1, D(4), price=D("121.00"))):
        with pytest.raises(RefusedFields, match="MRP") as refusal:
            price_of([asked], [soap], rows).insist()
        assert set(refusal.value.errors) == {"saleItems.0.price"}
    with pytest.raises(RefusedFields, match="MRP"):
        price_of([SaleItem(1, D(1))], [soap], [batch(1, soap, 3, 80, mrp=D("120.00"))]).insist()


def test_a_discount_is_spread_over_the_lines_to_the_paisa() -> None:
    first, second, third = (product(n) for n in (1, 2, 3))
    rows = [batch(n, one, 9, 1, 10) for n, one in enumerate((first, second, third), 1)]
    items = [SaleItem(n, D(1)) for n in (1, 2, 3)]
    result = price_of(items, [first, second, third], rows, discount="10.00")
    assert [line.discount for line in result.lines] == [D("3.33"), D("3.34"), D("3.33")]
    assert (result.discount, result.total) == (D(10), D(20))
    assert sum(line.total for line in result.lines) == result.total


def test_below_cost_is_judged_per_batch_after_the_discount() -> None:
    soap = product()
    rows = [batch(1, soap, 1, 50, 100), batch(2, soap, 1, 95, 100)]
    price_of([SaleItem(1, D(2))], [soap], rows, discount="10.00").insist()
    with pytest.raises(RefusedFields) as refusal:  # 94.50 each: the first earns, the second does not
        price_of([SaleItem(1, D(2))], [soap], rows, discount="11.00").insist()
    assert set(refusal.value.errors) == {"saleItems.0.price"}


def test_a_discount_above_the_bill_is_refused() -> None:
    soap = product()
    with pytest.raises(Refused) as refusal:
        price_of([SaleItem(1, D(1))], [soap], [batch(1, soap, 3, 0, 100)], discount="100.01")
    assert set(refusal.value.errors) == {"discount"}


def test_goods_that_cost_nothing_may_be_given_away() -> None:
    soap = product()
    result = price_of([SaleItem(1, D(1))], [soap], [batch(1, soap, 3, 0, 100)], discount="100.00")
    result.insist()
    assert result.total == ZERO


def test_an_amount_too_big_to_write_is_refused() -> None:
    soap = product(unit=Unit.KILOGRAM)
    most = D("99999999.999")
    with pytest.raises(RefusedFields, match="above"):
        price_of([SaleItem(1, most)], [soap], [batch(1, soap, most, 0, MAX_MONEY)]).insist()
    with pytest.raises(RefusedFields, match="above"):
        price_of([SaleItem(1, most)], [soap], [batch(1, soap, most, MAX_MONEY, "0.01")]).insist()


def test_the_digest_tells_what_was_shown_from_what_is_now() -> None:
    soap = product()

    def digest(quantity: Any, price: Any, discount: Any = 0) -> str:
        return price_of([SaleItem(1, D(quantity))], [soap], [batch(1, soap, 9, 0, price)], discount).digest()

    assert digest(2, 100) == digest("2.000", "100.00")
    assert len({digest(2, 100), digest(3, 100), digest(2, 101), digest(2, 100, 1)}) == 4


AMOUNTS = st.decimals(0, 99999, places=2, allow_nan=False)
QUANTITIES = st.decimals("0.001", 999, places=3, allow_nan=False)


@given(st.lists(st.tuples(QUANTITIES, AMOUNTS), min_size=1, max_size=12), st.integers(0, 100))
def test_parts_always_add_up_to_the_whole(wanted: list[tuple[D, D]], percent: int) -> None:
    goods = [product(n, unit=Unit.KILOGRAM) for n in range(len(wanted))]
    rows = [batch(n, goods[n], quantity, 0, price) for n, (quantity, price) in enumerate(wanted)]
    items = [SaleItem(n, quantity) for n, (quantity, _) in enumerate(wanted)]
    full = price_of(items, goods, rows)
    off = (full.total * percent / 100).quantize(D("0.01"), "ROUND_DOWN")
    result = price_of(items, goods, rows, discount=off)
    assert result.is_sellable
    assert sum((line.discount for line in result.lines), ZERO) == off
    assert sum((line.total for line in result.lines), ZERO) == result.total == full.total - off
    assert all(ZERO <= line.discount <= line.subtotal for line in result.lines)
