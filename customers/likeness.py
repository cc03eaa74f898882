"""How likely two records are one person: a score in bits, from rules and from how common words are in the store.

Two records agree on a word by chance the more easily, the more records have it, so agreement on a rare name counts for
more than on a common one (Fellegi and Sunter's weights, with the store's own frequencies). What disagrees counts
against. Nothing is learnt from known duplicates.
"""

import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import log2
from typing import NamedTuple

from customers.names import is_real

_SMALLEST = 1000  # a store of ten says nothing of how common a word is; think of it as of a thousand
_MOST_COMMON = 12.0  # bits that one word can bring at most

NAME_ASUNDER = -7.0  # a word of the name where the other one has quite another
NAME_MISSING = -0.5  # a word of the name that the other one lacks
ADDRESS_SHARE = 0.75  # the words of an address hang together: a suburb has its own postcode
ADDRESS_ASUNDER = -4.0
ADDRESS_MOST = 20.0
ADDRESS_OF_A_FAMILY = 9.0  # at most, where a word of the name is another: a family shares it too
PHONE_SLIPS = (15.0, 15.0, 9.0, -2.0)  # the same, one slip apart, two, more
EMAIL_SAME, EMAIL_APART = 15.0, -1.0
GST_SAME, GST_APART = 18.0, -3.0
UNLIKE, NEARLY = 0.5, 0.78  # of Jaro and Winkler, up to which two words are strangers, from which they may be one
SAYS_SOMETHING = 2.0  # bits from which a part is named as a reason
CERTAINTY = 3.0  # bits above even odds


Closeness = Callable[[str, str], float]


class Row(NamedTuple):
    """What of a record is compared."""

    pk: int
    name: str
    phone: str
    email: str
    address: str
    gst_number: str


@dataclass(frozen=True, slots=True)
class Person:
    """A row made ready: words in lower case without accents."""

    pk: int
    name: tuple[str, ...]
    address: tuple[str, ...]
    phone: str
    email: str
    gst_number: str


class Likeness(NamedTuple):
    """The score, and what it comes from (name, phone, email, GST number, address)."""

    bits: float
    reasons: tuple[str, ...]


def words(text: str) -> tuple[str, ...]:
    """The words of a text in lower case. Accents of Latin letters are dropped; marks of other scripts are letters."""
    folded = unicodedata.normalize("NFKD", text.casefold())
    kept = []
    latin = False
    for char in folded:
        if unicodedata.combining(char) and latin:
            continue
        latin = char < "\u0250" if not unicodedata.combining(char) else latin
        kept.append(char if char.isalnum() or unicodedata.category(char)[0] == "M" else " ")
    return tuple(unicodedata.normalize("NFC", "".join(kept)).split())


def person(row: Row) -> Person:
    name = words(row.name) if is_real(row.name) else ()
    return Person(row.pk, name, words(row.address), row.phone.lstrip("+"), row.email.casefold(), row.gst_number)


class Judge:
    """Scores pairs of one store's people."""

    def __init__(self, people: Sequence[Person]) -> None:
        self.people = max(len(people), _SMALLEST)
        self.names = Counter(word for one in people for word in set(one.name))
        self.addresses = Counter(word for one in people for word in set(one.address))
        self.enough = log2(self.people) + CERTAINTY

    def is_likely(self, likeness: Likeness) -> bool:
        """Whether the odds are for one person: a pair taken at random is one in about as many as there are people."""
        return likeness.bits >= self.enough

    def compare(self, one: Person, other: Person) -> Likeness:
        """The score of a pair. The address is looked at last, and only where it can still tip the scale."""
        parts = {
            "phone": _phones(one.phone, other.phone),
            "email": _same_or_apart(one.email, other.email, EMAIL_SAME, EMAIL_APART),
            "gst_number": _same_or_apart(one.gst_number, other.gst_number, GST_SAME, GST_APART),
        }
        parts["name"], is_another = self._names(one.name, other.name)
        most = ADDRESS_OF_A_FAMILY if is_another else ADDRESS_MOST
        if sum(parts.values()) + most >= self.enough:
            parts["address"] = self._addresses(one.address, other.address, most)
        return Likeness(sum(parts.values()), tuple(part for part, bits in parts.items() if bits > SAYS_SOMETHING))

    def _weight(self, counts: Counter[str], word: str) -> float:
        """What agreeing on this word says, in bits. One that is nobody else's counts as two people's."""
        return min(_MOST_COMMON, log2(self.people / max(counts[word], 2)))

    def _names(self, ours: Sequence[str], theirs: Sequence[str]) -> tuple[float, bool]:
        """The bits of the names, and whether they have words that are no spellings of each other."""
        if not ours or not theirs:
            return 0.0, False
        bits, left, right = self._agreeing(ours, theirs, self.names, close_names)
        missing = abs(len(left) - len(right))
        is_another = False
        for word in min(left, right, key=len):
            alike = max(jaro_winkler(word, other) for other in max(right, left, key=len))
            bits += max(NAME_ASUNDER, (alike - NEARLY) * -NAME_ASUNDER / (NEARLY - UNLIKE))
            is_another |= alike < NEARLY - 0.1
        return bits + missing * NAME_MISSING, is_another

    def _addresses(self, ours: Sequence[str], theirs: Sequence[str], most: float) -> float:
        if not ours or not theirs:
            return 0.0
        bits, left, right = self._agreeing(ours, theirs, self.addresses, close_words)
        shared = 1 - (len(left) + len(right)) / (len(ours) + len(theirs))
        return min(most, bits * ADDRESS_SHARE) + ADDRESS_ASUNDER * (1 - shared)

    def _agreeing(
        self, ours: Sequence[str], theirs: Sequence[str], counts: Counter[str], closeness: Closeness
    ) -> tuple[float, list[str], list[str]]:
        """Bits of the words that agree, exactly or nearly; and what is left over on either side."""
        left, right = list(ours), list(theirs)
        bits = 0.0
        for word in ours:
            if word in right:
                left.remove(word)
                right.remove(word)
                bits += self._weight(counts, word)
        for word in tuple(left) if right else ():
            share, near = max((closeness(word, other), other) for other in right) if right else (0.0, "")
            if share:
                left.remove(word)
                right.remove(near)
                bits += share * min(self._weight(counts, word), self._weight(counts, near))
        return bits, left, right


