"""Goods come back: by a return, a void, in exchange for others, or without their bill."""

from collections import Counter
from decimal import Decimal as D
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from billing.models import Batch, Cart, Return
from billing.services.buyer import Buyer
from billing.services.credit_notes import NoteItem, note_credit
from billing.services.exchange import carry_return, read_coming
from billing.services.return_money import GiveBack
from billing.services.return_plan import ReturnItem
from billing.services.returns import return_goods, void_bill
from billing.tests.factories import money_of
from tests.machine.at_work import PICKS, SHARES, picked
from tests.machine.bills import Basket
from tests.machine.goods import COSTS, PIECES, WEIGHTS, measure
from tests.machine.sales import FILLING, MIXES, OFF, AtTheCounter
from tests.machine.shop import MONEY, NOTHING, Customer, Line, Lot, Paid, Parts, Sale, cost_of

WAYS = st.sampled_from(["cash", "cash", "upi", "card", "bank_transfer", "advance"])
Coming = list[tuple[Line, D, bool]]


class GoodsBack(AtTheCounter):
    """What is undone of bills."""

    @precondition(lambda self: self.shop.sales)
    @rule(
        number=PICKS, shares=st.lists(st.sampled_from([0, 30, 50, 100, 100, 100]), min_size=1, max_size=4),
        way=WAYS, restock=st.sampled_from([True, True, True, False]), over_debts=st.booleans(),
    )  # fmt: skip
    def take_back(self, number: int, shares: list[int], way: str, restock: bool, over_debts: bool) -> None:
        open_ones = [one for one in self.shop.sales if not one.is_gone]
        sale = picked(open_ones if open_ones and number % 16 else self.shop.sales, number)
        coming = self.choose(sale, shares, restock)
        told = {"bill_id": sale.pk, "give_back": GiveBack(way, over_debts=over_debts), **self.why()}
        with self.deed("take_back"):
            made = return_goods(items=asked(coming), **told).goods_return
            self.book_return(made, sale, coming, way, over_debts)

    @precondition(lambda self: self.shop.sales)
    @rule(number=PICKS, way=WAYS)
    def void(self, number: int, way: str) -> None:
        sale = picked(self.shop.sales[-6:], number)
        is_whole = not any(line.returned for line in sale.lines)
        told = {"bill_id": sale.pk, "give_back": GiveBack(way), **self.why()}
        with self.deed("void"):
            made = void_bill(**told).goods_return
            assert is_whole and sale.day == self.day
            self.book_return(made, sale, [(line, line.left, True) for line in sale.lines], way, False)

    @precondition(lambda self: any(not one.is_gone for one in self.shop.sales))
    @rule(number=PICKS, share=SHARES, filling=FILLING, off=OFF, way=WAYS, mix=MIXES, paid=SHARES, restock=st.booleans())
    def exchange(
        self, number: int, share: int, filling: Any, off: str, way: str, mix: str, paid: int, restock: bool
    ) -> None:
        """What comes back pays for what is taken instead; only the difference moves."""
        sale = picked([one for one in self.shop.sales if not one.is_gone], number)
        coming = self.choose(sale, [share, 100], restock)
        basket = self.fill(filling, off, sale.customer.phone if sale.customer else "")
        told = {"bill_id": sale.pk, "give_back": GiveBack(way), "machine": "m", **self.why()}
        if self.ask(carry_return, items=asked(coming), **told):
            basket.comes_back = (sale, coming, way)
            basket.covers = read_coming(
                Cart.objects.current(self.store, self.by, "m"), self.total_of(basket) or NOTHING
            ).covers
        basket.phone = sale.customer.phone if basket.comes_back and sale.customer else basket.phone
        self.complete(basket, mix, paid, "cash", "exchange" if basket.comes_back else "sell")

    @rule(
        number=PICKS, pieces=PIECES, weight=WEIGHTS, price=COSTS, cost=st.sampled_from([None, D("9.99")]), who=PICKS,
        place=st.sampled_from(["shelf", "shelf", "waste", "nowhere"]), way=WAYS, over_debts=st.booleans(),
    )  # fmt: skip
    def come_without_a_bill(
        self,
        number: int,
        pieces: D,
        weight: D,
        price: D,
        cost: D | None,
        who: int,
        place: str,
        way: str,
        over_debts: bool,
    ) -> None:
        goods = picked(self.shop.goods, number)
        quantity = measure(goods, pieces, weight)
        phone = self.whose(who)
        item = NoteItem(goods.pk, quantity, price, cost, place)
        told = {"give_back": GiveBack(way, over_debts=over_debts), "buyer": Buyer(phone=phone), **self.why()}
        with self.deed("come_without_a_bill"):
            note = note_credit(items=[item], **told).note
            self.meet_whoever_is_new()
            if goods.policy != "none" and place != "nowhere":
                row = Batch.objects.get(credit_note_line__note=note)
                assert row.cost_price == (goods.in_turn[-1].cost if cost is None else cost)
                lot = self.put_in(goods, row, settles=place == "shelf")
                lot.remaining = lot.remaining if place == "shelf" else NOTHING
                assert note.total_cost == cost_of([(lot, quantity)])
            self.book_note(note, self.known(phone), quantity * price, way, over_debts)

    # The shop's own books

    def why(self) -> dict[str, Any]:
        return {"store": self.store, "reason": "Too small", **self.told()}

    def choose(self, sale: Sale, shares: list[int], restock: bool) -> Coming:
        """Shares of what is left of each line."""
        coming = []
        for n, line in enumerate(sale.lines):
            quantity = line.left * shares[n % len(shares)] / 100
            quantity = quantity.quantize(D("0.001") if line.goods.is_divisible else D(1))
            if quantity:
                coming.append((line, quantity, restock))
        return coming

    def book_return(
        self, made: Return, sale: Sale, coming: Coming, way: str, over_debts: bool, exchanged: D = NOTHING
    ) -> D:
        """Goods and money; how much of it pays for new goods."""
        worth = cost = NOTHING
        for line, quantity, restock in coming:
            one, other = self.book_goods(line, quantity, restock)
            worth, cost = worth + one, cost + other
        assert (made.total, made.total_cost) == (worth, cost)
        parts = self.share_out(made, sale, worth, way, over_debts, exchanged)
        told: Counter[str] = Counter()
        for name, amount in money_of(made):
            told[name] += amount
        assert +told == +parts, (dict(told), dict(parts))
        return parts["exchange"]

    def book_goods(self, line: Line, quantity: D, restock: bool) -> tuple[D, D]:
        """Into the lots that they were taken from last; what no lot had given yet is owed to none now."""
        worth = line.worth(line.left) - line.worth(line.left - quantity)
        before = cost_of(line.out)
        line.returned += quantity
        short = min(line.short, quantity)
        line.short -= short
        quantity -= short
        line.goods.waiting = [one for one in line.goods.waiting if one.short]
        out: Parts = []
        for lot, part in reversed(merged(line.out)):
            back = min(part, quantity)
            quantity -= back
            lot.remaining += back if restock and line.goods.policy != "none" else NOTHING  # a service has no shelf
            if part > back:
                out.insert(0, (lot, part - back))
        line.out = out
        cost = before - cost_of(out)
        line.worth_back += worth
        line.cost_back += cost
        return worth, cost

    def share_out(self, made: Return, sale: Sale, value: D, way: str, over_debts: bool, exchanged: D) -> "Counter[str]":
        """The order of the house."""
        parts: Counter[str] = Counter()

        def take(name: str, available: D) -> D:
            nonlocal value
            part = max(min(value, available), NOTHING)
            value -= part
            parts[name] += part
            return part

        if sale.debt:
            sale.debt.balance -= take("debt", sale.debt.balance)
        self.restore(sale, take)
        came = max(sale.came_in, NOTHING)
        gone = take("exchange", min(came, exchanged))
        for debt in [] if over_debts or not sale.customer else sale.customer.open_debts:
            if debt is not sale.debt:
                part = take("other_debt", min(debt.balance, came - gone))
                gone += part
                self.lower(debt, part)
        money = take(way, came - gone)
        sale.gave_up -= take("given_up", sale.gave_up)
        kept = take("advance", value)
        assert not value
        if way == "advance":
            kept += money
        else:
            self.give("money_back", made.money, way, money)
            gone += money
        sale.came_in -= gone + kept
        if kept:
            sale.customer.held += kept
        sale.ways |= set(+parts)
        return parts

    def give(self, kind: str, rows: Any, way: str, amount: D) -> None:
        self.shop.move(way, -amount, self.session)
        if amount:
            self.shop.given_back.append(Paid(kind, rows.get(way=way).pk, -amount, way, self.session))

    def restore(self, sale: Sale, take: Any) -> None:
        """What the bill used of the balance, then what payments of its debt did, the last one first."""
        customer = sale.customer
        part = take("restored", sale.used - sale.restored["bill"])
        sale.restored["bill"] += part
        if part:
            customer.held += part
        paid = [one for one in customer.paid if one.mode == "advance" and not one.is_undone] if customer else []
        for one in sorted(paid, key=lambda one: one.at, reverse=True):
            share = sum((part for debt, part in one.parts if debt is sale.debt), NOTHING)
            part = take("restored", min(share - sale.restored[one], one.amount - one.restored))
            sale.restored[one] += part
            one.restored += part
            customer.held += part

    def lower(self, debt: Any, part: D) -> None:
        """By goods that the customer brought: as good as money for the bill of that debt."""
        debt.balance -= part
        if debt.sale:
            debt.sale.came_in += part

    def book_note(self, note: Any, customer: Customer | None, worth: D, way: str, over_debts: bool) -> None:
        worth = worth.quantize(D("0.01"), "ROUND_HALF_UP")
        assert note.total == worth
        for debt in [] if over_debts or not customer else customer.open_debts:
            part = min(worth, debt.balance)
            worth -= part
            self.lower(debt, part)
        if way in MONEY:
            self.give("note_money", note.money, way, worth)
        elif worth:
            customer.held += worth

    def book(self, bill: Any, basket: Basket, tenders: Any, exchanged: D = NOTHING) -> Sale:
        """What comes back in exchange does so first: its goods may be sold again at once."""
        if basket.comes_back:
            sale, coming, way = basket.comes_back
            made = Return.objects.filter(bill=sale.pk).latest("created_at")
            exchanged = self.book_return(made, sale, coming, way, False, bill.total)
            assert made.money.filter(way="exchange").exists() == bool(exchanged)
        return super().book(bill, basket, tenders, exchanged)


def merged(parts: Parts) -> Parts:
    """One entry for each lot, at its first place."""
    sums: dict[int, tuple[Lot, D]] = {}
    for lot, part in parts:
        sums[lot.pk] = (lot, part + sums.get(lot.pk, (lot, NOTHING))[1])
    return list(sums.values())


def asked(coming: Coming) -> list[ReturnItem]:
    return [ReturnItem(line.pk, quantity, restock) for line, quantity, restock in coming]
