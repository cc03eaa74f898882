"""One way to answer with a page: whole, or only its live part where HTMX asked."""

from typing import Any
from urllib.parse import urlsplit, urlunsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.http import HttpResponseClientRedirect

from viveka.stores.requests import SiteRequest


def safe_next(request: HttpRequest) -> str:
    """The page of this site that a form says to go on to; "" where it says none, or one elsewhere."""
    asked = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(asked, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return asked if safe else ""


def page_of(request: SiteRequest) -> str:
    """The page of this site on which something was pressed; "" where the browser does not say."""
    if request.htmx:
        return request.htmx.current_url_abs_path or ""
    said = request.headers.get("Referer", "")
    safe = url_has_allowed_host_and_scheme(said, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    parts = urlsplit(said)
    return urlunsplit(("", "", parts.path, parts.query, "")) if safe else ""


def render_page(
    request: SiteRequest, template: str, context: dict[str, Any], *, fragment: str = "", status: int = 200
) -> HttpResponse:
    """The page, or `fragment` for an HTMX request that is not a boosted navigation."""
    live = fragment and request.htmx and not request.htmx.boosted
    response = render(request, fragment if live else template, context, status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response


def go_on(request: SiteRequest, name: str) -> HttpResponse:
    """On to the page of this name, also where HTMX asked."""
    response = redirect(name)
    return HttpResponseClientRedirect(response.url) if request.htmx else response
