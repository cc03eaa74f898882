"""Customers in the admin: search, filter, export, edit by the same rules and services as on the screens."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect

from customers.details import CLEANERS
from customers.exporting import customer_rows
from customers.models import DETAILS, SWITCHES, Customer
from customers.names import is_real
from customers.services import FieldsRequired, edit_customer, save_customer
from viveka.stores.admin_site import StoreModelAdmin
from viveka.stores.errors import Refused
from viveka.stores.phone import normalise_phone, show_phone
from viveka.stores.requests import store_of
from viveka.stores.sheets import csv_lines, xlsx_bytes

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class CustomerAdminForm(forms.ModelForm):
    """The rules of `customers.details`, the phone read in the store's region, and what the store requires."""

    class Meta:
        model = Customer
        fields = ("phone", *DETAILS, *SWITCHES)
        widgets = {
            "address": forms.Textarea(attrs={"rows": 2}),
            "note": forms.Textarea(attrs={"rows": 2}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if phone := self.fields.get("phone"):  # as typed it is longer than stored
            phone.widget.attrs["maxlength"] = "40"
            phone.validators = [one for one in phone.validators if getattr(one, "code", "") != "max_length"]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        for field in DETAILS:
            if field in cleaned:
                self._cleaned_by(field, partial(CLEANERS[field], field=field))
        if cleaned.get("phone"):
            self._cleaned_by("phone", lambda text: normalise_phone(text, self.instance.store.region))
        if not cleaned.get("phone") and not is_real(cleaned.get("name", "")):
            self.add_error("phone", "Give a phone number, or a name of more than one letter.")
        self._judge_phone()
        self._judge_required()
        return cleaned

    def _cleaned_by(self, field: str, cleaner: Callable[[str], str]) -> None:
        try:
            self.cleaned_data[field] = cleaner(self.cleaned_data[field] or "")
        except Refused as refusal:
            self.add_error(field, refusal.message)

    def _judge_phone(self) -> None:
        """A phone that leads to another record, as a former one too, is that record's."""
        phone = self.cleaned_data.get("phone")
        if not phone or phone == self.initial.get("phone"):
            return
        other = Customer.objects.by_phone(self.instance.store, phone).first()
        if other and other.pk != self.instance.pk:
            self.add_error("phone", f"{other} has this phone.")
        elif other and other.merged.filter(phone=phone).exists():
            self.add_error("phone", "This phone is of a record that was merged into this one. It leads here already.")

    def _judge_required(self) -> None:
        lacking = [
            field
            for field in self.instance.store.required_customer_fields
            if field in self.cleaned_data and not self.cleaned_data[field]
        ]
        for field, said in FieldsRequired(lacking).errors.items():
            self.add_error(field, said)


class StandingFilter(admin.SimpleListFilter):
    """On record, deleted, or merged into another record."""

    title, parameter_name = "standing", "standing"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("record", "On record"), ("deleted", "Deleted"), ("merged", "Merged")]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        ways = {"record": queryset.on_record, "deleted": queryset.deleted, "merged": queryset.merged}
        way = ways.get(self.value() or "")
        return way() if way else queryset


class IncompleteFilter(admin.SimpleListFilter):
    """Without something that the store wants of every customer."""

    title, parameter_name = "incomplete", "incomplete"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "Incomplete")]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.incomplete(store_of(request)) if self.value() == "yes" else queryset


class BalanceFilter(admin.SimpleListFilter):
    """Who owes, and who has an advance."""

    title, parameter_name = "balance", "balance"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("owes", "Owes"), ("advance", "Has an advance")]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        fields = {"owes": "debt_balance__gt", "advance": "advance_balance__gt"}
        field = fields.get(self.value() or "")
        return queryset.filter(**{field: 0}) if field else queryset


@admin.register(Customer)
class CustomerAdmin(StoreModelAdmin):
    """Nothing here goes round the rules: records are saved by the services, and what is deleted, merged or erased is
    only shown; deleting, merging and erasing are on the customer's own page."""

    form = CustomerAdminForm
    list_display = ("number", "name", "shown_phone", "debt_balance", "advance_balance", "total_purchases", "is_active")
    list_filter = (
        StandingFilter,
        "is_active",
        IncompleteFilter,
        BalanceFilter,
        "gender",
        ("last_purchase_at", admin.DateFieldListFilter),
    )
    show_facets = admin.ShowFacets.NEVER
    search_fields = ("name",)  # shows the box; the search itself is below
    search_help_text = "Words of the name, the number, or at least four digits of the phone."
    ordering = ("-pk",)
    actions = ("export_csv", "export_xlsx")
    readonly_fields = (
        "number",
        "created_at",
        "updated_at",
        "deleted_at",
        "merged_into",
        "advance_balance",
        "debt_balance",
        "total_purchases",
        "purchase_count",
        "last_purchase_at",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Customer]:
        return super().get_queryset(request).select_related("store")

    def get_search_results(
        self, request: HttpRequest, queryset: Any, search_term: str
    ) -> tuple[QuerySet[Customer], bool]:
        return (queryset.matching(search_term) if search_term.strip() else queryset), False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and (obj is None or obj.is_on_record)

    @admin.display(description="phone")
    def shown_phone(self, customer: Customer) -> str:
        return show_phone(customer.phone, customer.store.region)

    @admin.action(description="Export as CSV")
    def export_csv(self, request: HttpRequest, queryset: Any) -> HttpResponseBase:
        rows = customer_rows(store_of(request), queryset)
        return _as_file(StreamingHttpResponse(csv_lines(rows), content_type="text/csv; charset=utf-8"), "customers.csv")

    @admin.action(description="Export as XLSX")
    def export_xlsx(self, request: HttpRequest, queryset: Any) -> HttpResponseBase:
        rows = customer_rows(store_of(request), queryset)
        return _as_file(HttpResponse(xlsx_bytes(rows), content_type=XLSX), "customers.xlsx")

    def save_model(self, request: HttpRequest, obj: Customer, form: forms.ModelForm, change: bool) -> None:
        store, data = store_of(request), form.cleaned_data
        details, phone = {field: data[field] for field in DETAILS}, data["phone"] or ""
        if change:
            switches = {field: data[field] for field in SWITCHES}
            saved = edit_customer(store=store, pk=obj.pk, details=details, phone=phone, **switches)
        else:
            saved = save_customer(store=store, details=details, phone=phone).customer
        obj.pk, obj.number = saved.pk, saved.number

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Somebody else may take the phone between the check and the write: that is a message, not a fault."""
        try:
            return super().changeform_view(request, *args, **kwargs)
        except Refused as refusal:
            self.message_user(request, f"{refusal.message} Nothing was saved.", messages.ERROR)
            return redirect(request.get_full_path())


def _as_file(response: HttpResponseBase, name: str) -> HttpResponseBase:
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
