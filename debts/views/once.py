"""What the forms of the ledger share: sent twice they enter once, and a manager's PIN stands in for the manager."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import models, transaction
from django.shortcuts import get_object_or_404

from customers.models import Customer
from debts.forms import ReasonForm
from viveka.stores.errors import Refused
from viveka.stores.idempotency import KeyedRequest, KeyReused
from viveka.stores.middleware import StoreRequest
from viveka.stores.models import User
from viveka.stores.pin import Allowing
from viveka.stores.transactions import retry_when_entangled


def customer_of(request: StoreRequest, pk: int) -> Customer:
    """The customer of the current store with this key; Http404."""
    customer: Customer = get_object_or_404(Customer.objects.of(request.store), pk=pk)
    customer.store = request.store
    return customer


def undoing(request: StoreRequest, form: ReasonForm, what: str) -> tuple[ReasonForm, Allowing | None]:
    """The form as this person needs it: a manager says why, a cashier has a manager say it by PIN."""
    if request.membership.manages:
        return form, None
    del form.fields["reason"]
    return form, Allowing(request, what=what)


def who_and_why(request: StoreRequest, form: ReasonForm, allowing: Allowing | None, now: datetime) -> tuple[User, str]:
    """Whose deed it is, and the reason. Raises Refused for a manager's word that is none."""
    if allowing:
        return allowing.allowed(now)
    return request.user, form.cleaned_data["reason"]


@retry_when_entangled
@transaction.atomic
def do_once(request: StoreRequest, key: UUID, deed: Callable[[], models.Model]) -> Any:
    """The id of what the deed made, or of what this very form made when it was sent before.

    Raises what the deed raises; Refused where the form was sent before with other values in it.
    """
    said = request.POST.copy()
    for secret in ("csrfmiddlewaretoken", "pin"):  # what is kept of the request must not give a PIN away
        said.pop(secret, None)
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
