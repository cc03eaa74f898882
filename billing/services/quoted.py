"""A sale with its prices, and what is wrong with it: what `quote` makes, the counter shows and the checkout bills."""

import hashlib
from dataclasses import dataclass, field
from decimal import Decimal

from billing.models import Batch, Product
from billing.services.asked import Allowance, SaleItem
from viveka.stores.errors import Conflict, Refused, RefusedFields
from viveka.stores.money import ZERO


class InsufficientStock(Conflict):
    """Fewer are left than were asked for."""


class BelowCost(Refused):
    """A typed price or a discount takes goods below what they cost."""


@dataclass(slots=True)
class QuotedLine:
    """A product at one price, with the batches that it comes from."""

    item: int
    product: Product
    price: Decimal
    quantity: Decimal
    parts: list[tuple[Batch, Decimal]]
    subtotal: Decimal
    cost: Decimal
    asked: SaleItem
    discount: Decimal = ZERO
    rounding: Decimal = ZERO
    short: Decimal = Decimal(0)
    """How much of it is not there; a batch to come will settle it."""
    is_below_cost: bool = False
    """A price that a person chose, or a discount, makes it bring less than a batch of it cost."""

    @property
    def paid(self) -> Decimal:
        """What it brings, after the discount (not the rounding)."""
        return self.subtotal - self.discount

    @property
    def figure(self) -> tuple[Decimal, Decimal]:
        """What it brings, as so much money for so much of it; a price that rounding raised is that of one."""
        whole = self.paid >= self.quantity * self.price
        return (self.price, Decimal(1)) if whole else (self.paid, self.quantity)

    @property
    def brings(self) -> Decimal:
        """What one of it brings, not rounded."""
        amount, quantity = self.figure
        return amount / quantity

    @property
    def word(self) -> Allowance | None:
        """The manager's word that it is sold by; None where none is needed."""
        return self.asked.allowance if self.is_below_cost else None

    @property
    def total(self) -> Decimal:
        return self.subtotal - self.discount + self.rounding


@dataclass(slots=True)
class Quote:
    """Lines in the order they were asked for, and what is wrong with them, by item.

    `discount` is all of it, on lines and on the whole; `rounding` takes the total to the whole rupee.
    """

    lines: list[QuotedLine] = field(default_factory=list)
    discount: Decimal = ZERO
    rounding: Decimal = ZERO
    short: dict[int, str] = field(default_factory=dict)
    refused: dict[int, tuple[str, str]] = field(default_factory=dict)  # item: (field, sentence)
    below_cost: set[int] = field(default_factory=set)
    """The items that are refused for this, and which a manager's word may let pass."""

    @property
    def subtotal(self) -> Decimal:
        return sum((line.subtotal for line in self.lines), ZERO)

    @property
    def total(self) -> Decimal:
        return self.subtotal - self.discount + self.rounding

    @property
    def total_cost(self) -> Decimal:
        return sum((line.cost for line in self.lines), ZERO)

    @property
    def is_sellable(self) -> bool:
        return bool(self.lines) and not self.short and not self.refused

    def of_item(self, item: int) -> list[QuotedLine]:
        return [line for line in self.lines if line.item == item]

    def digest(self) -> str:
        """A short fingerprint of what was shown: products, quantities, prices."""
        shown = [
            f"{line.product.pk}:{line.quantity:.3f}:{line.price:.2f}:{line.subtotal:.2f}"
            + (f":{line.short:.3f}" if line.short else "")
            for line in self.lines
        ]
        return hashlib.sha256("|".join([*shown, f"{self.discount:.2f}"]).encode()).hexdigest()[:16]

    def insist(self) -> None:
        """Raise what stands against selling this: every line is looked at before anything is said."""
        if self.refused:
            raise RefusedFields({f"saleItems.{item}.{name}": [text] for item, (name, text) in self.refused.items()})
        if self.short:
            refusal = InsufficientStock(" ".join(self.short.values()))
            refusal.errors = {f"saleItems.{item}.quantity": [text] for item, text in self.short.items()}
            raise refusal
