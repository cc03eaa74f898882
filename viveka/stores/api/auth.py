"""Who asks: a program with a token, or a person with the browser's session. The role is judged before the body."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.conf import settings
from django.db import connection, models
from django.http import Http404, HttpRequest
from django.utils import timezone
from ninja.errors import HttpError
from ninja.security.base import AuthBase
from ninja.utils import check_csrf

from viveka.stores.api.limits import count_call
from viveka.stores.middleware import enter_store
from viveka.stores.models import ApiToken, Membership, Store, User
from viveka.stores.requests import of_site


@dataclass(frozen=True, slots=True)
class Door:
    """Who may come in."""

    needs: str
    may_enter: Callable[[Membership], bool]

    def insist(self, request: HttpRequest, membership: Membership) -> Membership:
        """Another store's address is nothing at all, whatever the role. Raises TooManyCalls, Http404, HttpError."""
        count_call(membership.store_id, membership.user_id)
        place = request.resolver_match
        named = place.kwargs.get("store_id") if place else None
        if named is not None and named not in (membership.store.slug, str(membership.store_id)):
            raise Http404
        if not self.may_enter(membership):
            raise HttpError(403, f"This needs {self.needs}. Ask a manager of the store.")
        return membership


_READ: tuple[tuple[str, type[models.Model]], ...] = (
    ("token", ApiToken),
    ("store", Store),
    ("person", User),
    ("membership", Membership),
)
_COLUMNS = ", ".join(f'{name}."{field.column}"' for name, model in _READ for field in model._meta.concrete_fields)
_WHO = f"""
SELECT {_COLUMNS}
  FROM stores_apitoken AS token
  JOIN stores_store AS store ON store.id = token.store_id
  JOIN stores_user AS person ON person.id = token.user_id AND person.is_active
  JOIN stores_membership AS membership ON membership.store_id = token.store_id
       AND membership.user_id = token.user_id AND membership.ended_at IS NULL
 WHERE token.digest = %s AND token.revoked_at IS NULL
"""


def membership_of(secret: str) -> Membership | None:
    """Of the token's user in the token's store, with the role of today; None for a token that does not hold.

    One statement, written out: every call begins with it, and composing it anew took a tenth of a sale.
    """
    with connection.cursor() as cursor:
        cursor.execute(_WHO, [ApiToken.digest_of(secret)])
        row = cursor.fetchone()
    if row is None:
        return None
    found: dict[str, Any] = {}
    values = iter(row)
    for name, model in _READ:
        names = [field.attname for field in model._meta.concrete_fields]
        found[name] = model.from_db(connection.alias, names, list(islice(values, len(names))))
    found["token"].note_use(timezone.now())
    membership: Membership = found["membership"]
    membership.store, membership.user = found["store"], found["person"]
    return membership


class Bearer(AuthBase):
    """`Authorization: Bearer TOKEN`."""

    openapi_type = "http"
    openapi_scheme = "bearer"
    openapi_description = "A token made by `manage.py create_api_token --store SLUG --user NAME`."

    def __init__(self, door: Door) -> None:
        super().__init__()
        self.door = door

    def __call__(self, request: HttpRequest) -> Membership | None:
        scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
        membership = membership_of(secret.strip()) if scheme.lower() == "bearer" and secret.strip() else None
        if membership is None:
            return None
        request.user = membership.user
        enter_store(of_site(request), membership)
        return self.door.insist(request, membership)


class Session(AuthBase):
    """The browser's session, in the store chosen there; a call that writes brings the CSRF token.

    Who sends an Authorization header is judged by that alone.
    """

    openapi_type = "apiKey"
    openapi_in = "cookie"
    openapi_name = settings.SESSION_COOKIE_NAME
    openapi_description = "The session of the browser; calls that write send X-CSRFToken."

    def __init__(self, door: Door) -> None:
        super().__init__()
        self.door = door

    def __call__(self, request: HttpRequest) -> Membership | None:
        if "Authorization" in request.headers or not request.user.is_authenticated:
            return None
        if check_csrf(request):
            raise HttpError(403, "The CSRF token is missing or wrong. Load the page again.")
        membership = of_site(request).membership
        if membership is None:
            raise HttpError(403, "Choose a store first.")
        return self.door.insist(request, membership)


def _doors(needs: str, may_enter: Callable[[Membership], bool]) -> list[AuthBase]:
    door = Door(needs, may_enter)
    return [Bearer(door), Session(door)]


ANYONE = _doors("a role in the store", lambda membership: True)
SELLERS = _doors("the role cashier or manager", lambda membership: membership.sells)
MANAGERS = _doors("the role manager", lambda membership: membership.manages)
