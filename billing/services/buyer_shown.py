"""What the counter says of the buyer of a cart."""

from dataclasses import dataclass

from billing.models import Cart
from customers.models import Customer
from customers.names import clean_name, is_real
from viveka.stores.errors import Refused
from viveka.stores.models import Store
from viveka.stores.phone import normalise_phone


@dataclass(slots=True)
class BuyerShown:
    """The buyer as typed and as found."""

    phone: str = ""
    name: str = ""
    customer: Customer | None = None
    for_name: str = ""
    """A real name typed that is not the record's: whom the bill is for."""
    new_phone: str = ""
    """E.164 of a valid number that is not on record yet."""
    bad_phone: str = ""
    """Why what was typed is no phone."""
    bad_name: str = ""
    named: Customer | None = None
    """Whom the name alone stands for."""
    is_new: bool = False
    came_back: bool = False


def show_buyer(store: Store, cart: Cart | None) -> BuyerShown:
    """Read what the cart knows of its buyer, at most three queries."""
    if cart is None:
        return BuyerShown()
    shown = BuyerShown(phone=cart.phone, name=cart.customer_name, customer=cart.customer)
    name = clean_name(cart.customer_name)
    if shown.customer:
        another = is_real(name) and name.casefold() != shown.customer.name.casefold()
        shown.for_name = name if another and is_real(shown.customer.name) else ""
    elif cart.phone:
        try:
            shown.new_phone = normalise_phone(cart.phone, store.region)
        except Refused as refusal:
            shown.bad_phone = refusal.message
    elif is_real(name) and (pk := Customer.objects.the_one_named(store, name)):
        shown.named = Customer.objects.of(store).filter(pk=pk).first()
    return shown
