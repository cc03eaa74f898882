"""Change history in the admin: a list to read, per kind of record, of the own store."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html_join

from viveka.stores.admin_site import StoreModelAdmin
from viveka.stores.changes import WORDS, tell, with_previous
from viveka.stores.requests import of_site


class ChangeAdmin(StoreModelAdmin):
    """When, who, which record, what: newest first, never edited."""

    read_only = True
    list_display = ("pgh_created_at", "who", "record", "what", "changed")
    list_display_links = None
    list_filter = (("pgh_created_at", admin.DateFieldListFilter),)
    ordering = ("-pgh_id",)
    show_facets = admin.ShowFacets.NEVER
    of_store = "store"  # the look-up from the event to its store
    named_by = "pgh_obj"  # what has to be read to call the record by its name

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        events = admin.ModelAdmin.get_queryset(self, request).filter(**{self.of_store: of_site(request).store})
        return with_previous(events).select_related(self.named_by)

    @admin.display(description="by")
    def who(self, event: Any) -> str:
        return event.who or "a command"

    @admin.display(description="record")
    def record(self, event: Any) -> str:
        return str(event.pgh_obj)

    @admin.display(description="what")
    def what(self, event: Any) -> str:
        return WORDS[event.pgh_label]

    @admin.display(description="changes")
    def changed(self, event: Any) -> str:
        lines = ((one.label, one.before or "–", one.after or "–") for one in tell(event).fields)
        return format_html_join(", ", "{}: {} → {}", lines)
