"""Lists for programs: the pages of `viveka.stores.paging`, with a cursor that says where the next one begins."""

from typing import Any, TypeVar

from django.core import signing
from django.db import models
from pydantic import Field

from viveka.stores.errors import Refused
from viveka.stores.paging import newest_page

Row = TypeVar("Row", bound=models.Model)
A_PAGE = 100
NEXT: Any = Field(
    max_length=500,
    examples=["IjEyIg:1w…"],
    description="Send it as `cursor` for the next page; null after the last one.",
)


def page_of(
    rows: "models.QuerySet[Row]", cursor: str, *, limit: int, by: str = "id", is_search: bool = False
) -> tuple[list[Row], str | None]:
    """The newest rows, or those after the cursor, and the cursor of the page after them (None on the last one).

    Raises Refused for a cursor that was not given for a list of these rows.
    """
    salt = f"cursor of {rows.model._meta.label}"
    place = ""
    if cursor:
        try:
            place = signing.loads(cursor, salt=salt)
        except (signing.BadSignature, ValueError):
            raise Refused("This is not a cursor of this list. Leave it out to begin anew.", "cursor") from None
    page = newest_page(rows, {"before": place}, by=by, size=limit, is_search=is_search)
    return page.rows, signing.dumps(page.older, salt=salt) if page.older else None
