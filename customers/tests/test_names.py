import pytest

from customers.names import ONE_LETTER, PLACEHOLDERS, WALK_IN, clean_name, is_real
from viveka.stores.errors import Refused


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("John Doe", "John Doe"),
        ("  John   Doe ", "John Doe"),
        ("Jose\u0301", "José"),
        ("नेहा शर्मा", "नेहा शर्मा"),
        ("O'Neil-Smith & Sons", "O'Neil-Smith & Sons"),
        ("", ""),
        ("   ", ""),
        ("\u200b\u200b", ""),
        ("J", ONE_LETTER),
        (" j ", ONE_LETTER),
        ("李", ONE_LETTER),
        ("e\u0301", ONE_LETTER),
        ("WALK-IN customer", WALK_IN),
        ("clientcustomer", ONE_LETTER),
    ],
)
def test_keeps_names_by_the_rules(typed, kept):
    assert clean_name(typed) == kept
    assert clean_name(kept) == kept


@pytest.mark.parametrize("typed", ["J\x00ohn", "John\x08", "a" * 201, "\ud800", "evil\u202eeman"])
def test_refuses_names_with_controls_and_names_too_long(typed):
    with pytest.raises(Refused) as refusal:
        clean_name(typed, field="customer_name")
    assert list(refusal.value.errors) == ["customer_name"]


def test_a_placeholder_is_no_real_name_however_it_is_written():
    for name in [*PLACEHOLDERS, "walk-in CUSTOMER", "CLIENTCUSTOMER", ""]:
        assert not is_real(name)
    assert is_real("Walk-in Customers")
    assert is_real("Jo")
