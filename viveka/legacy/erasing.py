"""Old books name people who are on no record; of a person who is erased they keep nothing either."""

from collections.abc import Sequence

from django.apps import apps
from django.db.models import Q

from billing.models import Bill, OldDebt
from customers.models import CustomerPhone
from customers.names import is_real
from viveka.stores.models import Store


def blank_old_books(store: Store, customers: Sequence[int]) -> None:
    """Empty what old bills and debts without an owner say of these customers: those with a phone of theirs, and those
    with a name of theirs and no phone. Within `erasing()`, while the records' phones are still there."""
    said = apps.get_model("customers", "CustomerChange")._default_manager.filter(store=store, pgh_obj__in=customers)
    names = {name for (name,) in said.values_list("name") if is_real(name)}
    known = CustomerPhone.objects.filter(store=store, customer__in=customers).values_list("phone", flat=True)
    phones = {*known, *(phone for (phone,) in said.values_list("phone") if phone)}
    bills = Bill.objects.of(store).filter(imported_from__isnull=False, customer__isnull=True)
    bills.filter(Q(customer_phone__in=phones) | Q(customer_phone="", customer_name__in=names)).update(
        customer_name="", customer_phone=""
    )
    debts = OldDebt.objects.of(store).without_owner()
    debts.filter(Q(phone__in=phones) | Q(phone="", name__in=names)).update(name="", phone="", typed_phone="", note="")
