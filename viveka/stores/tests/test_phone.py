import csv
import gzip
import re
from functools import partial

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from viveka.stores.errors import Refused
from viveka.stores.phone import normalise_phone, phone_fragment, show_phone

ONE_PHONE = [
    "9876543210",
    "98765 43210",
    "98765-43210",
    "+91-98765-43210",
    "+91 98765 43210",
    "(+91) 98765 43210",
    "09876543210",
    "098765 43210",
    "0091 9876543210",
    "919876543210",
    "९८७६५४३२१०",
    "+९१ ९८७६५ ४३२१०",
    "98765\u00a043210",
    "98765\u202f43210",
    "\u200e98765 43210\u200f",
    "\u202a+91 98765 43210\u202c",
    "\ufeff9876543210",
    "+91\u201098765\u201143210",
    "98765–43210",
    "９８７６５４３２１０",
    " 9876543210\n",
    "98765.43210",
    "tel:+91-98765-43210",
]
BAD_PHONES = [
    "",
    " ",
    "12345",
    "98765O3210",
    "9876543210a",
    "987654321",
    "98765432101",
    "phone",
    "+",
    "++919876543210",
    "+91",
    "0000000000",
    "9999",
    "tel:",
    "+999 12345678",
    "9876543210 / 9876543211",
    "98765 43210 ext 5",
    "98765;43210",
    "98765\x0043210",
    "\ud800",
    "9" * 5000,
    "+91+9876543210",
    "98765 43210,",
    "½" * 10,
]

in_india = partial(normalise_phone, region="IN")


@pytest.mark.parametrize("typed", ONE_PHONE)
def test_every_way_to_write_a_phone_is_one_phone(typed):
    assert in_india(typed) == "+919876543210"


def test_a_ten_digit_number_that_begins_like_the_country_code_stays_itself():
    assert in_india("9198765432") == "+919198765432"
    assert in_india("919198765432") == "+919198765432"
    assert in_india("9111111111") == "+919111111111"


@pytest.mark.parametrize("typed", BAD_PHONES)
def test_refuses_what_is_no_valid_phone(typed):
    with pytest.raises(Refused) as refusal:
        normalise_phone(typed, "IN", field="customer_phone")
    assert list(refusal.value.errors) == ["customer_phone"]


@given(st.text(alphabet=st.characters(), max_size=30))
def test_any_text_is_a_phone_that_stays_itself_or_refused(text):
    try:
        phone = in_india(text)
    except Refused:
        return
    assert in_india(phone) == phone


@given(st.text(alphabet="0123456789+-() ०१२९\u00a0\u200e", max_size=20), st.text(alphabet="+0123456789 ", max_size=6))
def test_a_country_code_of_its_own_never_breaks_the_reading(number, code):
    try:
        phone = normalise_phone(number, "IN", country_code=code)
    except Refused:
        return
    assert in_india(phone) == phone


@pytest.mark.parametrize("code", ["+91", "91", "0091", " +91 ", "(+91)", "९१"])
def test_country_code_and_number_may_come_as_two_fields(code):
    assert normalise_phone("98765 43210", "US", country_code=code) == "+919876543210"


def test_the_country_code_decides_over_the_region_and_the_number_over_both():
    assert normalise_phone("020 7946 0958", "IN", country_code="44") == "+442079460958"
    assert normalise_phone("+91 98765 43210", "IN", country_code="44") == "+919876543210"
    assert normalise_phone("919876543210", "IN", country_code="+91") == "+919876543210"


def test_a_shared_country_code_keeps_the_region_of_the_store():
    assert normalise_phone("506 234 5678", "CA", country_code="+1") == "+15062345678"


@pytest.mark.parametrize("code", ["x", "+", "999", "12345", "9+1", "٠"])
def test_refuses_what_is_no_country_code(code):
    with pytest.raises(Refused, match="not a country code"):
        normalise_phone("98765 43210", "IN", country_code=code)


@pytest.mark.parametrize(
    ("e164", "region", "shown"),
    [
        ("+919876543210", "IN", "98765 43210"),
        ("+912223456789", "IN", "022 2345 6789"),
        ("+919876543210", "US", "+91 98765 43210"),
        ("+12015550123", "US", "(201) 555-0123"),
        ("+12015550123", "IN", "+1 201-555-0123"),
        (None, "IN", ""),
        ("", "IN", ""),
        ("rubbish", "IN", "rubbish"),
    ],
)
def test_shows_a_phone_as_dialled_in_the_region(e164, region, shown):
    assert show_phone(e164, region) == shown


@pytest.mark.parametrize(
    ("typed", "digits"),
    [
        ("98765", "98765"),
        ("98765 43", "9876543"),
        ("+91 98", "9198"),
        ("९८७६", "9876"),
        ("98765x", ""),
        ("Asha", ""),
        ("", ""),
        ("9" * 41, ""),
    ],
)
def test_a_fragment_is_the_digits_of_a_search_term(typed, digits):
    assert phone_fragment(typed) == digits


def examples(folder):
    with gzip.open(folder / "contacts/libphonenumber_examples.csv.gz", "rt", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.mark.data
def test_real_numbers_of_every_region_are_one_in_their_four_formats(real_data):
    for row in examples(real_data):
        if row["kind"] != "example" or row["region"] not in phonenumbers.SUPPORTED_REGIONS:
            continue
        forms = [row["e164"], row["national"], row["international"], row["rfc3966"]]
        read = {normalise_phone(form, row["region"]) for form in forms}
        assert read == {row["e164"]}, row
        assert re.fullmatch(r"\+[1-9][0-9]{4,14}", row["e164"]), row  # what the database insists on
        assert normalise_phone(row["national"], "IN", country_code=row["country_code"]) in read or _shared(row), row
        assert normalise_phone(show_phone(row["e164"], row["region"]), row["region"]) in read, row
        assert normalise_phone(show_phone(row["e164"], "IN"), "IN") in read, row


def _shared(row):
    """Countries that share a code (+44, +39 …) may write the national part in ways that only their own region reads."""
    return len(phonenumbers.COUNTRY_CODE_TO_REGION_CODE[int(row["country_code"])]) > 1


@pytest.mark.data
def test_real_numbers_that_are_not_valid_are_refused(real_data):
    for row in examples(real_data):
        if row["kind"] == "invalid_example":
            for form in (row["e164"], row["international"], row["rfc3966"]):
                with pytest.raises(Refused):
                    normalise_phone(form, row["region"])
