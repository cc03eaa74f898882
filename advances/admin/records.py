"""Appointments, bookings and enquiries in the admin: to look up; the staff notes can be put right."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from advances.admin.payments import Rows
from advances.models import Appointment, AppointmentLine, Booking, BookingLine, Enquiry, Record
from advances.services.record_parts import check_notes
from viveka.stores.admin_site import StoreModelAdmin
from viveka.stores.errors import Refused

LINE = ("position", "name", "quantity", "price", "product_id")


class NotesForm(forms.ModelForm):
    """The notes, by the rule of the screens."""

    def clean_notes(self) -> str:
        try:
            return check_notes(self.cleaned_data["notes"])
        except Refused as refusal:
            raise forms.ValidationError(refusal.message) from None


class _RecordAdmin(StoreModelAdmin):
    """Nothing here goes round the services: time, lines, advance and status are changed on the shop's own pages."""

    form = NotesForm
    show_facets = admin.ShowFacets.NEVER
    list_select_related = ["customer", "by"]
    search_fields = ("customer__number",)  # shows the box; the search itself is below
    search_help_text = "Name, number or phone of the customer."

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return [one.name for one in self.model._meta.fields if one.name not in ("notes", "store")]

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> "tuple[QuerySet[Any], bool]":
        return (queryset.matching(search_term) if search_term.strip() else queryset), False

    def save_model(self, request: HttpRequest, obj: Record, form: forms.ModelForm, change: bool) -> None:
        obj.save(update_fields=["notes", "updated_at"])


class AppointmentLineRows(Rows):
    model = AppointmentLine
    fields = LINE


class BookingLineRows(Rows):
    model = BookingLine
    fields = LINE


@admin.register(Appointment)
class AppointmentAdmin(_RecordAdmin):
    list_display = ("scheduled_at", "customer", "summary", "served_by", "status", "by", "created_at")
    list_select_related = ["customer", "by", "served_by"]
    list_filter = ("status", ("scheduled_at", admin.DateFieldListFilter))
    ordering = ("-scheduled_at", "-id")
    inlines = (AppointmentLineRows,)


@admin.register(Booking)
class BookingAdmin(_RecordAdmin):
    list_display = ("created_at", "customer", "summary", "wanted_on", "status", "by")
    list_filter = ("status", ("created_at", admin.DateFieldListFilter))
    ordering = ("-created_at", "-id")
    inlines = (BookingLineRows,)


@admin.register(Enquiry)
class EnquiryAdmin(_RecordAdmin):
    list_display = ("created_at", "customer", "asked", "status", "by")
    list_filter = ("status", ("created_at", admin.DateFieldListFilter))
    ordering = ("-created_at", "-id")