def _same_or_apart(ours: str, theirs: str, same: float, apart: float) -> float:
    if not ours or not theirs:
        return 0.0
    return same if ours == theirs else apart


def _phones(ours: str, theirs: str) -> float:
    if not ours or not theirs:
        return 0.0
    return PHONE_SLIPS[slips(ours, theirs, most=2)]


@lru_cache(maxsize=500_000)
def close_names(one: str, other: str) -> float:
    """How nearly two words of names are one, 0 (not at all) to 1: an initial, or letters that mostly agree."""
    if one == other:
        return 1.0
    if min(len(one), len(other)) == 1:
        return 0.4 if one[0] == other[0] and one.isalpha() else 0.0
    alike = jaro_winkler(one, other)
    return (alike - 0.6) * 2.4 if alike >= NEARLY else 0.0


@lru_cache(maxsize=500_000)
def close_words(one: str, other: str) -> float:
    """The same for words and numbers of an address, of which there are many: one slip, beginning or ending right."""
    if one == other:
        return 1.0
    if one[0] != other[0] and one[-2:] != other[-2:]:
        return 0.0
    return 0.8 if min(len(one), len(other)) > 2 and slips(one, other, most=1) == 1 else 0.0


def jaro_winkler(one: str, other: str) -> float:
    """Jaro's likeness of two words, 0 to 1, raised for a common beginning as Winkler has it."""
    reach = max(len(one), len(other)) // 2 - 1
    taken = [False] * len(other)
    ours = []
    for place, char in enumerate(one):
        for there in range(max(0, place - reach), min(len(other), place + reach + 1)):
            if not taken[there] and other[there] == char:
                taken[there] = True
                ours.append(char)
                break
    if not ours:
        return 0.0
    theirs = [char for char, is_taken in zip(other, taken, strict=True) if is_taken]
    swapped = sum(a != b for a, b in zip(ours, theirs, strict=True)) / 2
    common = len(ours)
    jaro = (common / len(one) + common / len(other) + (common - swapped) / common) / 3
    begin = 0
    while begin < min(4, len(one), len(other)) and one[begin] == other[begin]:
        begin += 1
    return jaro + begin * 0.1 * (1 - jaro)


def slips(one: str, other: str, *, most: int) -> int:
    """The fewest slips that make one of the other: a character changed, added, left out, or two neighbours swapped.

    More than `most` is answered as `most + 1`.
    """
    if one == other:
        return 0
    if abs(len(one) - len(other)) > most or not most:
        return most + 1
    start, limit = 0, min(len(one), len(other))
    while start < limit and one[start] == other[start]:
        start += 1
    one, other = one[start:], other[start:]
    ways = [slips(one[1:], other[1:], most=most - 1)] if one and other else []
    if other:
        ways.append(slips(one, other[1:], most=most - 1))
    if one:
        ways.append(slips(one[1:], other, most=most - 1))
    if len(one) > 1 and len(other) > 1 and one[0] == other[1] and one[1] == other[0]:
        ways.append(slips(one[2:], other[2:], most=most - 1))
    return 1 + min(ways)


def people_of(rows: Iterable[Row]) -> list[Person]:
    return [person(row) for row in rows]
