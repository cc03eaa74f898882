"""What pages of the diary ask of the database besides the rows themselves."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Sum
from django.http import Http404

from advances.models import AdvancePayment, Record
from advances.services.recording import AnyRecord
from customers.models import Customer
from viveka.diary.kinds import KINDS
from viveka.stores.middleware import StoreRequest
from viveka.stores.money import ZERO


def tell_left(records: Iterable[Record]) -> None:
    """Note with each what is left of its advances (`left`), in one query."""
    rows = list(records)
    advances = AdvancePayment.objects.filter(reference_id__in=[one.pk for one in rows], status="active").order_by()
    left = dict(advances.values_list("reference_id").annotate(left=Sum("remaining_amount")))
    for one in rows:
        one.left = left.get(one.pk, ZERO)


def arranged_by(customer: Customer, most: int) -> list[Record]:
    """The newest of a customer's appointments, bookings and enquiries, with what is left of their advances."""
    rows = [one for kind in KINDS.values() for one in kind.rows().filter(customer=customer).newest_first()[:most]]
    rows = sorted(rows, key=lambda one: (one.created_at, one.pk), reverse=True)[:most]
    tell_left(rows)
    return rows


def find(request: StoreRequest, kind: str, pk: UUID) -> AnyRecord:
    """The record of the current store with this key; Http404."""
    related = ["customer", "by", "closed_by"]
    related += {"appointment": ["served_by", "enquiry"], "booking": ["enquiry"], "enquiry": []}[kind]
    record: AnyRecord | None = KINDS[kind].rows().of(request.store).select_related(*related).filter(pk=pk).first()
    if record is None:
        raise Http404
    record.store = record.customer.store = request.store
    return record
