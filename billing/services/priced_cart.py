"""A cart as the cashier sees it: each line with the batches behind it, what is short, what it costs."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from billing.models import Batch, Cart, CartLine, Product
from billing.services.asked import side_by_side
from billing.services.quote import Quote, QuotedLine, SaleItem, quote, sale_item
from billing.services.stock import note_last_prices
from viveka.stores.errors import Refused
from viveka.stores.models import Store
from viveka.stores.money import SYMBOLS, ZERO, show_quantity


@dataclass(frozen=True, slots=True)
class PricedPart:
    """So much of one batch at one price; `batch` is None for a service, and for what is not there."""

    quantity: Decimal
    price: Decimal
    batch: Batch | None
    is_short: bool = False


@dataclass(frozen=True, slots=True)
class Packet:
    """A price that may be printed on the packet in hand."""

    batch: Batch
    price: Decimal
    is_taken: bool
    """The line is sold at it."""


@dataclass(slots=True)
class PricedLine:
    """A line of the cart with its price. `errors` and `typed` are what a form about it said, by field."""

    line: CartLine
    quoted: list[QuotedLine]
    message: str = ""
    """Why it can't be sold as it stands: short, below the lowest price, not on sale."""
    errors: dict[str, str] = field(default_factory=dict)
    typed: dict[str, str] = field(default_factory=dict)
    sign: str = "="
    """What stands before money, where a line is sold for an amount."""
    packets: list[Packet] = field(default_factory=list)
    """The prices to choose from, for showing."""
    was: str = ""
    """How the line read when the cashier confirmed it, where that has changed since."""
    refused: tuple[str, str] = ("", "")
    """What about it is against a rule (field, sentence)."""
    needs_word: bool = False
    """That rule is that it goes below cost: a manager's word may let it pass."""
    is_split: bool = False
    """Another line is of the same product, at another price."""

    @property
    def parts(self) -> list[PricedPart]:
        parts = []
        for line in self.quoted:
            taken: Sequence[tuple[Batch | None, Decimal]] = line.parts
            if not line.parts and not line.short:
                taken = [(None, line.quantity)]
            parts += [PricedPart(quantity, line.price, batch) for batch, quantity in taken]
            if line.short:
                parts.append(PricedPart(line.short, line.price, None, is_short=True))
        return parts

    @property
    def total(self) -> Decimal:
        """With the discount on this line, without its share of that on the whole and of rounding."""
        return sum((line.subtotal for line in self.quoted), ZERO) - self.line.discount

    @property
    def called(self) -> str:
        """The product; with the price where that tells its lines apart."""
        name = self.line.product.name
        return f"{name} at {' and '.join(map(str, self.prices))}" if self.is_split and self.prices else name

    @property
    def pin_prefix(self) -> str:
        """What tells a manager's boxes at this line from those at others."""
        return f"line-{self.line.pk}-"

    @property
    def others(self) -> list[Packet]:
        """The packets that one out of several pieces may be, rather than what the line is sold as."""
        return [packet for packet in self.packets if not packet.is_taken] if self.line.quantity > 1 else []

    @property
    def prices(self) -> list[Decimal]:
        """Each price once, in the order of the batches."""
        return list(dict.fromkeys(line.price for line in self.quoted))

    @property
    def reading(self) -> str:
        """The line in words: `3 × 100.00 + 2 × 110.00`."""
        return " + ".join(f"{show_quantity(line.quantity)} × {line.price}" for line in self.quoted) or "nothing"

    @property
    def shown_discount(self) -> str:
        return self.typed.get("discount") or (str(self.line.discount) if self.line.discount else "")

    @property
    def shown_quantity(self) -> str:
        if self.line.amount is not None:
            return self.typed.get("quantity") or f"{self.sign}{show_quantity(self.line.amount)}"
        return self.typed.get("quantity") or show_quantity(self.line.quantity)

    @property
    def shown_price(self) -> str:
        typed = "" if self.line.price is None else str(self.line.price)
        return self.typed.get("price") or typed


