"""What packets of a product the customer may hold: batches whose price is another than that of the oldest."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from django.db.models import Case, Q, Value, When, Window
from django.db.models.functions import RowNumber

from billing.models import Batch, Product
from billing.services.priced_cart import Packet, PricedLine

NEWEST = 6
"""Of each product: first those on the shelf, then those that are sold out by the books."""


def show_packets(lines: Sequence[PricedLine], day: date) -> None:
    """Put the other prices to choose from into each line, lowest first; what is loose has no packet. One query."""
    packed = [one.line.product for one in lines if not one.line.product.is_divisible]
    wanted = {product.pk for product in packed if product.keeps_stock}
    batches: dict[int, list[Batch]] = {}
    for batch in _newest(wanted, day) if wanted else ():
        batches.setdefault(batch.product_id, []).append(batch)
    for one in lines:
        one.packets = _of(one, batches.get(one.line.product_id, []))


def packet_price(batch: Batch, product: Product) -> Decimal | None:
    """What is printed on the packets of a batch; None where it has no price."""
    return batch.selling_price if batch.selling_price is not None else product.selling_price


def _newest(products: Iterable[int], day: date) -> Iterable[Batch]:
    """Sold out or not: what is left in the books is not always what is left on the shelf."""
    first_there = Case(When(remaining__gt=0, then=Value(0)), default=Value(1))
    place = Window(RowNumber(), partition_by="product_id", order_by=[first_there, "-received_at", "-id"])
    fresh = Batch.objects.filter(Q(expiry_date__isnull=True) | Q(expiry_date__gte=day), product_id__in=list(products))
    return fresh.annotate(place=place).filter(place__lte=NEWEST).order_by("-received_at", "-id")


def _of(one: PricedLine, batches: Sequence[Batch]) -> list[Packet]:
    chosen = one.line.packet
    by_price: dict[Decimal, Batch] = {}
    for batch in [chosen, *batches] if chosen else batches:
        price = packet_price(batch, one.line.product)
        if price is not None:
            by_price.setdefault(price, batch)
    is_typed = one.line.price is not None
    packets = [
        Packet(batch, price, not is_typed and chosen is not None and chosen.pk == batch.pk)
        for price, batch in sorted(by_price.items(), key=lambda entry: entry[0])
    ]
    return [packet for packet in packets if packet.is_taken or [packet.price] != one.prices]
