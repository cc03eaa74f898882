"""A form of the ledger that is sent twice enters what it says once."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.db import models, transaction
from django.shortcuts import get_object_or_404

from customers.models import Customer
from viveka.stores.errors import Refused
from viveka.stores.idempotency import KeyedRequest, KeyReused
from viveka.stores.middleware import StoreRequest
from viveka.stores.transactions import retry_when_entangled


def customer_of(request: StoreRequest, pk: int) -> Customer:
    """The customer of the current store with this key; Http404."""
    customer: Customer = get_object_or_404(Customer.objects.of(request.store), pk=pk)
    customer.store = request.store
    return customer


@retry_when_entangled
@transaction.atomic
def do_once(request: StoreRequest, key: UUID, deed: Callable[[], models.Model]) -> Any:
    """The id of what the deed made, or of what this very form made when it was sent before.

    Raises what the deed raises; Refused where the form was sent before with other values in it.
    """
    said = request.POST.copy()
    said.pop("csrfmiddlewaretoken", None)
    keyed = KeyedRequest(request.store, request.user, "POST", request.path, str(key), said.urlencode().encode())
    try:
        earlier = keyed.claim("")
    except KeyReused:
        raise Refused("This form was sent already, with other values. Open it anew to enter another one.") from None
    if earlier:
        return earlier.made_id
    made = deed()
    keyed.note_result(made.pk, 201)
    return made.pk
