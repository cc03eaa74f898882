"""What a credit note takes back: each item judged, what it is worth and what it costs."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from billing.models import Batch, Product
from viveka.stores.errors import Refused, RefusedFields
from viveka.stores.money import MAX_MONEY, MAX_QUANTITY, MIN_QUANTITY, ZERO, to_paisa

SHELF, WASTE, NOWHERE = "shelf", "waste", "nowhere"
PLACES = (SHELF, WASTE, NOWHERE)
"""Where goods go: to the shelf, to waste, or nowhere (they are counted in the stock already, as of an older system)."""


@dataclass(frozen=True, slots=True)
class NoteItem:
    """So much of a product at the price given for it. `cost` is of one; None: what the last batch cost."""

    product_id: int
    quantity: Decimal
    price: Decimal
    cost: Decimal | None = None
    place: str = SHELF


@dataclass(slots=True)
class NoteLine:
    """An item judged: what it is worth and what it costs."""

    item: NoteItem
    product: Product
    last: Batch | None
    cost_price: Decimal

    @property
    def total(self) -> Decimal:
        return to_paisa(self.item.quantity * self.item.price)

    @property
    def comes_in(self) -> bool:
        return self.product.keeps_stock and self.item.place != NOWHERE

    @property
    def cost(self) -> Decimal:
        return to_paisa(self.item.quantity * self.cost_price) if self.comes_in else ZERO


def judge(items: Sequence[NoteItem], products: dict[int, Product]) -> list[NoteLine]:
    """Every line is looked at before anything is said. Raises RefusedFields."""
    last = _last_batches(products)
    errors: dict[str, list[str]] = {}
    lines = []
    for n, item in enumerate(items):
        product, batch = products[item.product_id], last.get(item.product_id)
        cost = item.cost if item.cost is not None else batch.cost_price if batch else None
        line = NoteLine(item, product, batch, cost or ZERO)
        if wrong := _wrong(item, product, line, cost):
            errors[f"items.{n}.{wrong[0]}"] = [wrong[1]]
        lines.append(line)
    coming: dict[int, Decimal] = {}
    for line in lines:
        coming[line.product.pk] = coming.get(line.product.pk, ZERO) + line.item.quantity
    for n, line in enumerate(lines):
        if line.product.current_stock + coming[line.product.pk] > MAX_QUANTITY:
            errors.setdefault(f"items.{n}.quantity", ["There would be more on the shelf than can be counted."])
    if errors:
        raise RefusedFields(errors)
    if max(sum((line.total for line in lines), ZERO), sum((line.cost for line in lines), ZERO)) > MAX_MONEY:
        raise Refused(f"The credit note is above {MAX_MONEY}.", "items")
    return lines


def _wrong(item: NoteItem, product: Product, line: NoteLine, cost: Decimal | None) -> tuple[str, str] | None:
    """The field and the sentence that stand against a line."""
    if not MIN_QUANTITY <= item.quantity <= MAX_QUANTITY:
        return "quantity", f"A quantity is between {MIN_QUANTITY} and {MAX_QUANTITY}."
    if not product.is_divisible and item.quantity % 1:
        return "quantity", f"{product.name} is sold whole: type 1, 2, 3 …"
    if not ZERO <= item.price <= MAX_MONEY:
        return "price", "The price is 0 or more."
    if item.place not in PLACES:
        return "place", f"Goods go to one of {', '.join(PLACES)}."
    if line.comes_in and cost is None:
        return "cost", f"{product.name} was never received. Type what one of it costs."
    if cost is not None and not ZERO <= cost <= MAX_MONEY:
        return "cost", "The cost is 0 or more."
    return None


def _last_batches(products: dict[int, Product]) -> dict[int, Batch]:
    """The batch of each product that was received last; one query."""
    newest = Batch.objects.filter(product__in=products).order_by("product_id", "-received_at", "-id")
    return {batch.product_id: batch for batch in newest.distinct("product_id")}
