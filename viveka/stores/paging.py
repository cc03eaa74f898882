"""Long lists, newest first, whose thousandth page is as quick as the first: a page begins beside a row."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q

Row = TypeVar("Row", bound=models.Model)
PAGE_SIZE = 25
RECENT = 5000
Place = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Some rows of a list, newest first, and the ways on: what `after` and `before` are for the pages beside it."""

    rows: list[Row]
    newer: str = ""
    """"" on the first page."""
    older: str = ""
    """"" on the last page."""
    is_sorted: bool = False
    """In another order than the newest first."""


def newest_page(
    rows: "models.QuerySet[Row]",
    query: Mapping[str, str],
    *,
    by: str = "id",
    size: int = PAGE_SIZE,
    is_search: bool = False,
    among: "models.QuerySet[Row] | None" = None,
) -> Page[Row]:
    """The newest rows; or those just older than the place in `query["before"]`, just newer than in `query["after"]`.

    A place is what an earlier page gave; anything else is ignored. Rows are ordered by the columns `by` and id, which
    an index should carry. With `is_search` that index is kept out of the way: for a rare word PostgreSQL would else
    walk through the whole of it instead of taking the few rows that were found. For a common word that walk is the
    quick way and sorting all that was found the slow one; `among`, the list without the search, tells them apart.
    """
    if is_search and among is not None:
        is_search = _is_rare(rows, among, by)
    before, after = (_read_place(rows.model, query.get(name, ""), by) for name in ("before", "after"))
    if after and not before:
        found = list(rows.filter(_beside(after, "gt")).order_by(*_order(by, is_search, newest=False))[: size + 1])
        if len(found) > size:
            shown = found[size - 1 :: -1]
            return Page(shown, newer=_place(shown[0], by), older=_place(shown[-1], by))
        before = None  # these are the newest: the first page, whole
    if before:
        rows = rows.filter(_beside(before, "lt"))
    found = list(rows.order_by(*_order(by, is_search, newest=True))[: size + 1])
    shown = found[:size]
    return Page(
        shown,
        newer=_place(shown[0], by) if before and shown else "",
        older=_place(shown[-1], by) if len(found) > size else "",
    )


def _is_rare(found: "models.QuerySet[Row]", among: "models.QuerySet[Row]", by: str) -> bool:
    """Whether less than a page of what was found is among the newest rows of the list."""
    places = among.order_by(*_order(by, False, newest=True)).values_list(*_names(by))
    floor = places[RECENT : RECENT + 1].first()
    if floor is None:
        return True
    recent = found.filter(_beside(dict(zip(_names(by), floor, strict=True)), "gt"))
    return recent.order_by()[:PAGE_SIZE].count() < PAGE_SIZE


def _order(by: str, is_search: bool, *, newest: bool) -> list[Any]:
    first = F(by) + (0 if by == "id" else timedelta(0)) if is_search else F(by)
    columns = [first] if by == "id" else [first, F("id")]
    return [column.desc() if newest else column.asc() for column in columns]


def _names(by: str) -> list[str]:
    return ["id"] if by == "id" else [by, "id"]


def _place(row: models.Model, by: str) -> str:
    return "~".join(str(getattr(row, name)) for name in _names(by))


def _read_place(model: type[models.Model], text: str, by: str) -> Place | None:
    names, parts = _names(by), text.split("~")
    if len(parts) != len(names) or len(text) > 100:
        return None
    try:
        fields: list[Any] = [model._meta.get_field(name) for name in names]
        place = {field.name: field.to_python(part) for field, part in zip(fields, parts, strict=True)}
    except ValidationError:
        return None
    at = place[by]
    return None if at is None or (hasattr(at, "tzinfo") and at.tzinfo is None) else place


def _beside(place: Place, side: str) -> Q:
    """All on one side ("lt": older, "gt": newer) of the place. An index starts from the first bound."""
    if len(place) == 1:
        return Q(**{f"id__{side}": place["id"]})
    by, at = next(iter(place.items()))
    return Q(**{f"{by}__{side}e": at}) & (Q(**{f"{by}__{side}": at}) | Q(**{f"id__{side}": place["id"]}))
