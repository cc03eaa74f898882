"""Which pairs are worth a look: those that share something rare. Comparing everybody with everybody is not done."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations

from customers.likeness import Person

MOST_IN_A_BLOCK = 40  # what so many share tells nobody apart
MOST_WORDS = 12


def candidate_pairs(people: Sequence[Person]) -> set[tuple[int, int]]:
    """Pairs of positions in `people`, the smaller first, that share a key of any kind."""
    pairs: set[tuple[int, int]] = set()
    for keys_of in (_phone_keys, _exact_keys, _name_keys, _word_pair_keys):
        blocks: defaultdict[object, list[int]] = defaultdict(list)
        for place, one in enumerate(people):
            for key in keys_of(one):
                blocks[key].append(place)
        for block in blocks.values():
            if 1 < len(block) <= MOST_IN_A_BLOCK:
                pairs.update(combinations(block, 2))
    return pairs


def _phone_keys(one: Person) -> Iterable[str]:
    """The phone with each digit left out: phones one slip apart share one of these."""
    return {one.phone[:place] + one.phone[place + 1 :] for place in range(len(one.phone))}


def _exact_keys(one: Person) -> Iterator[object]:
    if one.email:
        yield "email", one.email
    if one.gst_number:
        yield "gst", one.gst_number


def _name_keys(one: Person) -> Iterator[object]:
    """Beginnings and endings of two words of the name, in any order."""
    for first, second in combinations(sorted(set(one.name)), 2):
        yield first, second
        yield "begin", first[:3], second[:3]
        yield "end", *sorted((first[-3:], second[-3:]))


def _word_pair_keys(one: Person) -> Iterator[object]:
    """Any two words of name and address."""
    said = sorted({f"n{word}" for word in one.name} | {f"a{word}" for word in one.address})
    return combinations(said[-MOST_WORDS:], 2)
