"""Doors: each view says in one word who may come in. Without one of these a view is closed to everybody."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect

from viveka.stores.models import Membership
from viveka.stores.requests import SiteRequest

View = Callable[..., HttpResponse]


def _door(may_enter: Callable[[Membership], bool], needs: str) -> Callable[[View], View]:
    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: SiteRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            membership = request.membership
            if membership is None:
                return redirect("choose-store")
            if not may_enter(membership):
                raise PermissionDenied(f"This needs {needs}. Ask a manager of the store.")
            return view(request, *args, **kwargs)

        guarded.door = needs  # type: ignore[attr-defined]  # for the sweeps, which ask each view for its door
        return guarded

    return decorate


member_required = _door(lambda membership: True, "a role in the store")
cashier_required = _door(lambda membership: membership.sells, "the role cashier or manager")
manager_required = _door(lambda membership: membership.manages, "the role manager")
reviewer_required = _door(lambda membership: membership.sees_cost, "the role manager or auditor")
