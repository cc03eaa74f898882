"""What every page knows: the store and the person's role in it."""

from typing import Any

from django.http import HttpRequest


def current_store(request: HttpRequest) -> dict[str, Any]:
    return {
        "store": getattr(request, "store", None),
        "membership": getattr(request, "membership", None),
        "memberships": getattr(request, "memberships", []),
    }
