"""Several lines of one product in a cart, one for each price: found and put together. The cart is locked."""

from decimal import Decimal

from billing.models import Batch, CartLine
from billing.services.packets import packet_price
from billing.services.priced_cart import PricedCart
from viveka.stores.errors import Refused
from viveka.stores.money import MAX_QUANTITY, ZERO, spread


def of_the_same_price(line: CartLine) -> CartLine | None:
    """Another line that would be the same as this one, with the price as it is on this object."""
    lines = line.cart.lines.filter(product=line.product_id, packet=line.packet_id, price=line.price)
    if line.price is None:
        lines = line.cart.lines.filter(product=line.product_id, packet=line.packet_id, price__isnull=True)
    return lines.exclude(pk=line.pk).first()


def of_the_packet(line: CartLine, packet: Batch, priced: PricedCart) -> CartLine | None:
    """Another line of the product, all of which is sold at the price of this packet."""
    wanted = packet_price(packet, line.product)
    for one in priced.lines:
        other = one.line
        if other.product_id != line.product_id or other.pk == line.pk or other.price is not None:
            continue
        if other.packet_id == packet.pk or one.prices == [wanted]:
            other.cart, other.product = line.cart, line.product
            return other
    return None


def join(line: CartLine, other: CartLine) -> None:
    """Add what is in the other line to this one, which is still to be written; the other is gone, and with it any
    manager's word about the two.

    Raises Refused where that is more than can be sold.
    """
    line.quantity += other.quantity
    if line.quantity > MAX_QUANTITY:
        raise Refused(f"Quantity is at most {MAX_QUANTITY}.", "quantity")
    line.discount += other.discount
    line.amount = None
    line.forget_word()
    if other.pk:
        other.delete()


def one_off(line: CartLine) -> CartLine:
    """One piece off a line of several, with its part of the discount: a line of its own, not written; this one is."""
    part = spread(line.discount, [line.quantity - 1, Decimal(1)])[1] if line.discount else ZERO
    line.quantity, line.discount = line.quantity - 1, line.discount - part
    line.save(update_fields=["quantity", "discount"])
    return CartLine(
        store_id=line.store_id, cart=line.cart, product=line.product, quantity=Decimal(1), discount=part,
        served_by_id=line.served_by_id,
    )  # fmt: skip
