"""What the admin shows of several apps at once: the change history of each kind of record."""

from typing import Any

from django.contrib import admin

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
    named_by = "pgh_obj__user"


class BatchChangeAdmin(ChangeAdmin):
    named_by = "pgh_obj__product"


class CreditAccountChangeAdmin(ChangeAdmin):
    named_by = "pgh_obj__customer"


def _history(model: Any) -> Any:
    return model.pgh_event_model


admin.site.register(_history(Store), StoreChangeAdmin)
admin.site.register(_history(Membership), MembershipChangeAdmin)
admin.site.register(_history(Batch), BatchChangeAdmin)
admin.site.register(_history(CreditAccount), CreditAccountChangeAdmin)
for traced in (Till, Customer, Product, ProductBarcode, Appointment, Booking, Enquiry):
    admin.site.register(_history(traced), ChangeAdmin)
