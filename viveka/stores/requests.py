"""What our middlewares add to a request."""

from typing import cast

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from viveka.stores.models import Membership, Store


class SiteRequest(HttpRequest):
    """A request as the middlewares leave it: perhaps of nobody, perhaps in no store."""

    store: Store | None
    membership: Membership | None
    memberships: list[Membership]
    htmx: HtmxDetails
    is_new_machine: bool


def of_site(request: HttpRequest) -> SiteRequest:
    """The same request, where Django's own signature says less of it (the admin)."""
    assert hasattr(request, "store"), "CurrentStoreMiddleware has not seen it"
    return cast(SiteRequest, request)


def store_of(request: HttpRequest) -> Store:
    """The store that it is in. Raises PermissionDenied where it is in none (whoever looks after the installation)."""
    store = of_site(request).store
    if store is None:
        raise PermissionDenied("Choose a store first.")
    return store
