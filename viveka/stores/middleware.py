"""The store that a request is about, and the name behind every change."""

from collections.abc import Callable

from django.contrib.auth import logout
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone

from viveka.stores.machine import till_of_machine
from viveka.stores.models import Membership, Store, User
from viveka.stores.pages import page_of, render_page
from viveka.stores.requests import SiteRequest, of_site
from viveka.stores.tills import standing_at
from viveka.stores.tracing import acting_as

GetResponse = Callable[[SiteRequest], HttpResponse]
READING = ("GET", "HEAD")
SESSION_STORE = "store"
SESSION_PIN = "by_pin"  # the membership whose PIN opened the session: it is good for that one alone


class StoreRequest(SiteRequest):
    """A request of a signed-in person in a store (what the access decorators guarantee)."""

    user: User
    store: Store
    membership: Membership


class SignInFirstMiddleware(LoginRequiredMiddleware):
    """Sends who is not signed in to the sign-in page, and back to the page where something was pressed."""

    def handle_no_permission(
        self, request: HttpRequest, view_func: Callable[..., HttpResponseBase]
    ) -> HttpResponseRedirect:
        if request.method in READING:
            return super().handle_no_permission(request, view_func)
        return redirect_to_login(page_of(of_site(request)) or reverse("home"))


class OnlyByButtonMiddleware:
    """An address that only a button sends to, opened as a page (loaded anew, typed): says so, and how to go on."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: SiteRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code != 405 or request.method != "GET" or response.content:
            return response
        page = render_page(request, "405.html", {"back": page_of(request)}, status=405)
        page["Allow"] = response["Allow"]
        return page


class CurrentStoreMiddleware:
    """Sets `request.store` and `request.membership` (None where nobody is signed in or no store is chosen)."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: SiteRequest) -> HttpResponse:
        request.store = request.membership = None
        request.memberships = []
        if request.user.is_authenticated:
            choose_store(request)
        try:
            return self.get_response(request)
        finally:
            timezone.deactivate()


def choose_store(request: SiteRequest) -> None:
    """The store kept in the session, or the only one; looked up anew, so an ended membership ends at once."""
    standing = list(
        Membership.objects.standing().filter(user=request.user.pk).select_related("store").order_by("store__name")
    )
    if by_pin := request.session.get(SESSION_PIN):
        standing = [one for one in standing if one.pk == by_pin]
        if not standing:
            logout(request)
            return
    chosen = request.session.get(SESSION_STORE)
    membership = next((one for one in standing if one.store_id == chosen), None)
    if membership is None and len(standing) == 1:
        membership = standing[0]
    request.memberships = standing
    if membership:
        enter_store(request, membership)


def enter_store(request: SiteRequest, membership: Membership) -> None:
    """Everything from here on is about this store, in its own time zone."""
    request.membership = membership
    request.store = membership.store
    timezone.activate(membership.store.zone)


class TillMiddleware:
    """What a screen writes moves its money at the till of its machine."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: SiteRequest) -> HttpResponse:
        store = request.store
        if store is None or request.method in {"GET", "HEAD", "OPTIONS"} or request.path.startswith("/api/"):
            return self.get_response(request)
        with standing_at(till_of_machine(request, store.pk)):
            return self.get_response(request)


class TraceMiddleware:
    """Notes who and where from beside each change that the change history records."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: SiteRequest) -> HttpResponse:
        if request.method in {"GET", "HEAD", "OPTIONS"} or request.path.startswith("/api/"):
            return self.get_response(request)
        with acting_as(request.user.pk, request.path):
            return self.get_response(request)
