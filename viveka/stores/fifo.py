"""Oldest first: the one rule behind stock batches, advances and debts."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Generic, TypeVar

Lot = TypeVar("Lot")


@dataclass(frozen=True, slots=True)
class Taken(Generic[Lot]):
    """What was taken from which lot, and what no lot could give."""

    parts: list[tuple[Lot, Decimal]]
    missing: Decimal


def take_oldest_first(lots: Iterable[tuple[Lot, Decimal]], amount: Decimal) -> Taken[Lot]:
    """Take `amount` from (lot, available) pairs given oldest first; empty lots are passed over."""
    parts: list[tuple[Lot, Decimal]] = []
    for lot, available in lots:
        if amount <= 0:
            break
        part = min(available, amount)
        if part > 0:
            parts.append((lot, part))
            amount -= part
    return Taken(parts, amount)
