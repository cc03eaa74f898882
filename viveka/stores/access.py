"""Doors: each view says in one word who may come in. Without one of these a view is closed to everybody."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from viveka.stores.models import Membership

View = Callable[..., HttpResponse]


def _door(may_enter: Callable[[Membership], bool], needs: str) -> Callable[[View], View]:
    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            membership = request.membership  # type: ignore[attr-defined]
            if membership is None:
                return redirect("choose-store")
            if not may_enter(membership):
                raise PermissionDenied(f"This needs {needs}. Ask a manager of the store.")
            return view(request, *args, **kwargs)

        guarded.door = needs  # type: ignore[attr-defined]
        return guarded

    return decorate


member_required = _door(lambda membership: True, "a role in the store")
cashier_required = _door(lambda membership: membership.sells, "the role cashier or manager")
manager_required = _door(lambda membership: membership.manages, "the role manager")
reviewer_required = _door(lambda membership: membership.sees_cost, "the role manager or auditor")