@dataclass(slots=True)
class PricedCart:
    """All lines with what they add up to; `cart` is None before the first product."""

    cart: Cart | None
    lines: list[PricedLine]
    quote: Quote
    discount_error: str = ""
    """Why the discount on the whole can't be taken."""
    typed_discount: str = ""

    @property
    def is_sellable(self) -> bool:
        return self.quote.is_sellable and not self.discount_error

    @property
    def shown_discount(self) -> str:
        given = str(self.cart.discount) if self.cart and self.cart.discount else ""
        return self.typed_discount or given

    @property
    def items(self) -> Decimal:
        """How many things are in it: the quantities of what is sold whole, and one for each line that is weighed."""
        return sum(
            (Decimal(1) if one.line.product.is_divisible else one.line.quantity for one in self.lines), Decimal(0)
        )

    @property
    def at_hand(self) -> int | None:
        """The key of the line that was touched last."""
        lines = [one.line for one in self.lines]
        return max(lines, key=lambda line: (line.updated_at, line.pk)).pk if lines else None

    def line(self, pk: int) -> PricedLine | None:
        return next((one for one in self.lines if one.line.pk == pk), None)

    def compare(self, seen: Sequence[str]) -> None:
        """Mark the lines that no longer read as they did; `seen` holds `<line>:<reading>` for each line shown."""
        readings = dict(entry.split(":", 1) for entry in seen if ":" in entry)
        for one in self.lines:
            reading = readings.get(str(one.line.pk), "not in the cart")
            if reading != one.reading:
                one.was = reading[:200]


def read_cart(store: Store, cart: Cart | None, day: date) -> PricedCart:
    """The cart with the prices of that day, for showing: nothing is locked. Two queries, whatever its size."""
    lines = side_by_side(cart.lines.select_related("product", "packet")) if cart else []
    shelves = [line.product_id for line in lines if line.product.keeps_stock]
    note_last_prices(line.product for line in lines)
    items = [sale_item(line, store) for line in lines]
    shelf: dict[str, Any] = {
        "products": {line.product_id: line.product for line in lines},
        "batches": _batches(shelves, day),
        "is_rounded": store.rounds_to_rupee,
    }
    discount, too_much = cart.discount if cart else ZERO, ""
    try:
        priced = quote(items, discount=discount, **shelf)
    except Refused as refusal:  # lines went since it was given
        priced, too_much = quote(items, **shelf), refusal.message
    told = [
        PricedLine(
            line, priced.of_item(n), priced.short.get(n) or priced.refused.get(n, ("", ""))[1],
            sign=SYMBOLS.get(store.currency, "="), refused=priced.refused.get(n, ("", "")),
            needs_word=n in priced.below_cost,
        )
        for n, line in enumerate(lines)
    ]  # fmt: skip
    of_product = Counter(line.product_id for line in lines)
    for one in told:
        one.is_split = of_product[one.line.product_id] > 1
    return PricedCart(cart, told, priced, too_much)


def price_each(products: Sequence[Product], day: date) -> list[tuple[Product, Decimal | None]]:
    """Each product with the price of the next one sold; None where there is none to sell, or no price."""
    shelves = [product.pk for product in products if product.keeps_stock]
    note_last_prices(products)
    items = [SaleItem(product.pk, Decimal(1)) for product in products]
    priced = quote(items, products={product.pk: product for product in products}, batches=_batches(shelves, day))
    first = [next(iter(priced.of_item(n)), None) for n in range(len(products))]
    return [(product, line.price if line else None) for product, line in zip(products, first, strict=True)]


def _batches(shelves: Sequence[int], day: date) -> list[Batch]:
    return list(Batch.objects.filter(product_id__in=shelves).sellable(day).oldest_first()) if shelves else []
