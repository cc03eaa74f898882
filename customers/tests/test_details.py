import json

import pytest

from customers.details import CLEANERS, clean_details, clean_email, clean_gender, clean_gst_number
from viveka.stores.errors import Refused, RefusedFields

GSTIN = "27AAPFU0939F1ZV"


def test_lowers_the_domain_of_an_email_and_leaves_the_rest():
    assert clean_email(" Asha.Rao@Example.COM ") == "Asha.Rao@example.com"
    assert clean_email("") == ""


@pytest.mark.parametrize(
    "text",
    [
        "asha",
        "asha@",
        "@example.com",
        "a b@example.com",
        "a@b@c",
        "asha@example",
        "a\x00@example.com",
        "a" * 250 + "@example.com",
    ],
)
def test_refuses_what_is_no_email(text):
    with pytest.raises(Refused) as refusal:
        clean_email(text, field="customerEmail")
    assert list(refusal.value.errors) == ["customerEmail"]


@pytest.mark.parametrize("text", [GSTIN, GSTIN.lower(), f" {GSTIN} ", "27 AAPFU 0939F 1ZV", "27-AAPFU0939F-1ZV"])
def test_keeps_a_gst_number_in_capitals(text):
    assert clean_gst_number(text) == GSTIN


@pytest.mark.parametrize(
    "text",
    [
        "27AAPFU0939F1ZW",
        "27AAPFU0939F1Z",
        "99AAPFU0939F1ZV",
        "27AAPFU0939F1ZVX",
        "x",
        "२७AAPFU0939F1ZV",
        "27AAPFU0939F1Z\x00",
    ],
)
def test_refuses_a_gst_number_of_wrong_form_or_check_digit(text):
    with pytest.raises(Refused) as refusal:
        clean_gst_number(text)
    assert list(refusal.value.errors) == ["gst_number"]


def test_one_wrong_character_of_a_gst_number_is_always_noticed():
    for place in range(len(GSTIN)):
        other = "8" if GSTIN[place] != "8" else "7"
        with pytest.raises(Refused):
            clean_gst_number(GSTIN[:place] + other + GSTIN[place + 1 :])


def test_gender_is_one_of_three_or_none():
    assert clean_gender(" Female ") == "female"
    assert clean_gender("") == ""
    with pytest.raises(Refused, match="female, male, other"):
        clean_gender("x")


def test_addresses_and_notes_keep_their_lines():
    cleaned = clean_details({"address": " 1 Main  Road\r\nPune ", "note": "a\n\nb"})
    assert cleaned == {"address": "1 Main Road\nPune", "note": "a\n\nb"}


def test_none_counts_as_empty():
    assert clean_details({"name": None, "email": None}) == {"name": "", "email": ""}


def test_names_every_field_at_fault_at_once():
    with pytest.raises(RefusedFields) as refusal:
        clean_details({"email": "x", "gst_number": "y", "name": "Asha", "gender": "z"})
    assert set(refusal.value.errors) == {"email", "gst_number", "gender"}


@pytest.mark.data
@pytest.mark.parametrize("field", sorted(CLEANERS))
def test_every_naughty_string_is_kept_or_refused(real_data, field):
    for text in json.loads((real_data / "strings/blns.json").read_text()):
        try:
            kept = CLEANERS[field](text, field=field)
        except Refused as refusal:
            assert list(refusal.errors) == [field]
        else:
            assert CLEANERS[field](kept, field=field) == kept
