"""Answers, what each operation says of them to OpenAPI, and what makes a POST safe to send again."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from django.db import models, transaction
from django.http import HttpRequest, HttpResponse
from pydantic import BaseModel

from viveka.stores.api.errors import Problem
from viveka.stores.api.fields import Outgoing
from viveka.stores.errors import Refused
from viveka.stores.idempotency import KeyedRequest
from viveka.stores.middleware import StoreRequest
from viveka.stores.tracing import acting_as
from viveka.stores.transactions import retry_when_entangled

Row = TypeVar("Row", bound=models.Model)
KEY_LENGTH = 200
REFUSED_AS = 422  # described with each call; the other refusals look the same and are copied from it
REFUSALS = (400, 401, 403, 404, 409, 413, 414, REFUSED_AS, 429, 431, 503)
_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": (
        "Makes the call safe to send again: the same key with the same body does nothing more and answers the same; "
        "with another body it is refused (422). A key belongs to the store, the user and the path."
    ),
    "schema": {"type": "string", "pattern": "^[!-~]([ -~]*[!-~])?$", "minLength": 1, "maxLength": KEY_LENGTH},
    "example": "7f6d1f0e-2c55-4a1b-9a43-0d7d3b1f6a10",
}


def says(*kinds: tuple[int, type[Outgoing]], writes: bool = False) -> dict[str, Any]:
    """Keyword arguments of an operation: the answers by status, the refusals, and the key of a call that writes."""
    said: dict[str, Any] = {"response": {**dict(kinds), REFUSED_AS: Problem}, "by_alias": True}
    if writes:
        said["openapi_extra"] = {"parameters": [_KEY]}
    return said


def answer(body: BaseModel, status: int = 200) -> HttpResponse:
    """The body as JSON; fields that were not set are left out, but for `success`."""
    body.model_fields_set.add("success")
    return HttpResponse(body.model_dump_json(exclude_unset=True), status=status, content_type="application/json")


def keyed(request: StoreRequest) -> KeyedRequest | None:
    """The request with its Idempotency-Key; None where it has none. Raises Refused for a key that can't be kept."""
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return None
    if not (1 <= len(key) <= KEY_LENGTH and key.isascii() and key.isprintable()):
        raise Refused(f"A key has 1 to {KEY_LENGTH} plain characters (ASCII).", "Idempotency-Key")
    return KeyedRequest(request.store, request.user, request.method or "", request.path, key, request.body)


@retry_when_entangled
def once(request: StoreRequest, make: Callable[[], tuple[Row, int]], rows: models.QuerySet[Row]) -> tuple[Row, int]:
    """What `make` makes, and its status; for a key that was used before what it made then, looked up in `rows`.

    Key and row are written in one transaction, so a failure frees the key. Raises KeyReused for another body.
    """
    asked = keyed(request)
    with transaction.atomic():
        if asked and (earlier := asked.claim("")):
            return rows.get(pk=earlier.made_id), earlier.status
        made, status = make()
        if asked:
            asked.note_result(made.pk, status)
        return made, status


def traced(call: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Changes that the call makes are noted with the caller's name."""

    @wraps(call)
    def noting(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with acting_as(request.user.pk, request.path):
            return call(request, *args, **kwargs)

    return noting
