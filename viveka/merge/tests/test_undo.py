"""A merge undone: both records exactly as they were, or a sentence why that can't be."""

from decimal import Decimal as D

import pytest
from django.utils import timezone

from billing.models import Bill
from customers.models import Customer, MergeUndo
from customers.records import delete_customer
from customers.services import edit_customer
from viveka.merge.tests.conftest import OURS, THEIRS, everything, sums
from viveka.merge.tests.test_merge import books_are_right, merge
from viveka.merge.undoing import CannotUndo, undo_merge
from viveka.stores.errors import Missing

pytestmark = pytest.mark.django_db


def undo(pair, made, **rest):
    done = undo_merge(store=pair.store, merge_id=made.pk, by=pair.by, now=timezone.now(), **rest)
    pair.reload()
    return done


@pytest.mark.parametrize(
    "keep",
    [{}, {"name": "loser"}, {"phone": "loser"}, {"phone": "loser", "name": "loser", "email": "survivor"}],
    ids=["as offered", "name", "phone", "several"],
)
def test_brings_back_both_records_exactly(pair, keep):
    before, total = everything(pair), sums(pair.store)
    made = merge(pair, keep=keep)
    assert everything(pair) != before
    done = undo(pair, made, reason="two people after all")
    assert everything(pair) == before
    assert sums(pair.store) == total
    assert books_are_right(pair.store) == []
    assert (done.by, done.reason, done.merge) == (pair.by, "two people after all", made)
    for phone, customer in ((OURS, pair.survivor), (THEIRS, pair.loser)):
        assert Customer.objects.with_phone(pair.store, phone) == customer


def test_an_inactive_survivor_is_inactive_again(pair):
    Customer.objects.filter(pk=pair.survivor.pk).update(is_active=False)
    before = everything(pair)
    made = merge(pair)
    assert pair.survivor.is_active
    undo(pair, made)
    assert everything(pair) == before


def test_what_the_survivor_bought_since_stays_with_it(pair):
    made = merge(pair)
    bill = pair.sell(pair.survivor, 5)
    undo(pair, made)
    assert (pair.survivor.total_purchases, pair.survivor.purchase_count) == (D(600), 2)
    assert (pair.loser.total_purchases, pair.loser.purchase_count) == (D(500), 2)
    assert pair.survivor.last_purchase_at == bill.at
    assert books_are_right(pair.store) == []


def test_merges_are_undone_last_first(pair):
    third = Customer.objects.find_or_create(store=pair.store, phone="+919876543212").customer
    before = everything(pair)
    first = merge(pair, survivor=pair.loser, loser=third)
    second = merge(pair)
    with pytest.raises(CannotUndo, match="Undo that merge first"):
        undo(pair, first)
    undo(pair, second)
    undo(pair, first)
    assert everything(pair) == before


class TestRefused:
    def refused(self, pair, made, match):
        before = everything(pair)
        with pytest.raises(CannotUndo, match=match):
            undo(pair, made)
        assert everything(pair) == before

    def test_where_a_value_that_was_taken_was_changed_since(self, pair):
        made = merge(pair)
        edit_customer(store=pair.store, pk=pair.survivor.pk, details={"email": "new@example.com"})
        self.refused(pair, made, "the email was changed since")

    def test_not_where_another_value_was_changed_since(self, pair):
        made = merge(pair)
        edit_customer(store=pair.store, pk=pair.survivor.pk, details={"address": "Pune"})
        undo(pair, made)
        assert (pair.survivor.address, pair.survivor.email, pair.loser.address) == ("Pune", "", "")

    def test_twice(self, pair):
        made = merge(pair)
        undo(pair, made)
        self.refused(pair, made, "undone already")
        assert MergeUndo.objects.count() == 1

    def test_after_the_survivor_was_deleted(self, pair):
        made = merge(pair)
        delete_customer(store=pair.store, pk=pair.survivor.pk, by=pair.by, now=timezone.now())
        self.refused(pair, made, "was deleted since")

    def test_where_the_name_is_somebody_elses_now(self, pair):
        uma = Customer.objects.find_or_create(store=pair.store, details={"name": "Uma"}).customer
        made = merge(pair, loser=uma)
        ravi = Customer.objects.find_or_create(store=pair.store, details={"name": "Ravi"}).customer
        edit_customer(store=pair.store, pk=ravi.pk, details={"name": "Uma"})
        self.refused(pair, made, "another record has the phone or the name now")

    def test_another_stores(self, pair, other_store):
        made = merge(pair)
        with pytest.raises(Missing):
            undo_merge(store=other_store, merge_id=made.pk, by=pair.by, now=timezone.now())

    def test_what_depends_on_it_can_say_so(self, pair, monkeypatch):
        from viveka.merge import undoing
        from viveka.merge.registry import Move

        made = merge(pair)
        seen = []
        blocked = Move(Bill, undo_blocked=lambda merge, keys: seen.extend(keys) or "an advance of it was used since.")
        monkeypatch.setattr(undoing, "MOVES", [blocked])
        self.refused(pair, made, "an advance of it was used since")
        assert len(seen) == 2
