"""What the ledgers of the admin share."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from viveka.stores.admin_site import StoreModelAdmin


class ReadOnlyAdmin(StoreModelAdmin):
    """A ledger: to read, never to write."""

    read_only = True


class ReadOnlyInline(admin.TabularInline):
    extra = 0
    can_delete = False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    has_change_permission = has_delete_permission = has_add_permission
