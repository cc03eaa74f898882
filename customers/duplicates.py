"""Likely duplicates of a store: found, kept for managers to look at, dismissed."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from customers.blocking import candidate_pairs
from customers.likeness import Judge, Row, people_of
from customers.models import Customer, LikelyPair
from viveka.stores.errors import Missing
from viveka.stores.models import Store, User

READ_AT_ONCE = 5000
TOLD_EVERY = 5000
Watch = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Duplicate:
    """Two records of a store that may be one person, by their keys, the older one first."""

    first: int
    second: int
    bits: float
    reasons: tuple[str, ...]


def find_duplicates(store: Store, *, watch: Watch | None = None) -> list[Duplicate]:
    """All likely duplicates among the customers on record, the likeliest first; reads only.

    Compares those who share a rare word, a phone but for one slip, an e-mail address or a GST number; `watch` is told
    again and again how many pairs of how many are compared.
    """
    people = people_of(_rows(store))
    judge = Judge(people)
    found = []
    pairs = candidate_pairs(people)
    for done, (left, right) in enumerate(pairs):
        if watch and done % TOLD_EVERY == 0:
            watch(done, len(pairs))
        one, other = people[left], people[right]
        likeness = judge.compare(one, other)
        if judge.is_likely(likeness):
            first, second = sorted((one.pk, other.pk))
            found.append(Duplicate(first, second, round(likeness.bits, 2), likeness.reasons))
    return sorted(found, key=lambda pair: (-pair.bits, pair.first, pair.second))


def _rows(store: Store) -> Iterator[Row]:
    values = Customer.objects.of(store).on_record().values_list("pk", "name", "phone", "email", "address", "gst_number")
    for pk, name, phone, email, address, gst_number in values.order_by("pk").iterator(READ_AT_ONCE):
        yield Row(pk, name, phone or "", email, address, gst_number)


def refresh_duplicates(*, store: Store, now: datetime, watch: Watch | None = None) -> list[Duplicate]:
    """Look anew, and keep what was found: what is no longer likely goes, what was dismissed stays dismissed."""
    found = find_duplicates(store, watch=watch)
    pairs = [
        LikelyPair(
            store=store, first_id=one.first, second_id=one.second, bits=round(one.bits),
            reasons=",".join(one.reasons), found_at=now,
        )
        for one in found
    ]  # fmt: skip
    with transaction.atomic():
        LikelyPair.objects.of(store).filter(dismissed_at__isnull=True).delete()
        LikelyPair.objects.bulk_create(
            pairs, READ_AT_ONCE, update_conflicts=True, unique_fields=["first", "second"],
            update_fields=["bits", "reasons", "found_at"],
        )  # fmt: skip
    return found


@transaction.atomic
def dismiss_duplicate(*, store: Store, pk: int, by: User, now: datetime) -> LikelyPair:
    """These are two people. Saying so again changes nothing. Raises Missing where the store has no such pair."""
    pair = LikelyPair.objects.of(store).filter(pk=pk).select_for_update(no_key=True, of=("self",)).first()
    if pair is None:
        raise Missing("No such pair.", "pair")
    if pair.dismissed_at is None:
        pair.dismissed_at, pair.dismissed_by = now, by
        pair.save(update_fields=["dismissed_at", "dismissed_by"])
    return pair
