"""Django's admin, opened to managers for their own store."""

from functools import update_wrapper
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import models
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import cached_property
from django.utils.http import url_has_allowed_host_and_scheme

from viveka.stores.models import User
from viveka.stores.requests import of_site


class StoreAdminSite(admin.AdminSite):
    """Lets in superusers, and managers of the current store."""

    site_header = site_title = "Viveka"
    index_title = "The store's records"
    enable_nav_sidebar = False

    def has_permission(self, request: HttpRequest) -> bool:
        membership = getattr(request, "membership", None)
        return bool(request.user.is_active and (request.user.is_superuser or (membership and membership.manages)))

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Who is signed in without the role is told so, not asked to sign in again."""
        inner = super().admin_view(view, cacheable)

        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.user.is_authenticated and not self.has_permission(request):
                raise PermissionDenied("This needs the role manager. Ask a manager of the store.")
            return inner(request, *args, **kwargs)

        return update_wrapper(guarded, view)

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """There is one sign-in page, and the middleware sends everybody there who is not signed in."""
        wanted = request.GET.get("next", "")
        safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
        return redirect(wanted if safe else "admin:index")

    def get_urls(self) -> list[Any]:
        """Without the short cut by content type and key, which tells whether another store's row exists."""
        return [url for url in super().get_urls() if getattr(url, "name", "") != "view_on_site"]


def person(request: HttpRequest) -> User:
    """Who is signed in: the admin lets nobody else in."""
    assert isinstance(request.user, User)
    return request.user


class CappedPaginator(Paginator):
    """Counts no further than anybody pages."""

    MOST = 10_000

    @cached_property
    def count(self) -> int:
        rows: Any = self.object_list
        return int(rows.order_by().values("pk")[: self.MOST].count())


class StoreModelAdmin(admin.ModelAdmin):
    """Rows of the current store alone, for its managers; choices of other rows likewise.

    Nothing is deleted here. A page that should only show sets `read_only = True`.
    """

    read_only = False
    paginator = CappedPaginator
    view_on_site = False
    show_full_result_count = False
    list_per_page = 50

    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        return super().get_queryset(request).filter(store=of_site(request).store)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self._manages(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._manages(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self._manages(request) and not self.read_only

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._manages(request) and not self.read_only

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: ModelForm, change: bool) -> None:
        obj.store = of_site(request).store
        super().save_model(request, obj, form, change)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> type[ModelForm]:
        form: Any = super().get_form(request, obj, change=change, **kwargs)
        store = of_site(request).store

        class OfStore(form):
            """The store is known before validation, so that uniqueness within it is a message, not a fault."""

            def __init__(self, *args: Any, **inner: Any) -> None:
                super().__init__(*args, **inner)
                self.instance.store = store

            def _get_validation_exclusions(self) -> set[str]:
                return super()._get_validation_exclusions() - {"store"}

        return OfStore

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        related = db_field.related_model
        if any(field.name == "store" for field in related._meta.fields):
            kwargs["queryset"] = related._default_manager.filter(store=of_site(request).store)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def _manages(self, request: HttpRequest) -> bool:
        membership = getattr(request, "membership", None)
        return bool(membership and membership.manages)


class ReadOnlyInline(admin.TabularInline):
    """Rows that belong to the one shown, to read."""

    extra = 0
    can_delete = False
    follows: tuple[str, ...] = ()
    """What is read along with all rows at once: the records that they name."""

    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        return super().get_queryset(request).select_related(*self.follows)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    has_change_permission = has_delete_permission = has_add_permission
