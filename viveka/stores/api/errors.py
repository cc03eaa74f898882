"""Refusals as JSON: always the same shape, the right status, never a page and never a stack trace."""

import logging
from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager
from typing import Any, Literal

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.core.signals import got_request_exception
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.request import UnreadablePostError
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from pydantic import Field
from pydantic.alias_generators import to_camel

from viveka.stores.api.fields import Outgoing
from viveka.stores.api.limits import TooManyCalls, count_failure
from viveka.stores.errors import Conflict, Missing, Refused

logger = logging.getLogger("viveka.api")

NOT_FOUND = "There is no such thing in this store."
OUR_FAULT = "Something went wrong on our side. Send it again with the same Idempotency-Key."
IN_CHUNKS = "Send the body in one piece, with its Content-Length. A body in chunks is not read."
_PLAIN = {
    "missing": "This field is needed.",
    "string_type": "Send text.",
    "string_unicode": "This has characters that are not text.",
    "list_type": "Send a list.",
    "model_attributes_type": "Send a JSON object.",
    "model_type": "Send a JSON object.",
    "dict_type": "Send a JSON object.",
}


def said_of(fault: Mapping[str, Any]) -> str:
    """What pydantic found wrong, in plain words."""
    context = fault.get("ctx", {})
    if fault["type"] == "too_long":
        return f"At most {context['max_length']} of them."
    if fault["type"] == "literal_error":
        return f"This is one of {context['expected']}."
    return _PLAIN.get(fault["type"]) or str(fault["msg"])


class Problem(Outgoing):
    """What went wrong, in a sentence, and field by field where fields are at fault."""

    success: Literal[False] = False
    message: str = Field(examples=["Only 3 of Sugar left."])
    errors: dict[str, list[str]] = Field(
        default={}, examples=[{"saleItems.0.quantity": ["Only 3 of Sugar left."]}], description="Field name: sentences."
    )


def problem(status: int, message: str, errors: Mapping[str, list[str]] | None = None) -> HttpResponse:
    """An error answer of the API."""
    body = Problem(message=message, errors=dict(errors or {}))
    return HttpResponse(body.model_dump_json(), status=status, content_type="application/json")


@contextmanager
def naming(names: Mapping[str, str]) -> Generator[None]:
    """Refusals that come out of the block name the fields of the JSON body instead of the operation's own.

    Of `lines.2.quantity` the name for `lines` is looked up.
    """

    def here(field: str) -> str:
        whole, part, rest = field.partition(".")
        return names.get(field, f"{names.get(whole, whole)}{part}{rest}")

    try:
        yield
    except Refused as refusal:
        refusal.errors = {here(field): said for field, said in refusal.errors.items()}
        raise


def answer_refusals(api: NinjaAPI) -> None:
    """Give every exception that a call can end with its answer."""

    def status(code: int, message: str) -> Any:
        return lambda request, error: problem(code, message)

    handlers: dict[type[Exception], Any] = {
        Missing: lambda request, error: _refusal(404, error),
        Conflict: lambda request, error: _refusal(409, error),
        Refused: lambda request, error: _refusal(422, error),
        Http404: status(404, NOT_FOUND),
        PermissionDenied: lambda request, error: problem(403, str(error) or "You may not do this."),
        AuthenticationError: lambda request, error: _unknown_caller(request),
        TooManyCalls: lambda request, error: _too_many(error),
        HttpError: _http_error,
        ValidationError: _wrong_fields,
        RequestDataTooBig: status(413, "The body is too large."),
        UnreadablePostError: status(400, "The body did not arrive whole."),
        OperationalError: _no_database,
        InterfaceError: _no_database,
        Exception: _our_fault,
    }
    for kind, handler in handlers.items():
        api.add_exception_handler(kind, handler)


def _in_camel(path: Iterable[Any]) -> str:
    """A field by its place, under the name that answers have: `cost_price`, as operations call it, is `costPrice`."""
    return ".".join(to_camel(part) if "_" in part else part for part in map(str, path))


def _refusal(status: int, refusal: Refused) -> HttpResponse:
    errors = {_in_camel(field.split(".")): said for field, said in refusal.errors.items()}
    return problem(status, refusal.message, errors)


def _unknown_caller(request: HttpRequest) -> HttpResponse:
    if "Authorization" in request.headers:
        try:
            count_failure(request.META.get("REMOTE_ADDR", ""))
        except TooManyCalls as error:
            return _too_many(error)
    response = problem(401, "Send a valid token: Authorization: Bearer TOKEN.")
    response["WWW-Authenticate"] = "Bearer"
    return response


def _too_many(error: TooManyCalls) -> HttpResponse:
    response = problem(429, str(error))
    response["Retry-After"] = str(error.seconds)
    return response


def _http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    message = "The body is not JSON that can be read." if error.status_code == 400 else error.message
    return problem(error.status_code, message)


def _wrong_fields(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """Every field at fault by its path in the body; an id in the path that can't be one is nothing of this store."""
    if any(one["loc"][0] == "path" for one in error.errors):
        return problem(404, NOT_FOUND)
    errors: dict[str, list[str]] = {}
    for one in error.errors:
        source, *path = one["loc"]
        if source == "body":
            path = path[1:]  # the name of the argument
        if not path and one["type"] == "missing":
            in_chunks = "Transfer-Encoding" in request.headers
            return problem(400, IN_CHUNKS if in_chunks else "Send a JSON body.")
        errors.setdefault(_in_camel(path) or "body", []).append(said_of(one))
    return problem(422, " ".join(f"{field}: {' '.join(said)}" for field, said in errors.items()), errors)


def our_fault_or_the_database(request: HttpRequest, error: BaseException | None) -> HttpResponse:
    """Of a fault that was noted already: 503 where the database is to blame, else 500."""
    if isinstance(error, OperationalError | InterfaceError):
        return _no_database(request, error)
    return problem(500, OUR_FAULT)


def _no_database(request: HttpRequest, error: Exception) -> HttpResponse:
    logger.error("The database did not answer: %s", error)
    response = problem(503, "The database does not answer. Send it again with the same Idempotency-Key.")
    response["Retry-After"] = "2"
    return response


def _our_fault(request: HttpRequest, error: Exception) -> HttpResponse:
    logger.error("%s %s failed", request.method, request.path, exc_info=error)
    got_request_exception.send(sender=None, request=request)
    return problem(500, OUR_FAULT)
