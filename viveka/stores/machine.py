"""The machine a page is used at: two machines of one person have a cart each. A cookie that outlives the sign-in."""

import re
from uuid import uuid4

from django.conf import settings
from django.http import HttpRequest, HttpResponse

COOKIE = "machine"
FIVE_YEARS = 5 * 365 * 24 * 60 * 60
_KEY = re.compile(r"[0-9a-f]{32}", re.ASCII)


def machine_of(request: HttpRequest) -> str:
    """The machine's key; a new one where it has none yet, to be left there by `mark_machine`."""
    key = request.COOKIES.get(COOKIE, "")
    if not _KEY.fullmatch(key):
        key = request.COOKIES[COOKIE] = uuid4().hex
        request.is_new_machine = True  # type: ignore[attr-defined]
    return key


def mark_machine(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Leave the key at a machine that had none."""
    if getattr(request, "is_new_machine", False):
        response.set_cookie(
            COOKIE, request.COOKIES[COOKIE], max_age=FIVE_YEARS, httponly=True, samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
        )  # fmt: skip
    return response
