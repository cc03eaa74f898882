"""Goods come in, are counted, spoil, and change their policy."""

from datetime import timedelta
from decimal import Decimal as D
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from billing.models import Batch, Product
from billing.services.adjusting import Why, adjust_batch, adjust_product, write_off_expired
from billing.services.products import update_product
from tests.machine.at_work import PICKS, AtWork, picked
from tests.machine.shop import NOTHING, Goods

PIECES = st.integers(1, 6).map(D)
WEIGHTS = st.decimals("0.001", 4, places=3)
COSTS = st.decimals(0, 60, places=2)
PRICES = st.sampled_from([None, D("60"), D("75.50"), D("110"), D("160.10")])


def measure(goods: Goods, pieces: D, weight: D) -> D:
    return weight if goods.is_divisible else pieces


class GoodsIn(AtWork):
    """What happens at the shelves."""

    @property
    def shelved(self) -> list[Goods]:
        return [one for one in self.shop.goods if one.policy != "none"]

    @rule(
        number=PICKS, pieces=PIECES, weight=WEIGHTS, cost=COSTS, price=PRICES, has_mrp=st.booleans(),
        days_ago=st.sampled_from([0, 0, 0, 1, 12]), keeps=st.sampled_from([None, None, -1, 0, 2]),
    )  # fmt: skip
    def receive(
        self,
        number: int,
        pieces: D,
        weight: D,
        cost: D,
        price: D | None,
        days_ago: int,
        keeps: int | None,
        has_mrp: bool,
    ) -> None:
        goods = picked(self.shelved, number)
        self.told()
        more = {
            "mrp": price if has_mrp else None,
            "expiry_date": None if keeps is None else self.day + timedelta(keeps),
        }
        at = self.now - timedelta(days=days_ago)
        with self.deed("receive"):
            self.receive_lot(goods, measure(goods, pieces, weight), cost, price, at, **more)

    @rule(number=PICKS, pieces=PIECES, weight=WEIGHTS, kind=st.sampled_from(["damaged", "counted", "lost", "found"]))
    def adjust_one_lot(self, number: int, pieces: D, weight: D, kind: str) -> None:
        lot, goods = picked([(lot, goods) for goods in self.shelved for lot in goods.lots], number)
        why = Why(kind, self.by, self.told()["now"])
        quantity = measure(goods, pieces, weight)
        with self.deed("adjust_one_lot"):
            adjust_batch(store=self.store, batch_id=lot.pk, quantity=quantity, why=why)
            change = {"counted": quantity - lot.remaining, "found": quantity}.get(kind, -quantity)
            lot.remaining += change
            assert NOTHING <= lot.remaining <= lot.quantity

    @rule(
        number=PICKS, pieces=PIECES, weight=WEIGHTS, kind=st.sampled_from(["own_use", "counted", "found"]),
        cost=st.sampled_from([None, D("12.34")]),
    )  # fmt: skip
    def adjust_the_product(self, number: int, pieces: D, weight: D, kind: str, cost: D | None) -> None:
        goods = picked(self.shelved, number)
        why = Why(kind, self.by, self.told()["now"])
        quantity = measure(goods, pieces, weight)
        change = {"counted": quantity - goods.stock, "found": quantity}.get(kind, -quantity)
        with self.deed("adjust_the_product"):
            adjust_product(store=self.store, product_id=goods.pk, quantity=quantity, why=why, cost_price=cost)
            if change < 0:
                assert goods.take(-change, None)[1] == 0
            else:
                self._find(goods, change, cost)

    def _find(self, goods: Goods, quantity: D, cost: D | None) -> None:
        """Back into the lots that were fuller once, the newest first; the rest is a lot of its own."""
        newest_first = goods.in_turn[::-1]
        for lot in [] if goods.short else newest_first:
            part = min(lot.quantity - lot.remaining, quantity) if lot.is_good(self.day) else NOTHING
            lot.remaining += part
            quantity -= part
        if quantity:
            row = Batch.objects.filter(product=goods.pk).latest("pk")
            assert row.pk not in {lot.pk for lot in goods.lots}
            assert (row.quantity, row.cost_price) == (quantity, newest_first[0].cost if cost is None else cost)
            self.put_in(goods, row, settles=True)

    def write_off_what_expired(self, told: dict[str, Any]) -> None:
        lots = [lot for goods in self.shop.goods for lot in goods.lots]
        with self.deed("write_off_what_expired"):
            write_off_expired(store=self.store, batch_ids=[lot.pk for lot in lots], **told)
            for lot in lots:
                lot.remaining = lot.remaining if lot.is_good(self.day) else NOTHING

    def change_policy(self, number: int, policy: str) -> None:
        goods = picked(self.shop.goods, number)
        with self.deed("change_policy"):
            update_product(product=Product.objects.get(pk=goods.pk), stock_policy=policy)
            goods.policy = policy

    @rule(number=PICKS, what=st.sampled_from(["3", "24", "60", "expired", "refuse", "allow", "allow", "none"]))
    def meanwhile(self, number: int, what: str) -> None:
        """Time passes, shelves are looked through, a product is sold in another way."""
        if what.isdigit():
            self.now += timedelta(hours=int(what))
        elif what == "expired":
            self.write_off_what_expired(self.told())
        else:
            self.change_policy(number, what)
