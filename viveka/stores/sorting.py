"""Long lists in an order of the reader's choice, paged as viveka/stores/paging.py does: a page begins beside a row."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Lower

from viveka.stores.paging import PAGE_SIZE, Page

Row = TypeVar("Row", bound=models.Model)
_LONGEST_PLACE = 300
_LARGEST = Decimal(10) ** 12


@dataclass(frozen=True, slots=True)
class Order:
    """Rows by a column, and by id where it is the same: from small to large, or the other way."""

    column: str
    is_descending: bool = False
    is_text: bool = False
    """Ordered without regard to case."""
    empty_is_least: bool = True
    """Where rows without a value stand: before the smallest, else after the largest."""
    zero_apart: bool = False
    """Of most rows it is zero: these are asked for by themselves, by id, and an index of the others is enough."""

    @property
    def expression(self) -> Any:
        return Lower(self.column) if self.is_text else F(self.column)

    @property
    def opposite(self) -> "Order":
        return replace(self, is_descending=not self.is_descending)

    @property
    def empty_first(self) -> bool:
        return self.empty_is_least != self.is_descending

    def may_be_null(self, model: type[models.Model]) -> bool:
        return bool(model._meta.get_field(self.column).null)

    def has_empty(self, model: type[models.Model]) -> bool:
        """Whether rows without a value stand by themselves."""
        return self.zero_apart or self.may_be_null(model)

    def being(self, empty: bool) -> Q:
        """The rows without a value, or those with one."""
        if self.zero_apart:
            return Q(**{self.column: 0}) if empty else Q(**{f"{self.column}__gt": 0})
        return Q(sort_key__isnull=empty)

    def sorted(self, rows: "models.QuerySet[Row]", *, by_index: bool = True) -> "models.QuerySet[Row]":
        """All rows in this order. Without `by_index` an index in this order is kept out of the way."""
        if self.column == "id":
            first: Any = F("id") if by_index else F("id") + 0
            return rows.order_by(first.desc() if self.is_descending else first.asc())
        key = self.expression if by_index else _Plain(self.expression)
        ends: dict[str, Any] = {}
        if self.may_be_null(rows.model):
            ends = {"nulls_first": True} if self.empty_first else {"nulls_last": True}
        first = key.desc(**ends) if self.is_descending else key.asc(**ends)
        return rows.order_by(first, "-id" if self.is_descending else "id")


class _Plain(Func):
    """The same value, as an expression that no index is on."""

    template = "(CASE WHEN true THEN %(expressions)s END)"
    arity = 1


def sorted_page(
    rows: "models.QuerySet[Row]",
    query: Mapping[str, str],
    order: Order,
    *,
    size: int = PAGE_SIZE,
    by_index: bool = True,
) -> Page[Row]:
    """The first rows in this order; or those after the place in `query["before"]`, or before that in `query["after"]`.

    The words are those of lists that begin with the newest: older rows come *before* a place, so the next page's
    place is called `before`. Any other text than what an earlier page gave is ignored.
    """
    rows = rows.alias(sort_key=order.expression)  # type: ignore[assignment]  # `alias` forgets of which model its rows are
    onwards, back = (_read_place(rows.model, query.get(name, ""), order) for name in ("before", "after"))
    if back and not onwards:
        found = _rows_after(rows, order.opposite, back, size + 1, by_index)
        if len(found) > size:
            shown = found[size - 1 :: -1]
            return Page(shown, newer=_place(shown[0], order), older=_place(shown[-1], order), is_sorted=True)
        onwards = None  # these are the first ones: the first page, whole
    found = _rows_after(rows, order, onwards, size + 1, by_index)
    shown = found[:size]
    return Page(
        shown,
        newer=_place(shown[0], order) if onwards and shown else "",
        older=_place(shown[-1], order) if len(found) > size else "",
        is_sorted=True,
    )


def _rows_after(
    rows: "models.QuerySet[Row]", order: Order, place: tuple[Any, int] | None, most: int, by_index: bool
) -> list[Row]:
    """The next rows after a place, or the first ones."""
    found: list[Row] = []
    for part in _parts(rows, order, place):
        if len(found) < most:
            found += order.sorted(part, by_index=by_index)[: most - len(found)]
    return found


def _parts(
    rows: "models.QuerySet[Row]", order: Order, place: tuple[Any, int] | None
) -> "Iterator[models.QuerySet[Row]]":
    """The rows after a place: those with a value, then those without (or with zero), or the other way round.

    Each is asked for by itself, so that an index starts at the place.
    """
    if place is None and not order.zero_apart or not order.has_empty(rows.model):
        yield rows.filter(_beside(*place, order)) if place else rows
        return
    for is_empty in (True, False) if order.empty_first else (False, True):
        if place is None:
            yield rows.filter(order.being(is_empty))
        elif is_empty == (not place[0]):
            yield rows.filter(order.being(is_empty), _beside(*place, order))
        elif is_empty != order.empty_first:  # the others stand before the place
            yield rows.filter(order.being(is_empty))


def _beside(value: Any, pk: int, order: Order) -> Q:
    side = "lt" if order.is_descending else "gt"
    if order.column == "id" or value is None or order.zero_apart and not value:
        return Q(**{f"id__{side}": pk})
    if order.is_text:
        value = Lower(Value(value))  # by the database's rules, which are not quite Python's
    return Q(**{f"sort_key__{side}e": value}) & (Q(**{f"sort_key__{side}": value}) | Q(**{f"id__{side}": pk}))


def _place(row: models.Model, order: Order) -> str:
    value = getattr(row, order.column)
    return f"{'' if value is None else value}~{row.pk}"


def _read_place(model: type[models.Model], text: str, order: Order) -> tuple[Any, int] | None:
    """The value and the key, or None for a text that is no place."""
    said, tilde, key = text.rpartition("~")
    if not tilde or len(text) > _LONGEST_PLACE or "\0" in text:
        return None
    field: Any = model._meta.get_field(order.column)
    try:
        pk = model._meta.pk.to_python(key)
        value = field.to_python(said) if said else None
    except (ValidationError, ValueError, OverflowError):
        return None
    if value is None and not field.null or not _is_storable(value) or abs(pk) >= 1 << 63:
        return None
    return value, pk


def _is_storable(value: Any) -> bool:
    """Whether the database can be asked about it."""
    if isinstance(value, Decimal):
        return value.is_finite() and abs(value) < _LARGEST
    if isinstance(value, datetime):
        return value.tzinfo is not None
    if isinstance(value, str):
        return not any(0xD800 <= ord(char) < 0xE000 for char in value)
    return True
