"""Likely duplicates: who is offered, who is not, and what a manager said of them stays."""

import random

import pytest
from django.core.management import CommandError, call_command
from django.db import Error, connection, transaction
from django.utils import timezone

from customers.duplicates import dismiss_duplicate, find_duplicates, refresh_duplicates
from customers.likeness import jaro_winkler, slips, words
from customers.models import Customer, LikelyPair
from customers.records import delete_customer
from customers.tests.factories import CustomerFactory
from viveka.stores.errors import Missing

pytestmark = pytest.mark.django_db
EMAIL, GST = "a@b.example", "27AAPFU0939F1ZV"
ADDRESS = "12 Baker Lane, Shivaji Nagar, Pune 411005"
PHONE, NEAR, FAR = "+919876543210", "+919876543219", "+917012345678"


def offered(store):
    return [(pair.first, pair.second) for pair in find_duplicates(store)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"name": "Asha Rao", "phone": PHONE}, {"name": "Aasha Rao", "phone": NEAR}),
        ({"name": "Asha Rao", "phone": PHONE}, {"name": "Rao Asha", "phone": NEAR}),
        ({"name": "Asha Rao", "phone": PHONE}, {"name": "A Rao", "phone": "+919876543201"}),
        ({"name": "Walk-in Customer", "phone": PHONE, "email": EMAIL}, {"name": "Asha", "email": EMAIL}),
        ({"name": "Asha Rao", "email": "a@b.example"}, {"name": "Asha Menon", "phone": None, "email": "A@b.example"}),
        ({"name": "A Traders", "phone": PHONE, "gst_number": GST}, {"name": "Rao", "phone": NEAR, "gst_number": GST}),
        ({"name": "Asha Rao", "address": ADDRESS}, {"name": "Aasha Rao", "address": ADDRESS, "phone": None}),
        ({"name": "नेहा शर्मा", "phone": PHONE}, {"name": "नेहा शर्म", "phone": NEAR}),
    ],
)  # fmt: skip
def test_is_offered(store, one, other):
    first, second = CustomerFactory(store=store, **one), CustomerFactory(store=store, **other)
    assert offered(store) == [(first.pk, second.pk)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"name": "Asha Rao", "phone": PHONE}, {"name": "Ravi Menon", "phone": NEAR}),  # neighbours at the counter
        ({"name": "Asha Rao", "address": ADDRESS}, {"name": "Ravi Rao", "address": ADDRESS, "phone": FAR}),  # a family
        ({"name": "Walk-in Customer", "phone": PHONE}, {"name": "Walk-in Customer", "phone": FAR}),
        ({"name": "Asha Rao", "phone": PHONE}, {"name": "Asha", "phone": FAR}),
    ],
)
def test_is_not_offered(store, one, other):
    CustomerFactory(store=store, **one)
    CustomerFactory(store=store, **other)
    assert offered(store) == []


def test_a_common_name_says_less_than_a_rare_one(store):
    phones = random.Random(1).sample(range(10**8), 30)  # far apart
    for phone in phones:
        CustomerFactory(store=store, name="Priya Sharma", phone=f"+9170{phone:08d}")
    rare = [CustomerFactory(store=store, name="Zubin Wadia", phone=phone).pk for phone in (PHONE, FAR)]
    assert offered(store) == [tuple(rare)]


def test_another_stores_and_the_deleted_are_left_alone(store, other_store, manager):
    first = CustomerFactory(store=store, name="Asha Rao", phone=PHONE)
    CustomerFactory(store=other_store, name="Asha Rao", phone=NEAR)
    gone = CustomerFactory(store=store, name="Asha Rao", phone=NEAR)
    assert offered(store) == [(first.pk, gone.pk)]
    delete_customer(store=store, pk=gone.pk, by=manager, now=timezone.now())
    assert offered(store) == []


class TestKept:
    @pytest.fixture
    def pair(self, store):
        CustomerFactory(store=store, name="Asha Rao", phone=PHONE)
        CustomerFactory(store=store, name="Asha Rao", phone=NEAR)
        refresh_duplicates(store=store, now=timezone.now())
        return LikelyPair.objects.get()

    def test_what_was_found_is_offered_until_dismissed(self, store, manager, pair):
        assert list(LikelyPair.objects.of(store).offered()) == [pair]
        assert set(pair.reasons.split(",")) == {"name", "phone"}
        for _ in range(2):
            dismissed = dismiss_duplicate(store=store, pk=pair.pk, by=manager, now=timezone.now())
        assert (dismissed.dismissed_by, dismissed.dismissed_at is None) == (manager, False)
        refresh_duplicates(store=store, now=timezone.now())
        assert not LikelyPair.objects.of(store).offered().exists()
        assert LikelyPair.objects.get().dismissed_by == manager

    def test_what_is_no_longer_likely_goes(self, store, pair):
        Customer.objects.filter(pk=pair.second_id).update(name="Ravi Menon", phone=FAR)
        refresh_duplicates(store=store, now=timezone.now())
        assert not LikelyPair.objects.exists()

    def test_a_deleted_record_is_not_offered(self, store, manager, pair):
        delete_customer(store=store, pk=pair.first_id, by=manager, now=timezone.now())
        assert not LikelyPair.objects.offered().exists()

    def test_another_stores_pair_is_missing(self, other_store, manager, pair):
        with pytest.raises(Missing):
            dismiss_duplicate(store=other_store, pk=pair.pk, by=manager, now=timezone.now())

    def test_the_database_wants_an_order_and_a_name(self, pair):
        for sql in (
            "UPDATE customers_likelypair SET first_id = second_id, second_id = first_id",
            "UPDATE customers_likelypair SET dismissed_at = now()",
        ):
            with pytest.raises(Error), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(sql)

    def test_the_command(self, store, pair, tmp_path, capsys):
        file = tmp_path / "pairs.csv"
        call_command("find_duplicates", store=store.slug, csv=file)
        assert "1 likely duplicates" in capsys.readouterr().out
        assert file.read_text("utf-8-sig").splitlines()[1].startswith(f"{pair.first.number},Asha Rao,98765 43210,")
        call_command("find_duplicates", store=store.slug)
        assert "Asha Rao" in capsys.readouterr().out
        with pytest.raises(CommandError):
            call_command("find_duplicates", store="nowhere")


@pytest.mark.parametrize(
    ("one", "other", "count"),
    [("abc", "abc", 0), ("abc", "abd", 1), ("abc", "acb", 1), ("abc", "ab", 1), ("abc", "xabc", 1), ("abcd", "badc", 2),
     ("abc", "xyz", 3), ("", "a", 1), ("", "abc", 3)],
)  # fmt: skip
def test_counts_slips(one, other, count):
    assert slips(one, other, most=2) == slips(other, one, most=2) == min(count, 3)


def test_likeness_of_words():
    assert round(jaro_winkler("martha", "marhta"), 3) == 0.961  # Winkler's own examples
    assert round(jaro_winkler("dixon", "dicksonx"), 3) == 0.813
    assert jaro_winkler("abc", "xyz") == 0


def test_words_lose_accents_of_latin_letters_alone():
    assert words("José  Ñandú-Straße") == ("jose", "nandu", "strasse")
    assert words("नेहा शर्मा") == ("नेहा", "शर्मा")
