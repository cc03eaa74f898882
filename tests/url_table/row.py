"""A row of the table: an address of the product, and who may open it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.world import Shop

ALL = frozenset({"cashier", "auditor", "manager"})
SELLERS = frozenset({"cashier", "manager"})
REVIEWERS = frozenset({"auditor", "manager"})
MANAGERS = frozenset({"manager"})


@dataclass(frozen=True)
class Row:
    name: str
    who: frozenset[str] = ALL
    get: bool = True
    post: bool = False
    of: Callable[[Shop], dict[str, Any]] | None = None
    public: bool = False
    missing: int = 404  # what an object that is not there is answered with

    def __str__(self) -> str:
        return self.name

    @property
    def methods(self) -> list[str]:
        return ["get"] * self.get + ["post"] * self.post
