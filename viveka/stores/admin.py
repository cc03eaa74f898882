"""The ground floor in the admin: a manager sees their own store, the superuser stores and people."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.models import LogEntry
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from viveka.stores.admin_site import StoreModelAdmin
from viveka.stores.errors import Refused
from viveka.stores.forms import StoreForm
from viveka.stores.models import Membership, PinTry, Store, Till, TillCount, TillEntry, TillSession, User
from viveka.stores.requests import of_site
from viveka.stores.services import add_member, end_membership


def manages(request: HttpRequest) -> bool:
    membership = getattr(request, "membership", None)
    return bool(membership and membership.manages)


class StoreDoors(admin.ModelAdmin):
    """For the superuser all rows, for a manager those of the own store; nothing is deleted."""

    list_per_page = 50
    view_on_site = False
    own_store = "store"  # the look-up from the row to its store

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        rows = super().get_queryset(request)
        return rows if request.user.is_superuser else rows.filter(**{self.own_store: of_site(request).store})

    def has_module_permission(self, request: HttpRequest) -> bool:
        return request.user.is_superuser or manages(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_module_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_module_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_superuser)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class StoreAdminForm(StoreForm):
    """The rules of the settings page, and the short name, which only the superuser may change."""

    class Meta(StoreForm.Meta):
        fields = ("slug", *StoreForm.Meta.fields)


@admin.register(Store)
class StoreAdmin(StoreDoors):
    form = StoreAdminForm
    own_store = "pk"
    list_display = ("name", "slug", "region", "currency", "timezone")
    search_fields = ("name", "slug")

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        rows = admin.ModelAdmin.get_queryset(self, request)
        if request.user.is_superuser:
            return rows
        store = of_site(request).store
        return rows.filter(pk=store.pk) if store else rows.none()

    def get_readonly_fields(self, request: HttpRequest, obj: Store | None = None) -> tuple[str, ...]:
        return () if request.user.is_superuser else ("slug",)


class MembershipForm(forms.ModelForm):
    """Gives a person who has an account a role in a store."""

    of_store = forms.ModelChoiceField(Store.objects.all(), label="Store")

    class Meta:
        model = Membership
        fields = ("user", "role")


@admin.register(Membership)
class MembershipAdmin(StoreDoors):
    """Roles are given and taken, not edited: a manager gives them on the page of members, the superuser here."""

    form = MembershipForm
    list_display = ("user", "role", "store", "created_at", "ended_at")
    list_filter = ("role", ("ended_at", admin.EmptyFieldListFilter))
    list_select_related = ("user", "store")
    search_fields = ("user__username", "user__first_name", "user__last_name")
    actions = ("end",)

    def get_fields(self, request: HttpRequest, obj: Membership | None = None) -> tuple[str, ...]:
        return ("store", "user", "role", "created_at", "ended_at") if obj else ("of_store", "user", "role")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.has_module_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return obj is None and self.has_module_permission(request)

    def add_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if manages(request) and not request.user.is_superuser:
            return redirect("members")
        return super().add_view(request, *args, **kwargs)

    def save_model(self, request: HttpRequest, obj: Membership, form: forms.ModelForm, change: bool) -> None:
        membership, _ = add_member(store=form.cleaned_data["of_store"], username=obj.user.username, role=obj.role)
        obj.pk, obj.store = membership.pk, membership.store

    @admin.action(description="End the chosen memberships", permissions=["view"])
    def end(self, request: HttpRequest, chosen: QuerySet[Membership]) -> None:
        for membership in chosen.filter(ended_at__isnull=True):
            try:
                end_membership(membership=membership, now=timezone.now())
            except Refused as refusal:
                self.message_user(request, f"{membership.user}: {refusal.message}", messages.ERROR)


@admin.register(PinTry)
class PinTryAdmin(StoreDoors):
    """What was allowed by a PIN, or tried."""

    list_display = ("at", "what", "membership", "by", "is_right")
    list_select_related = ("membership__user", "by")
    list_filter = ("is_right",)

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return admin.ModelAdmin.get_queryset(self, request).filter(membership__store=of_site(request).store)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return manages(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class TillLedgerAdmin(StoreModelAdmin):
    """Tills are opened, counted and closed at the counter; here they are read."""

    read_only = True


@admin.register(Till)
class TillAdmin(TillLedgerAdmin):
    list_display = ("name", "is_active", "created_at")


@admin.register(TillSession)
class TillSessionAdmin(TillLedgerAdmin):
    list_display = ("till", "opened_at", "opened_by", "opening_float", "closed_at")
    list_select_related = ("till", "opened_by")
    list_filter = (("closed_at", admin.EmptyFieldListFilter),)


@admin.register(TillEntry)
class TillEntryAdmin(TillLedgerAdmin):
    list_display = ("at", "session", "direction", "amount", "reason", "by")
    list_select_related = ("session__till", "by")
    list_filter = ("direction",)


@admin.register(TillCount)
class TillCountAdmin(TillLedgerAdmin):
    list_display = ("at", "session", "expected", "counted", "note", "by", "handed_to")
    list_select_related = ("session__till", "by", "handed_to")


class SuperuserOnly(admin.ModelAdmin):
    """Users, groups and the admin's log are the superuser's."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_active and request.user.is_superuser)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.has_module_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_module_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_module_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(User)
class PersonAdmin(SuperuserOnly, UserAdmin):
    """An account is closed by taking away *active*; the name stays on what the person did."""


admin.site.unregister(Group)


@admin.register(Group)
class OwnGroupAdmin(SuperuserOnly, GroupAdmin):
    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_module_permission(request)


@admin.register(LogEntry)
class LogAdmin(SuperuserOnly):
    list_display = ("action_time", "user", "content_type", "object_repr", "action_flag")
    list_select_related = ("user", "content_type")
    list_filter = ("action_flag",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
