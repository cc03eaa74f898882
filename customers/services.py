"""Changes to a customer's record that a person asks for on a form."""

from collections.abc import Mapping

from django.db import IntegrityError, transaction

from customers.details import clean_details
from customers.models import Customer, Found
from customers.names import is_real
from viveka.stores.errors import Conflict, Refused, RefusedFields, broken_rule
from viveka.stores.models import Store
from viveka.stores.phone import normalise_phone
from viveka.stores.transactions import retry_when_entangled

PHONE_TAKEN = "Another customer has this phone."
NAME_TAKEN = "A customer without a phone has this name already. Add a phone, or tell the two names apart."
NEEDS_PHONE_OR_NAME = "Who has an advance or a debt needs a phone or a name."
_PHONE_RULES = {"phone_leads_to_one_customer", "customer_phone_once"}
_CONFLICTS = {
    "customer_name_without_phone_once": (NAME_TAKEN, "name"),
    "placeholder_without_phone_owes_nothing": (NEEDS_PHONE_OR_NAME, "name"),
}


class PhoneTaken(Conflict):
    """The phone finds another record already: `customer` is that one, for a screen to offer the merge.

    It may have it as its current phone, as a former one, or through a record merged into it; it may be deleted.
    """

    def __init__(self, customer: Customer | None) -> None:
        super().__init__(PHONE_TAKEN, "phone")
        self.customer = customer


class FieldsRequired(RefusedFields):
    """The store wants these of every customer, and the record would be without them."""

    def __init__(self, fields: list[str]) -> None:
        self.fields = fields
        super().__init__({field: [f"This store asks every customer for {REQUIRED_CALLED[field]}."] for field in fields})


REQUIRED_CALLED = {"address": "an address", "email": "an e-mail address", "gst_number": "a GST number"}


@retry_when_entangled
def save_customer(*, store: Store, details: Mapping[str, str | None], phone: str = "", country_code: str = "") -> Found:
    """Add the customer of a form, or bring the one with this phone (or name) up to date; blanks replace nothing.

    Raises Refused for what is not valid and for an empty name, FieldsRequired where the record would lack what the
    store asks for.
    """
    _insist_on_a_name(clean_details(details))
    with transaction.atomic():
        found = Customer.objects.find_or_create(
            store=store, phone=phone, country_code=country_code, details=details, overwrite=True
        )
        _insist(store, found.customer)
    return found


def _insist(store: Store, customer: Customer) -> None:
    if lacking := customer.lacks(store.required_customer_fields):
        raise FieldsRequired(lacking)


def _insist_on_a_name(cleaned: Mapping[str, str]) -> None:
    if not cleaned.get("name"):
        raise RefusedFields({"name": ["Type the customer's name."]})


@retry_when_entangled
def edit_customer(
    *,
    store: Store,
    pk: int,
    details: Mapping[str, str | None],
    phone: str | None = None,
    is_active: bool | None = None,
    do_not_message: bool | None = None,
) -> Customer:
    """Write what a customer form holds; details and phone that are empty become empty, None leaves as it is.

    A phone that is replaced still finds the record, as a former one. Raises Missing for another store's customer,
    IsDeleted for a deleted one, Refused for what is not valid, PhoneTaken where the phone finds another record,
    Conflict where another one without a phone has the name, FieldsRequired where the record would lack what the store
    asks for.
    """
    cleaned = clean_details(details)
    if "name" in cleaned:
        _insist_on_a_name(cleaned)
    values: dict[str, str | bool | None] = {**cleaned}
    if phone is not None:
        values["phone"] = normalise_phone(phone, store.region) if phone.strip() else None
    if is_active is not None:
        values["is_active"] = is_active
    if do_not_message is not None:
        values["do_not_message"] = do_not_message
    with transaction.atomic():
        customer = Customer.objects.lock(store, pk)
        _write(store, customer, values)
        _insist(store, customer)
    return customer


@retry_when_entangled
def rename_customer(*, store: Store, pk: int, name: str) -> Customer:
    """Correct the name on the record, at the counter too: what else the record lacks is not asked for.

    Raises Refused for no name, Conflict where another record has it, Missing, IsDeleted.
    """
    cleaned = clean_details({"name": name})["name"]
    if not is_real(cleaned):
        raise Refused("Type the customer's name.", "name")
    with transaction.atomic():
        customer = Customer.objects.lock(store, pk)
        _write(store, customer, {"name": cleaned})
    return customer


def _write(store: Store, customer: Customer, values: Mapping[str, str | bool | None]) -> None:
    changed = [field for field, value in values.items() if getattr(customer, field) != value]
    for field in changed:
        setattr(customer, field, values[field])
    if not changed:
        return
    try:
        with transaction.atomic():
            customer.save(update_fields=[*changed, "updated_at"])
    except IntegrityError as error:
        constraint = broken_rule(error)
        if constraint in _PHONE_RULES:
            raise PhoneTaken(Customer.objects.by_phone(store, str(values["phone"])).first()) from None
        if constraint in _CONFLICTS:
            raise Conflict(*_CONFLICTS[constraint]) from None
        raise
