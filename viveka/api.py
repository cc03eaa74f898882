"""The JSON API: the apps' calls under one roof, its description, and JSON for whatever is not there."""

import sys
from collections.abc import Callable
from functools import cache, wraps
from http import HTTPStatus
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import render
from django.urls import URLPattern, URLResolver, include, path, re_path
from django.views import defaults
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe
from ninja import NinjaAPI
from pydantic.alias_generators import to_camel

from advances.api import router as advances
from billing.api import router as billing
from customers.api import router as customers
from debts.api import router as debts
from viveka.api_docs import chapters, give_examples
from viveka.stores.api.answers import REFUSALS, REFUSED_AS
from viveka.stores.api.errors import answer_refusals, our_fault_or_the_database, problem
from viveka.stores.api.fields import BodyParser

UNDER = "/api/"
ROOT = f"{UNDER}v1"
DESCRIPTION = """\
What the screens of the shop do, for a mobile till, a website, or any other program.

Fields are camelCase in answers; in requests camelCase and snake_case both work. Money is sent as a number or a \
string and comes back as a string with two decimals; quantities come back as strings without trailing zeros; times \
are ISO 8601. A refusal is always {"success": false, "message": "…", "errors": {field: [sentences]}}.\
"""

api = NinjaAPI(
    title="Viveka",
    version="1",
    description=DESCRIPTION,
    urls_namespace="api",
    openapi_url=None,
    docs_url=None,
    parser=BodyParser(),
)
answer_refusals(api)
api.add_router("", customers)
api.add_router("", advances)
api.add_router("", debts)
api.add_router("", billing)


@cache
def description() -> dict[str, Any]:
    """The API in OpenAPI's terms."""
    said = dict(api.get_openapi_schema(path_prefix=ROOT))
    give_examples(said)
    for call in (call for methods in said["paths"].values() for call in methods.values()):
        for parameter in call["parameters"]:
            parameter.pop("examples", None)  # a list is for a schema, which has it too
        refused = call["responses"].pop(REFUSED_AS)
        for status in REFUSALS:
            call["responses"][status] = {**refused, "description": HTTPStatus(status).phrase}
    return said


def openapi(request: HttpRequest) -> HttpResponse:
    return JsonResponse(description())


def docs(request: HttpRequest) -> HttpResponse:
    """The description as a page that people read."""
    return render(request, "api/docs.html", {"info": description()["info"], "chapters": chapters(description())})


def unknown(request: HttpRequest, rest: str = "") -> HttpResponse:
    return problem(404, "There is no such call. See /api/v1/docs.")


def _in_camel(sent: QueryDict) -> QueryDict:
    """Parameters in snake_case under their names in camelCase, which win where both are sent."""
    if not any("_" in name for name in sent):
        return sent
    named = sent.copy()
    for name in sent:
        if "_" in name and to_camel(name) not in sent:
            named.setlist(to_camel(name), sent.getlist(name))
    return named


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Refused before any view was asked: another host's name, and the like."""
    if request.path.startswith(UNDER):
        return problem(400, "The request can't be read.")
    return defaults.bad_request(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """Failed before any view was asked: where a session could not be read, for one."""
    if request.path.startswith(UNDER):
        return our_fault_or_the_database(request, sys.exc_info()[1])
    return defaults.server_error(request)


def _open(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Not sent to the sign-in page: each call asks for its token itself. CSRF is judged where a session is used."""

    @wraps(view)
    def answering(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        method = request.method
        if method == "HEAD":
            request.method = "GET"  # whose answer the server sends without its body
        request.GET = _in_camel(request.GET)  # type: ignore[assignment]  # a copy, which could still be changed
        response = view(request, *args, **kwargs)
        request.method = method
        if response.status_code != 405:
            return response
        refused = problem(405, f"{method} is not possible here.")
        allowed = {*response["Allow"].split(", "), *(["HEAD"] if "GET" in response["Allow"] else [])}
        refused["Allow"] = ", ".join(sorted(allowed))
        return refused

    return login_not_required(csrf_exempt(answering))


def _patterns() -> list[URLPattern]:
    calls = [one for one in api.urls[0] if isinstance(one, URLPattern) and one.name != "api-root"]
    for call in calls:
        call.callback = _open(call.callback)
    return [
        path("openapi.json", _open(require_safe(openapi)), name="openapi-json"),
        path("docs", _open(require_safe(docs)), name="docs"),
        *calls,
    ]


_all: list[URLPattern | URLResolver] = [
    path("v1/", include(_patterns())),
    re_path("^(?P<rest>.*)$", _open(unknown), name="unknown"),
]
urls = (_all, "api", "api")
