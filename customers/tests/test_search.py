import csv
import gzip
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from customers.models import Customer
from customers.tests.factories import CustomerFactory
from viveka.stores.phone import show_phone

pytestmark = pytest.mark.django_db


def found(text):
    return set(Customer.objects.matching(text))


@pytest.fixture
def asha(store):
    return CustomerFactory(store=store, name="Asha Rao-Menon", phone="+919876543210", number="CUST0042")


@pytest.fixture
def nobody(store):
    """Somebody whom none of the searches is about."""
    return CustomerFactory(store=store, name="Zubin", phone="+911145678900", number="CUST7777")


@pytest.mark.parametrize(
    "text",
    [
        "asha",
        "as",
        "A",
        "rao",
        "menon",
        "asha men",
        "men ash",
        "rao-menon",
        " ASHA ",
        "CUST0042",
        "cust0042",
        "cust00",
        "0042",
        "9876",
        "98765",
        "6543",
        "3210",
        "543210",
        "9876543210",
        "98765 43210",
        "+91 98765",
        "+919876543210",
        "919876",
        "098765",
        "0091 98765 43210",
        "098765 43210",
        "९८७६",
        "98765-432",
        "asha 98765",
        "9876 asha",
    ],
)
def test_finds_by_beginnings_of_words_by_number_and_by_part_of_the_phone(asha, nobody, text):
    assert found(text) == {asha}


@pytest.mark.parametrize(
    "text",
    ["sha", "ashas", "asha kumar", "enon", "1234", "98765432101", "", " ", "-", "'", "\\", "%", "_", "&|!", "\x00"],
)
def test_does_not_find_by_the_middle_of_a_word_or_by_digits_of_no_phone(asha, nobody, text):
    assert found(text) == set()


def test_every_four_digits_of_a_phone_find_it(asha, nobody):
    digits = "919876543210"
    for size in range(4, len(digits) + 1):
        for begin in range(len(digits) - size + 1):
            assert asha in found(digits[begin : begin + size])


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("नेहा शर्मा", "ने"),
        ("नेहा शर्मा", "शर्"),
        ("नेहा शर्मा", "शर्मा नेहा"),
        ("কিশোর কুমার", "কুমা"),
        ("முத்து வேல்", "வேல்"),
        ("李 小龙", "小"),
        ("علي حسن", "حس"),
        ("Йосиф Жуков", "жук"),
        ("Björn Ångström", "ång"),
        ("Jose\u0301 Nuñez", "JOSÉ"),
        ("José", "jose\u0301"),
        ("O'Neil", "neil"),
        ("O’Neil", "o'neil"),
        ("A.K. Gupta", "k gup"),
        ("Sharma & Sons (Pune)", "pune"),
        ("🙂 Smile", "🙂"),
        ("2nd Street Cafe", "2nd"),
    ],
)
def test_finds_names_of_any_script_and_spelling(store, nobody, name, text):
    customer = Customer.objects.find_or_create(store=store, phone="98765 43210", details={"name": name}).customer
    assert found(text) == {customer}


def test_a_vowel_sign_is_part_of_its_word(store):
    CustomerFactory(store=store, name="नेहा")
    assert found("हा") == set()


def test_follows_changes_of_name_and_phone(asha):
    Customer.objects.filter(pk=asha.pk).update(name="Ravi", phone="+911145678901")
    assert found("asha") == found("98765") == set()
    assert found("ravi") == found("4567") == {asha}


def test_customers_without_a_phone_are_found_too(store):
    customer = CustomerFactory(store=store, name="Meera", phone=None, number="CUST0815")
    assert found("meera") == found("0815") == {customer}


def test_a_very_long_name_is_found_by_its_beginning(store):
    name = "ब" * 200
    customer = CustomerFactory(store=store, name=name)
    assert found(name) == found(name * 30) == found("ब" * 5) == {customer}


@pytest.mark.data
def test_no_naughty_string_breaks_a_search(asha, real_data):
    texts = json.loads((real_data / "strings/blns.json").read_text())
    texts += [
        "9" * 5000,
        "x" * 5000,
        "\ud800",
        "a\ud800b",
        "'" * 9,
        "\\' \\\\",
        "a\x00b",
        "':*",
        "a:*|b",
        "!!",
        "''",
        "asha " * 500,
    ]
    for text in texts:
        list(Customer.objects.matching(text))


@given(st.text(alphabet=st.characters(), max_size=60))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_text_breaks_a_search(asha, text):
    list(Customer.objects.matching(text))


@pytest.mark.data
def test_real_names_in_29_languages_are_found_by_every_word(store, real_data):
    with gzip.open(real_data / "contacts/contacts_multiscript_fictional_phone.csv.gz", "rt", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))[::97]
    for row in rows:
        customer = Customer.objects.find_or_create(
            store=store, phone=row["phone_e164"], details={"name": row["name"]}, overwrite=True
        ).customer
        words = customer.name.split()
        for text in [*words, *(word[:2] for word in words), customer.number, row["phone_e164"][-6:]]:
            assert customer in found(text), (row, text)
        assert customer in found(show_phone(customer.phone, "IN"))
