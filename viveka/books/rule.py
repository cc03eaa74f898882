"""What a rule is: a name, a sentence that should be true, and the ids for which it is not."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

Find = Callable[[Sequence[int]], Iterable[Any]]


@dataclass(frozen=True, slots=True)
class Rule:
    """`find(stores)` gives the ids that break the rule, among the rows of these stores (by id)."""

    name: str
    says: str
    find: Find


def sql_rule(name: str, says: str, sql: str) -> Rule:
    """A rule by one query over sets. Its single column is the id of what is wrong; `%(stores)s` are the stores."""

    def find(stores: Sequence[int]) -> list[Any]:
        with connection.cursor() as cursor:
            cursor.execute(sql, {"stores": list(stores)})
            return [row[0] for row in cursor.fetchall()]

    return Rule(name, says, find)
