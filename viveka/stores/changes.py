"""Change history in words: when, who, which field, from what, to what."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import BigIntegerField, OuterRef, Subquery
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, JSONObject
from django.utils import timezone

from viveka.stores.models import User

WORDS = {"insert": "Added", "update": "Changed", "delete": "Deleted"}


@dataclass(frozen=True, slots=True)
class FieldChange:
    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Change:
    """One entry of the history; `who` is "" where no signed-in person was behind it (a command, an import)."""

    at: datetime
    who: str
    what: str
    fields: list[FieldChange]


def traced_fields(history: type[models.Model]) -> list[models.Field]:
    """The fields of a history model that say something: not its own bookkeeping, and not the store."""
    return [f for f in history._meta.fields if not f.name.startswith("pgh_") and f.name != "store"]


def with_previous(events: models.QuerySet) -> models.QuerySet:
    """The events with what each needs for telling its story, in the same statement: itself and its predecessor as
    JSON (`now`, `previous`), and the user name behind it (`who`)."""
    history = events.model
    values = {field.name: _told(field) for field in traced_fields(history)}
    earlier = history._default_manager.filter(pgh_obj=OuterRef("pgh_obj"), pgh_id__lt=OuterRef("pgh_id"))
    person = Cast(KeyTextTransform("user", OuterRef("pgh_context__metadata")), BigIntegerField())
    return events.annotate(
        now=JSONObject(**values),
        previous=Subquery(earlier.order_by("-pgh_id").values(state=JSONObject(**values))[:1]),
        who=Subquery(User.objects.filter(pk=person).values("username")[:1]),
    )


def tell(event: Any) -> Change:
    """The story of one event that came through `with_previous`."""
    return Change(event.pgh_created_at, event.who or "", WORDS[event.pgh_label], list(_differences(event)))


def _differences(event: Any) -> Iterator[FieldChange]:
    if event.pgh_label == "delete":
        return
    previous = event.previous or {}
    for field in traced_fields(type(event)):
        before, after = (_shown(field, state.get(field.name)) for state in (previous, event.now))
        if before != after:
            yield FieldChange(str(field.verbose_name), before, after)


def _told(field: models.Field) -> str:
    """The column that tells a field: of a person the user name, of a numbered record its number."""
    related = field.related_model
    if related is User:
        return f"{field.name}__username"
    is_numbered = related and any(one.name == "number" for one in related._meta.fields)
    return f"{field.name}__number" if is_numbered else field.name


def _shown(field: models.Field, value: Any) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(field, models.DateTimeField):  # JSON has it as text
        return f"{timezone.localtime(datetime.fromisoformat(value)):%-d %b %Y, %H:%M}"
    if isinstance(field, models.DecimalField):
        return f"{Decimal(str(value)):.{field.decimal_places}f}"
    return str(dict(field.flatchoices or ()).get(value, value))
