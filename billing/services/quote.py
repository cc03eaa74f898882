"""What a cart costs: batches oldest first, prices, discount, and the rules that a sale must keep.

Pure: it reads the rows it is given and touches no database. The counter shows it, the checkout bills it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from itertools import groupby

from billing.models import Batch, Product
from billing.services.asked import SaleItem, sale_item
from billing.services.quoted import BelowCost, InsufficientStock, Quote, QuotedLine
from billing.services.worth import quantity_worth
from viveka.stores.errors import Refused
from viveka.stores.fifo import take_oldest_first
from viveka.stores.money import MAX_MONEY, MAX_QUANTITY, ZERO, show_quantity, spread, to_paisa

__all__ = ["BELOW_COST", "BelowCost", "InsufficientStock", "Quote", "QuotedLine", "SaleItem", "quote", "sale_item"]
ABOVE_MRP = "{name} can't be sold above its MRP of {mrp}."
HALF_PAISA = Decimal("0.005")
BELOW_COST = "{name} would be sold below the lowest price allowed. Raise the price or lower the discount."


def quote(
    items: Sequence[SaleItem],
    *,
    products: Mapping[int, Product],
    batches: Iterable[Batch],
    discount: Decimal = ZERO,
    is_rounded: bool = False,
) -> Quote:
    """Price the items out of `batches` (sellable ones, oldest first for each product).

    What is short or not allowed is noted per item, never raised, so that a screen can show all of it at once;
    `Quote.insist` raises it. A discount above the subtotal raises Refused. With `is_rounded` the total is a whole
    number of rupees.
    """
    shelf: dict[int, list[list]] = {}
    for batch in batches:
        shelf.setdefault(batch.product_id, []).append([batch, batch.remaining])
    result = Quote()
    for index, item in enumerate(items):
        _quote_item(result, index, item, products[item.product_id], shelf.get(item.product_id, []))
    if any(item.discount for item in items):
        _take_line_discounts(result, items)
    _take_discount(result, discount)
    if is_rounded:
        _round(result)
    for line in result.lines:
        _check_price(result, line)
    if max(result.subtotal, result.total_cost) > MAX_MONEY:
        result.refused.setdefault(0, ("quantity", f"The bill is above {MAX_MONEY}."))
    return result


def _quote_item(result: Quote, index: int, item: SaleItem, product: Product, shelf: list[list]) -> None:
    if not product.is_active:
        result.refused[index] = ("productId", f"{product.name} is not on sale.")
    elif not product.is_divisible and item.quantity % 1:
        result.refused[index] = ("quantity", f"{product.name} is sold whole: type 1, 2, 3 …")
    if item.amount is not None and index not in result.refused:
        item = _for_money(result, index, item, product, shelf)
    if not product.keeps_stock:
        parts: list[tuple[Batch | None, Decimal]] = [(None, item.quantity)]
    else:
        taken = take_oldest_first(((slot, slot[1]) for slot in shelf), item.quantity)
        for slot, part in taken.parts:
            slot[1] -= part
        if taken.missing and not product.may_be_short:
            result.short[index] = _told_short(product, shelf, item.quantity - taken.missing)
        parts = [(slot[0], part) for slot, part in taken.parts]
        if taken.missing and product.may_be_short:
            parts.append((None, taken.missing))
    for price, group in groupby(parts, key=lambda part: _price(item, product, part[0])):
        if price is None:
            result.refused.setdefault(index, ("price", f"{product.name} has no price yet. Type one."))
            continue
        result.lines.append(_line(index, item, product, price, list(group)))
    if item.amount is not None and not (index in result.short or index in result.refused):
        _make_exact(result.of_item(index), item.amount)


def _told_short(product: Product, shelf: list[list], got: Decimal) -> str:
    """Say how many are left; where items before took of them too, how many for all of these."""
    there = sum((batch.remaining for batch, _ in shelf), Decimal(0))
    if not there:
        return f"{product.name} is out of stock."
    return f"Only {show_quantity(there)} of {product.name} left{' for all its lines' if there > got else ''}."


def _for_money(result: Quote, index: int, item: SaleItem, product: Product, shelf: list[list]) -> SaleItem:
    """The item with the quantity that its money buys."""
    assert item.amount is not None
    if not product.is_divisible:
        result.refused[index] = ("quantity", f"{product.name} is sold whole: type how many, not for how much.")
        return item
    there: list[tuple[Batch | None, Decimal]] = []
    if product.keeps_stock:
        there = [(batch, remaining) for batch, remaining in shelf]
    if product.may_be_short and _price(item, product, None):
        there.append((None, MAX_QUANTITY))
    quantity = quantity_worth(item.amount, there, lambda batch: _price(item, product, batch))
    if quantity:
        return replace(item, quantity=quantity)
    if there or not product.keeps_stock or _price(item, product, None):
        result.refused[index] = ("quantity", f"{item.amount} does not buy {product.name} that can be measured.")
    return item


def _make_exact(lines: Sequence[QuotedLine], amount: Decimal) -> None:
    """The lines bring what was asked for, to the paisa: the rounding of the quantity is taken up by the subtotals."""
    exact = [line.quantity * line.price for line in lines]
    for line, part in zip(lines, spread(amount, exact), strict=True):
        line.subtotal = part


def _price(item: SaleItem, product: Product, batch: Batch | None) -> Decimal | None:
    if item.price is not None:
        return item.price
    batch = item.packet or batch
    if batch is not None and batch.selling_price is not None:
        return batch.selling_price
    return product.last_price if product.selling_price is None else product.selling_price


def _line(
    index: int, item: SaleItem, product: Product, price: Decimal, parts: list[tuple[Batch | None, Decimal]]
) -> QuotedLine:
    quantity = sum((part for _, part in parts), Decimal(0))
    kept = [(batch, part) for batch, part in parts if batch is not None]
    cost = to_paisa(sum((part * batch.cost_price for batch, part in kept), Decimal(0)))
    subtotal = to_paisa(quantity * price)
    line = QuotedLine(index, product, price, quantity, kept, subtotal, cost, item)
    if product.keeps_stock and len(kept) < len(parts):
        line.short = quantity - sum((part for _, part in kept), Decimal(0))
    return line


def _take_line_discounts(result: Quote, items: Sequence[SaleItem]) -> None:
    """The discount on an item over its lines: one for each price of its batches."""
    for index, item in enumerate(items):
        lines = result.of_item(index)
        if item.discount > sum((line.subtotal for line in lines), ZERO):
            result.refused.setdefault(index, ("discount", "The discount is more than the line."))
        elif item.discount:
            for line, part in zip(lines, spread(item.discount, [line.subtotal for line in lines]), strict=True):
                line.discount = part
            result.discount += item.discount


def _take_discount(result: Quote, discount: Decimal) -> None:
    """Spread the discount over the lines to the paisa, so that a return gives back what was really paid."""
    if discount > result.total:
        raise Refused(f"The discount is more than the bill of {result.total}.", "discount")
    if not discount:
        return
    for line, part in zip(result.lines, spread(discount, [line.total for line in result.lines]), strict=True):
        line.discount += part
    result.discount += discount


def _round(result: Quote) -> None:
    """To the nearest rupee, halves up, spread like a discount."""
    rounding = result.total.quantize(Decimal(1), ROUND_HALF_UP) - result.total
    if not rounding:
        return
    for line, part in zip(result.lines, spread(rounding, [line.total for line in result.lines]), strict=True):
        line.rounding = part
    result.rounding = rounding


def _check_price(result: Quote, line: QuotedLine) -> None:
    """Nothing above an MRP; a price that a person chose or lowered by a discount, not below cost either.

    The MRP is that of the packet in hand where one was named. A manager's word holds down to what it was about.
    """
    asked = line.asked
    batches = [asked.packet] if asked.packet else [batch for batch, _ in line.parts]
    mrps = [batch.mrp for batch in batches if batch.mrp is not None]
    if mrps and line.price > min(mrps):
        text = ABOVE_MRP.format(name=line.product.name, mrp=min(mrps))
        result.refused.setdefault(line.item, ("price", text))
    line.is_below_cost = _is_below(line, None)
    is_allowed = asked.allowance is not None and not _is_below(line, asked.allowance.least)
    if line.is_below_cost and not is_allowed and line.item not in result.refused:
        result.below_cost.add(line.item)
        result.refused[line.item] = ("price", BELOW_COST.format(name=line.product.name))


def _is_below(line: QuotedLine, allowed: Decimal | None) -> bool:
    """Whether a price that a person chose, or a discount, brings less than a batch of it cost; where a word allows less
    for one, less than that.

    A batch's share may miss half a paisa, which is what rounding the line takes.
    """
    asked = line.asked

    def least(batch: Batch) -> Decimal:
        return batch.cost_price if allowed is None else min(batch.cost_price, allowed)

    is_chosen = asked.price is not None or asked.packet is not None
    if is_chosen and any(line.price < least(batch) for batch, _ in line.parts):
        return True
    return bool(line.discount) and any(
        line.paid * part / line.quantity + HALF_PAISA < part * least(batch) for batch, part in line.parts
    )
