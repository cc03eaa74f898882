"""A machine that several people use: it locks when nobody touches it, and a PIN opens it for its owner.

The lock is in the session, so no page and no call gets past it. When the machine was touched last is in a signed
cookie, because a session that is written with every request would cost each of them a statement.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth import login, logout
from django.contrib.auth.models import AnonymousUser
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django_htmx.http import HttpResponseClientRedirect

from viveka.stores.errors import Refused
from viveka.stores.middleware import SESSION_PIN, SESSION_STORE, GetResponse, StoreRequest
from viveka.stores.models import Membership, Store
from viveka.stores.pages import page_of
from viveka.stores.pin import try_pin
from viveka.stores.requests import SiteRequest

SESSION_LOCKED = "locked"
SEEN = "seen"
OPEN_WHILE_LOCKED = ("locked", "lock", "sign-out")
TAKES_OVER = "take over a screen"


class LockMiddleware:
    """Locks a machine that was idle for as long as its store says, and answers nothing else while it is locked."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        self.opens: Callable[[str], bool] = {reverse(name) for name in OPEN_WHILE_LOCKED}.__contains__

    def __call__(self, request: SiteRequest) -> HttpResponse:
        if not request.user.is_authenticated:
            return self.get_response(request)
        now = timezone.now()
        minutes = _minutes(request)
        if minutes and not is_locked(request) and _is_idle(request, minutes, now):
            lock(request)
        if is_locked(request) and not self.opens(request.path):
            return self._closed(request)
        response = self.get_response(request)
        if _minutes(request) and not is_locked(request):
            _note_seen(request, response)
        return response

    def _closed(self, request: SiteRequest) -> HttpResponse:
        if request.path.startswith("/api/"):
            request.user = AnonymousUser()  # the session is none; a token is a token
            return self.get_response(request)
        if request.membership is None:  # put out meanwhile: no PIN opens this
            logout(request)
            return redirect("sign-in")
        back = request.get_full_path() if request.method == "GET" and not request.htmx else page_of(request)
        there = f"{reverse('locked')}?{urlencode({'next': back})}"
        return HttpResponseClientRedirect(there) if request.htmx else redirect(there)


def _minutes(request: SiteRequest) -> int | None:
    store = request.store
    return store.locks_after_minutes if store else None


def is_locked(request: HttpRequest) -> bool:
    return bool(request.session.get(SESSION_LOCKED))


def lock(request: HttpRequest) -> None:
    """Nothing but a PIN of the store, or signing in anew, goes on from here."""
    request.session[SESSION_LOCKED] = True


def _is_idle(request: HttpRequest, minutes: int, now: datetime) -> bool:
    """Whether the machine was not touched for so long; one that can't tell counts from the person's last sign-in."""
    longest = timedelta(minutes=minutes)
    try:
        signer = signing.TimestampSigner(salt=SEEN)
        signer.unsign(f"{_mark(request)}:{request.COOKIES.get(SEEN, '')}", max_age=longest)
    except signing.BadSignature:
        last = request.user.last_login if request.user.is_authenticated else None
        return last is None or now - last > longest
    return False


def _note_seen(request: HttpRequest, response: HttpResponse) -> None:
    signed = signing.TimestampSigner(salt=SEEN).sign(_mark(request))
    response.set_cookie(
        SEEN, signed.removeprefix(f"{_mark(request)}:"), httponly=True, samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )  # fmt: skip


def _mark(request: HttpRequest) -> str:
    """What the cookie is about: this session and no other."""
    return signing.Signer(salt=SEEN).signature(request.session.session_key or "")


def who_can_unlock(store: Store) -> list[Membership]:
    """The people of the store who have a PIN in it. Who looks after the installation signs in with the password."""
    found = Membership.objects.with_pin().filter(store=store, user__is_superuser=False)
    return list(found.select_related("user", "store").order_by("user__username"))


def unlock(request: StoreRequest, *, chosen: str, pin: str, now: datetime) -> Membership:
    """Open the screen for who was chosen (the key of a membership, as sent), in this store alone.

    The session gets a new key; of another person's session nothing stays. Raises Refused at `person` or `pin`; tries
    are noted and throttled as for every PIN.
    """
    membership = next((one for one in who_can_unlock(request.store) if str(one.pk) == chosen), None)
    if membership is None:
        raise Refused("Choose who you are.", "person")
    try_pin(membership=membership, pin=pin, by=request.user, what=TAKES_OVER, now=now)
    request.session.pop(SESSION_LOCKED, None)
    login(request, membership.user, backend="django.contrib.auth.backends.ModelBackend")
    request.session.cycle_key()  # which `login` leaves alone where the person is the same
    request.session[SESSION_STORE] = membership.store_id
    request.session[SESSION_PIN] = membership.pk
    return membership
