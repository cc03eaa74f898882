"""The customer that a call is about."""

from customers.models import Customer
from viveka.stores.errors import Missing
from viveka.stores.middleware import StoreRequest

NO_CUSTOMER = "No such customer."


def customer_at(request: StoreRequest, pk: int) -> Customer:
    """Of an address: one on record; of a merged record its survivor. Raises Missing, for a deleted one too."""
    customer = Customer.objects.led_to(request.store, pk).on_record().first()
    if customer is None:
        raise Missing(NO_CUSTOMER)
    return _in_store(request, customer)


def customer_named(request: StoreRequest, pk: int) -> Customer:
    """Of a body: a deleted one too, which the operation refuses when it locks the record. Raises Missing."""
    customer = Customer.objects.led_to(request.store, pk).first()
    if customer is None:
        raise Missing(NO_CUSTOMER, "customer_id")
    return _in_store(request, customer)


def _in_store(request: StoreRequest, customer: Customer) -> Customer:
    customer.store = request.store
    return customer
