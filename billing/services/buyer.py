"""Who buys: a customer found or made on the way, or nobody."""

from dataclasses import dataclass

from django.db import DataError, IntegrityError, InternalError, ProgrammingError

from customers.models import Customer, Found
from customers.names import clean_name, is_real
from viveka.stores.models import Store

# What a constraint or a trigger answers; not a deadlock or a lost line, which start the sale again or end it.
UNWRITABLE = (IntegrityError, DataError, InternalError, ProgrammingError)
NO_CUSTOMER = "The customer could not be saved, so this bill has none."


@dataclass(frozen=True, slots=True)
class Buyer:
    """What was said of the buyer; all empty is a sale to nobody in particular."""

    customer_id: int | None = None
    phone: str = ""
    name: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class Identified:
    """The customer's locked row, and what the bill copies of it."""

    customer: Customer | None = None
    is_new: bool = False
    came_back: bool = False
    for_name: str = ""
    warning: str = ""


def identify(store: Store, buyer: Buyer) -> Identified:
    """Find or make the customer and lock the record.

    A different real name never renames the record: it is for or by whom the bill is. Raises Refused for a bad phone,
    name or e-mail, Missing for an unknown id, IsDeleted for a deleted one. Where the record itself can't be written,
    the sale goes on without one.
    """
    name = clean_name(buyer.name)
    if buyer.customer_id is not None:
        found = Found(Customer.objects.lock(store, buyer.customer_id))
    elif buyer.phone.strip() or is_real(name):
        try:
            found = Customer.objects.find_or_create(
                store=store, phone=buyer.phone, details={"name": name, "email": buyer.email}
            )
        except UNWRITABLE:
            return Identified(warning=NO_CUSTOMER)
    else:
        return Identified()
    another = is_real(name) and name.casefold() != found.customer.name.casefold()
    return Identified(found.customer, found.is_new, found.came_back, for_name=name if another else "")
