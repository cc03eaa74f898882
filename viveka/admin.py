"""What the admin shows of several apps at once: the change history of each kind of record."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from advances.models import Appointment, Booking, Enquiry
from billing.models import Batch, Product, ProductBarcode
from customers.models import Customer
from debts.models import CreditAccount
from viveka.legacy import admin as old_books  # noqa: F401  (registers its pages)
from viveka.stores.admin_changes import ChangeAdmin
from viveka.stores.models import Membership, Store, Till


class StoreChangeAdmin(ChangeAdmin):
    of_store = "pgh_obj"


class MembershipChangeAdmin(ChangeAdmin):
    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("pgh_obj__user")


def _history(model: Any) -> Any:
    return model.pgh_event_model


admin.site.register(_history(Store), StoreChangeAdmin)
admin.site.register(_history(Membership), MembershipChangeAdmin)
for traced in (Till, Customer, Product, ProductBarcode, Batch, CreditAccount, Appointment, Booking, Enquiry):
    admin.site.register(_history(traced), ChangeAdmin)
