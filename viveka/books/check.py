"""Going through the books: every rule over one and the same moment, while the shop goes on selling."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from viveka.books import (
    advances,
    appointments,
    bills,
    bounds,
    corrections,
    credit_notes,
    customers,
    debts,
    numbers,
    old_books,
    oldest_first,
    openings,
    records,
    returns,
    shortages,
    stock,
    ties,
    tills,
)
from viveka.books.rule import Rule
from viveka.stores.models import Store

RULES: list[Rule] = [
    *numbers.RULES,
    *bills.RULES,
    *stock.RULES,
    *shortages.RULES,
    *oldest_first.RULES,
    *returns.RULES,
    *credit_notes.RULES,
    *corrections.RULES,
    *customers.RULES,
    *advances.RULES,
    *appointments.RULES,
    *debts.RULES,
    *openings.RULES,
    *old_books.RULES,
    *records.RULES,
    *tills.RULES,
    *bounds.RULES,
    *ties.RULES,
]


@dataclass(frozen=True, slots=True)
class Verdict:
    """A rule and the ids that break it: integers, UUIDs, or words where there is no row to point at."""

    rule: Rule
    wrong: list[Any]

    @property
    def is_ok(self) -> bool:
        return not self.wrong


def check_books(store: Store | None = None, *, rules: Sequence[Rule] = RULES) -> Iterator[Verdict]:
    """Judge each rule in turn, for one store or for all of them. Reads only."""
    with transaction.atomic():
        _one_moment()
        stores = [store.pk] if store else list(Store.objects.order_by("pk").values_list("pk", flat=True))
        for rule in rules:
            yield Verdict(rule, list(rule.find(stores)))


def _one_moment() -> None:
    """One snapshot for all rules, and plans for reading much.

    Within a transaction of somebody else's (a test) the isolation stays as it is.
    """
    with connection.cursor() as cursor:
        if len(connection.atomic_blocks) == 1:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SET LOCAL work_mem = '128MB'; SET LOCAL cursor_tuple_fraction = 1")
        # Where the planner takes a table for empty (it was, when last looked at), a loop over it takes minutes.
        cursor.execute("SET LOCAL enable_nestloop = off")
