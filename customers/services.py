"""Changes to a customer's record that a person asks for on a form."""

from collections.abc import Mapping

from django.db import IntegrityError, transaction

from customers.details import clean_details
from customers.models import Customer
from customers.names import is_real
from viveka.stores.errors import Conflict, Refused, RefusedFields
from viveka.stores.models import Store
from viveka.stores.phone import normalise_phone
from viveka.stores.transactions import retry_when_entangled

PHONE_TAKEN = "Another customer has this phone."
NAME_TAKEN = "A customer without a phone has this name already. Add a phone, or tell the two names apart."
NEEDS_PHONE_OR_NAME = "Who has an advance or a debt needs a phone or a name."
_CONFLICTS = {
    "customer_phone_once": (PHONE_TAKEN, "phone"),
    "customer_name_without_phone_once": (NAME_TAKEN, "name"),
    "placeholder_without_phone_owes_nothing": (NEEDS_PHONE_OR_NAME, "name"),
}


@retry_when_entangled
def edit_customer(
    *,
    store: Store,
    pk: int,
    details: Mapping[str, str | None],
    phone: str | None = None,
    is_active: bool | None = None,
) -> Customer:
    """Write what a customer form holds; details and phone that are empty become empty, None leaves as it is.

    Raises Missing for another store's customer, Refused for what is not valid, Conflict naming `phone` or `name`
    where another record has it.
    """
    cleaned = clean_details(details)
    if "name" in cleaned and not cleaned["name"]:
        raise RefusedFields({"name": ["Type the customer's name."]})
    values: dict[str, str | bool | None] = {**cleaned}
    if phone is not None:
        values["phone"] = normalise_phone(phone, store.region) if phone.strip() else None
    if is_active is not None:
        values["is_active"] = is_active
    with transaction.atomic():
        customer = Customer.objects.lock(store, pk)
        _write(customer, values)
    return customer


def rename_customer(*, store: Store, pk: int, name: str) -> Customer:
    """Correct the name on the record. Raises Refused for no name, Conflict where another record has it."""
    cleaned = clean_details({"name": name})["name"]
    if not is_real(cleaned):
        raise Refused("Type the customer's name.", "name")
    return edit_customer(store=store, pk=pk, details={"name": cleaned})


def _write(customer: Customer, values: Mapping[str, str | bool | None]) -> None:
    changed = [field for field, value in values.items() if getattr(customer, field) != value]
    for field in changed:
        setattr(customer, field, values[field])
    if not changed:
        return
    try:
        with transaction.atomic():
            customer.save(update_fields=[*changed, "updated_at"])
    except IntegrityError as error:
        constraint = error.__cause__.diag.constraint_name  # type: ignore[union-attr]
        if constraint in _CONFLICTS:
            raise Conflict(*_CONFLICTS[constraint]) from None
        raise
