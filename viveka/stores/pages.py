"""One way to answer with a page: whole, or only its live part where HTMX asked."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers


def render_page(
    request: HttpRequest, template: str, context: dict[str, Any], *, fragment: str = "", status: int = 200
) -> HttpResponse:
    """The page, or `fragment` for an HTMX request that is not a boosted navigation."""
    live = fragment and request.htmx and not request.htmx.boosted  # type: ignore[attr-defined]
    response = render(request, fragment if live else template, context, status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response
