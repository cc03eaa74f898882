"""Customers in the admin: search, filter, edit by the same rules as on the screens."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db import IntegrityError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from customers.details import CLEANERS
from customers.models import DETAILS, Customer
from customers.names import is_real
from viveka.stores.admin_site import StoreModelAdmin
from viveka.stores.errors import Refused
from viveka.stores.phone import normalise_phone, show_phone


class CustomerAdminForm(forms.ModelForm):
    """The rules of `customers.details`, and the phone read in the store's region."""

    class Meta:
        model = Customer
        fields = ("phone", *DETAILS, "is_active")
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
                self._cleaned_by(field, lambda text, field=field: CLEANERS[field](text, field=field))
        if cleaned.get("phone"):
            self._cleaned_by("phone", lambda text: normalise_phone(text, self.instance.store.region))
        if not cleaned.get("phone") and not is_real(cleaned.get("name", "")):
            self.add_error("phone", "Give a phone number, or a name of more than one letter.")
        return cleaned

    def _cleaned_by(self, field: str, cleaner: Any) -> None:
        try:
            self.cleaned_data[field] = cleaner(self.cleaned_data[field] or "")
        except Refused as refusal:
            self.add_error(field, refusal.message)


@admin.register(Customer)
class CustomerAdmin(StoreModelAdmin):
    form = CustomerAdminForm
    list_display = ("number", "name", "shown_phone", "debt_balance", "advance_balance", "total_purchases", "is_active")
    list_filter = ("is_active", "gender", ("last_purchase_at", admin.DateFieldListFilter))
    show_facets = admin.ShowFacets.NEVER
    search_fields = ("name",)  # shows the box; the search itself is below
    search_help_text = "Words of the name, the number, or at least four digits of the phone."
    ordering = ("-pk",)
    readonly_fields = (
        "number",
        "created_at",
        "updated_at",
        "advance_balance",
        "debt_balance",
        "total_purchases",
        "purchase_count",
        "last_purchase_at",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Customer]:
        return super().get_queryset(request).select_related("store")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Customer], search_term: str
    ) -> tuple[QuerySet[Customer], bool]:
        return (queryset.matching(search_term) if search_term.strip() else queryset), False  # type: ignore[attr-defined]

    @admin.display(description="phone")
    def shown_phone(self, customer: Customer) -> str:
        return show_phone(customer.phone, customer.store.region)

    def save_model(self, request: HttpRequest, obj: Customer, form: forms.ModelForm, change: bool) -> None:
        if change:
            obj.save(update_fields=[*form.changed_data, "updated_at"])
            return
        found = Customer.objects.find_or_create(
            store=request.store,  # type: ignore[attr-defined]
            phone=obj.phone or "",
            details={field: getattr(obj, field) for field in DETAILS},
            overwrite=True,
        )
        obj.pk, obj.number = found.customer.pk, found.customer.number

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Somebody else may take the phone between the check and the write: that is a message, not a fault."""
        try:
            return super().changeform_view(request, *args, **kwargs)
        except (Refused, IntegrityError):
            self.message_user(request, "Another record has this phone or name. Nothing was saved.", messages.ERROR)
            return redirect(request.get_full_path())
