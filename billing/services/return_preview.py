"""What a return would do, for showing it beforehand; nothing is locked or written."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from billing.models import Bill, Way
from billing.models.returns import MONEY_OUT
from billing.services.return_money import GiveBack, Part, read_settlement, share_out
from billing.services.return_plan import ReturnItem, goods_out, plan_lines
from billing.services.shortages import open_shortages
from viveka.stores.money import ZERO


@dataclass(frozen=True, slots=True)
class Preview:
    """What the goods are worth, and where that goes."""

    total: Decimal
    parts: list[Part]


def preview_return(bill: Bill, items: Sequence[ReturnItem], chosen: GiveBack, *, exchanged: Decimal = ZERO) -> Preview:
    """Where it goes if new goods for `exchanged` are taken instead. Raises what the return itself would raise."""
    lines = {line.pk: line for line in bill.lines.select_related("product")}
    products = {line.product_id: line.product for line in lines.values()}
    asked = [item.line_id for item in items]
    planned = plan_lines(items, lines, products, goods_out(asked), open_shortages(asked))
    total = sum((one.total for one in planned), ZERO)
    return Preview(total, share_out(total, read_settlement(bill), chosen, exchanged=exchanged))


def default_method(bill: Bill) -> str:
    """How most of the bill's money came in, or cash."""
    came = [one for one in bill.payments.all() if one.method in MONEY_OUT]
    return max(came, key=lambda one: one.amount).method if came else str(Way.CASH)
