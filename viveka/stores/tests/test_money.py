from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viveka.stores.errors import Refused
from viveka.stores.money import (
    MAX_MONEY,
    MAX_QUANTITY,
    PAISA,
    read_amount,
    read_quantity,
    show_amount,
    show_quantity,
    spread,
    to_paisa,
)

amounts = st.decimals(0, MAX_MONEY, places=2)
weights = st.lists(st.decimals(0, MAX_MONEY, places=2), min_size=1, max_size=60)
quantities = st.decimals(Decimal("0.001"), MAX_QUANTITY, places=3)

NOT_A_NUMBER = [
    "",
    " ",
    "NaN",
    "nan",
    "sNaN",
    "Infinity",
    "-Infinity",
    "inf",
    "-1",
    "+1",
    "1e5",
    "1E5",
    "1e-2",
    "0x10",
    "1_000",
    "1,000",
    "1 000",
    " 1",
    "1 ",
    "1\n",
    "\t1",
    "१२",
    "１２",
    "٣",
    "²",
    "½",
    "1.2.3",
    ".",
    "..",
    "₹5",
    "5-",
    "--5",
    "1\x00",
    "\ud800",
    "9" * 400,
    "0." + "0" * 400,
    "a",
]


@pytest.mark.parametrize("text", NOT_A_NUMBER)
def test_refuses_what_is_not_plain_digits(text):
    for read in (read_amount, read_quantity):
        with pytest.raises(Refused) as refusal:
            read(text, field="cash_received")
        assert list(refusal.value.errors) == ["cash_received"]


def test_the_refusal_names_the_field_in_words():
    with pytest.raises(Refused, match="^Cash received takes digits"):
        read_amount("x", field="cash_received")
    with pytest.raises(Refused, match="^To pay takes digits"):
        read_amount("x", field="cash_received", label="To pay")


@pytest.mark.parametrize("text", ["0.005", "0.001", "1.234", "1.500", "10000000000", "9999999999.995", "99999999999"])
def test_refuses_amounts_with_three_decimals_or_above_the_limit(text):
    with pytest.raises(Refused):
        read_amount(text, field="amount")


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("0", "0.00"),
        ("5", "5.00"),
        ("5.", "5.00"),
        (".5", "0.50"),
        ("0.01", "0.01"),
        ("007", "7.00"),
        ("9999999999.99", MAX_MONEY),
    ],
)
def test_reads_amounts(text, amount):
    value = read_amount(text, field="amount")
    assert value == Decimal(amount)
    assert value.as_tuple().exponent == -2


def test_refuses_less_than_the_least():
    assert read_amount("0.01", field="amount", at_least=PAISA) == PAISA
    with pytest.raises(Refused, match=r"at least 0\.01"):
        read_amount("0", field="amount", at_least=PAISA)


@pytest.mark.parametrize("text", ["0", "0.000", "0.0001", "100000000", "99999999.9999"])
def test_refuses_quantities_out_of_bounds(text):
    with pytest.raises(Refused):
        read_quantity(text)


@given(quantities)
def test_reads_back_every_quantity_it_shows(quantity):
    assert read_quantity(show_quantity(quantity)) == quantity


@given(amounts)
def test_reads_back_every_amount_written_plainly(amount):
    assert read_amount(f"{amount:.2f}", field="amount") == amount


@given(st.text(max_size=40))
def test_any_text_is_an_amount_within_bounds_or_refused(text):
    try:
        value = read_amount(text, field="amount")
    except Refused:
        return
    assert value.is_finite()
    assert 0 <= value <= MAX_MONEY


@given(amounts, weights)
def test_spread_parts_add_up_and_none_is_off_by_more_than_a_paisa(amount, weights):
    parts = spread(amount, weights)
    assert sum(parts) == amount
    assert len(parts) == len(weights)
    assert all(part >= 0 for part in parts)
    whole = sum(weights)
    for part, weight in zip(parts, weights, strict=True):
        assert part == to_paisa(part)
        if whole:
            assert abs(part - amount * weight / whole) <= PAISA


@given(weights, st.integers(0, 100))
def test_a_discount_never_takes_more_from_a_line_than_the_line_has(weights, percent):
    discount = to_paisa(sum(weights) * percent / 100)
    parts = spread(discount, weights)
    assert all(part <= weight for part, weight in zip(parts, weights, strict=True))


def test_spread_over_lines_that_are_all_free():
    assert spread(Decimal("0.00"), [Decimal(0), Decimal(0)]) == [0, 0]
    assert spread(Decimal("5.00"), [Decimal(0), Decimal(0)]) == [5, 0]
    assert spread(Decimal("0.00"), []) == []


def test_spread_of_one_rupee_over_three_equal_lines():
    assert spread(Decimal(1), [Decimal(10)] * 3) == [Decimal("0.33"), Decimal("0.34"), Decimal("0.33")]


@pytest.mark.parametrize(
    ("value", "rounded"),
    [("0.005", "0.01"), ("0.004999", "0.00"), ("1.125", "1.13"), ("2.675", "2.68"), ("-0.005", "-0.01")],
)
def test_rounds_half_up(value, rounded):
    assert str(to_paisa(Decimal(value))) == rounded


@pytest.mark.parametrize(
    ("amount", "currency", "shown"),
    [
        ("0", "INR", "₹0.00"),
        ("999", "INR", "₹999.00"),
        ("1000", "INR", "₹1,000.00"),
        ("123456", "INR", "₹1,23,456.00"),
        ("9999999999.99", "INR", "₹9,99,99,99,999.99"),
        ("-123456.5", "INR", "−₹1,23,456.50"),
        ("1234567.89", "USD", "$1,234,567.89"),
        ("1234567.89", "AED", "AED 1,234,567.89"),
    ],
)
def test_shows_amounts_in_the_grouping_of_the_currency(amount, currency, shown):
    assert show_amount(Decimal(amount), currency) == shown


@given(amounts)
def test_indian_grouping_is_three_then_twos(amount):
    groups = show_amount(amount)[1:].split(".")[0].split(",")
    assert "".join(groups) == str(int(amount))
    assert 1 <= len(groups[0]) <= 3
    assert all(len(group) == 2 for group in groups[1:-1])
    assert len(groups) == 1 or len(groups[-1]) == 3


@pytest.mark.parametrize(
    ("quantity", "shown"),
    [
        ("3.000", "3"),
        ("1.250", "1.25"),
        ("100", "100"),
        ("0.001", "0.001"),
        ("0", "0"),
        ("-2.500", "-2.5"),
        ("-0.000", "0"),
    ],
)
def test_shows_quantities_without_idle_zeros(quantity, shown):
    assert show_quantity(Decimal(quantity)) == shown
