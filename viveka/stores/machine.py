"""The machine a page is used at: two machines of one person have a cart each. A cookie that outlives the sign-in."""

import re
from uuid import uuid4

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from viveka.stores.requests import SiteRequest

COOKIE = "machine"
TILL = "till-{store}"
FIVE_YEARS = 5 * 365 * 24 * 60 * 60
_KEY = re.compile(r"[0-9a-f]{32}", re.ASCII)
_NUMBER = re.compile(r"[0-9]{1,18}", re.ASCII)


def machine_of(request: SiteRequest) -> str:
    """The machine's key; a new one where it has none yet, to be left there by `mark_machine`."""
    key = request.COOKIES.get(COOKIE, "")
    if not _KEY.fullmatch(key):
        key = request.COOKIES[COOKIE] = uuid4().hex
        request.is_new_machine = True
    return key


def till_of_machine(request: HttpRequest, store_pk: int) -> int | None:
    """The till that this machine stands at in a store, as it remembers it; whether there is one is for others."""
    key = request.COOKIES.get(TILL.format(store=store_pk), "")
    return int(key) if _NUMBER.fullmatch(key) else None


def mark_till(response: HttpResponse, store_pk: int, till_pk: int) -> HttpResponse:
    """Let the machine remember its till."""
    response.set_cookie(
        TILL.format(store=store_pk), str(till_pk), max_age=FIVE_YEARS, httponly=True, samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )  # fmt: skip
    return response


def forget_till(response: HttpResponse, store_pk: int) -> HttpResponse:
    """The machine stands at no till any more."""
    response.delete_cookie(TILL.format(store=store_pk), samesite="Lax")
    return response


def mark_machine(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Leave the key at a machine that had none."""
    if getattr(request, "is_new_machine", False):
        response.set_cookie(
            COOKIE, request.COOKIES[COOKIE], max_age=FIVE_YEARS, httponly=True, samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
        )  # fmt: skip
    return response
