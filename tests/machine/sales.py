"""Sales at the counter, in all their forms, by the steps that the screen takes."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP
from decimal import Decimal as D
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from billing.models import Bill, Cart, CartLine
from billing.services import carts
from billing.services.checkout import Terms, complete_cart
from billing.services.discounts import discount_cart, discount_line
from billing.services.held_carts import hold_cart, take_up_cart
from billing.services.line_terms import set_price, set_worth
from billing.services.open_items import add_open_item
from billing.services.priced_cart import read_cart
from billing.services.tender import Tender
from customers.models import Customer as CustomerRow
from debts.models import DebtPayment
from tests.machine.at_work import METHODS, PICKS, SHARES, done, picked
from tests.machine.goods import PIECES, WEIGHTS, GoodsIn, measure
from tests.machine.shop import MONEY, NOTHING, Customer, Debt, Goods, Line, Paid, Parts, Sale, cost_of, to_paisa
from viveka.stores.errors import Refused


@dataclass(eq=False)
class Wanted:
    """A line of the cart."""

    goods: Goods
    quantity: D | None
    amount: D | None = None
    price: D | None = None
    discount: str = ""
    off: D = NOTHING


@dataclass(eq=False)
class Basket:
    """A cart, as it was filled."""

    cart: Any
    lines: list[Wanted]
    phone: str
    off: D = NOTHING
    comes_back: Any = None
    covers: D = NOTHING


WANTED = st.tuples(
    PICKS, PIECES, WEIGHTS, st.sampled_from([None, None, None, D("20"), D("33.33")]),
    st.sampled_from([None, None, None, None, D("99.50"), D("130")]), st.sampled_from(["", "", "", "", "1.37", "3%"]),
)  # fmt: skip
FILLING = st.lists(WANTED, min_size=1, max_size=3, unique_by=lambda one: one[0] % len("abcde"))
OFF = st.sampled_from(["", "", "", "", "2.50", "5%"])
MIXES = st.sampled_from(
    ["money", "money", "money", "credit", "mixed", "balance", "balance", "above", "debts", "ahead", "all"]
)


class AtTheCounter(GoodsIn):
    """Carts become bills."""

    def __init__(self) -> None:
        super().__init__()
        self.held: list[Basket] = []

    # What a sale is

    @rule(filling=FILLING, off=OFF, who=PICKS, mix=MIXES, share=SHARES, method=METHODS)
    def sell(self, filling: Any, off: str, who: int, mix: str, share: int, method: str) -> None:
        self.serve(filling, off, self.whose(who), mix, share, method)

    @rule(filling=FILLING, who=PICKS, share=SHARES, method=METHODS)
    def sell_on_credit(self, filling: Any, who: int, share: int, method: str) -> None:
        self.serve(filling, "", picked(self.shop.customers, who).phone, "credit", share, method)

    @rule(filling=FILLING, who=PICKS, share=SHARES, method=METHODS)
    def sell_ahead(self, filling: Any, who: int, share: int, method: str) -> None:
        """To who has paid ahead, as far as it goes."""
        customer = picked(sorted(self.shop.customers, key=lambda one: -one.held), who % 2)
        self.serve(filling, "", customer.phone, "balance", share, method)

    def serve(self, filling: Any, off: str, phone: str, mix: str, share: int, method: str) -> None:
        basket = self.fill(filling, off, phone)
        self.complete(basket, mix, share, method, "sell")

    @rule(filling=FILLING, off=OFF, who=PICKS)
    def put_aside(self, filling: Any, off: str, who: int) -> None:
        self.held.append(self.fill(filling, off, self.whose(who)))
        hold_cart(store=self.store, by=self.by, machine="m", now=self.told()["now"])
        self.meet_whoever_is_new()

    @precondition(lambda self: self.held)
    @rule(number=PICKS, mix=MIXES, share=SHARES, method=METHODS)
    def recall(self, number: int, mix: str, share: int, method: str) -> None:
        basket = self.held.pop(number % len(self.held))
        self.by, self.other = self.other, self.by  # whoever serves takes it up
        take_up_cart(
            store=self.store, by=self.by, machine="m", cart_id=basket.cart.pk, now=self.told()["now"]
        )  # fmt: skip
        self.complete(basket, mix, share, method, "recall")
        self.by, self.other = self.other, self.by

    @rule(price=st.decimals("0.01", 80, places=2), pieces=PIECES, who=PICKS, mix=MIXES, method=METHODS)
    def sell_what_is_not_listed(self, price: D, pieces: D, who: int, mix: str, method: str) -> None:
        """By its price alone; it becomes a product without stock."""
        told = self.told()
        row = add_open_item(store=self.store, by=told["by"], machine="m", price=price, barcode=f"89{who % 4}")
        goods = next((one for one in self.shop.goods if one.pk == row.pk), None)
        if goods is None:
            goods = Goods(row.pk, row.name, "pc", "none", price)
            self.shop.goods.append(goods)
        cart = Cart.objects.current(self.store, self.by, "m")
        line = CartLine.objects.get(cart=cart)
        carts.set_quantity(store=self.store, by=self.by, machine="m", line_id=line.pk, quantity=pieces)
        phone = self.whose(who)
        carts.set_buyer(store=self.store, by=self.by, machine="m", phone=phone, name="", commit=False)
        self.complete(Basket(cart, [Wanted(goods, pieces, price=price)], phone), mix, 50, method, "open_item")

    def whose(self, who: int) -> str:
        """The phone typed: of one on record (of a record that was merged too), a new one, or none."""
        known = [one.phone for one in self.shop.customers + self.shop.gone]
        if who % 4 == 0:
            return ""
        if who % 23 == 0 and len(known) < 6:
            return f"98450{len(known):05d}"
        return picked(known, who // 4)

    def fill(self, filling: Any, off: str, phone: str) -> Basket:
        """Put it all into the cart as the screen does. What is refused on the way is left as it was."""
        here: dict[str, Any] = {"store": self.store, "by": self.by, "machine": "m"}
        now = self.told()["now"]
        lines = []
        for number, pieces, weight, amount, price, discount in filling:
            goods = self.shop.goods[number % 5]
            carts.add_to_cart(**here, product_id=goods.pk)
            cart = Cart.objects.current(self.store, self.by, "m")
            line = {**here, "line_id": cart.lines.get(product=goods.pk).pk}
            one = Wanted(goods, measure(goods, pieces, weight))
            carts.set_quantity(**line, quantity=one.quantity)
            if price is not None and self.is_taken(lambda: set_price(**line, price=price, now=now)):  # noqa: B023
                one.price = price
            if amount is not None and self.is_taken(lambda: set_worth(**line, amount=amount, now=now)):  # noqa: B023
                one.quantity, one.amount = None, amount
            if discount and self.is_taken(lambda: discount_line(**line, typed=discount, now=now)):  # noqa: B023
                one.discount = discount
                one.off = CartLine.objects.get(pk=line["line_id"]).discount
            lines.append(one)
        basket = Basket(cart, lines, phone)
        if phone:
            carts.set_buyer(**here, phone=phone, name="", commit=False)
        if off and self.is_taken(lambda: discount_cart(**here, typed=off, now=now)):
            basket.off = Cart.objects.get(pk=cart.pk).discount
        return basket

    def is_taken(self, ask: Any) -> bool:
        try:
            ask()
        except Refused:
            return False
        return True

    # What a bill is

    def complete(self, basket: Basket, mix: str, share: int, method: str, name: str) -> Sale | None:
        """Pay for the cart; what can't be billed is given up, and the next one begins with an empty cart."""
        customer = self.known(basket.phone)
        total = self.total_of(basket)
        if total is None:
            tenders = [Tender(method)]
        else:
            tenders = self.tenders(mix, share, method, total - basket.covers, customer)
        told = self.told()
        made = None
        with self.deed(name):
            sold = complete_cart(
                store=self.store, cart_id=basket.cart.pk, tenders=tenders, terms=Terms(), **told
            )  # fmt: skip
            made = self.book(sold.bill, basket, tenders)
        if made is None:
            carts.drop_cart(store=self.store, by=self.by, machine="m", cart_id=basket.cart.pk, now=told["now"])
        else:
            done[f"paid by {mix}"] += 1
        return made

    def known(self, phone: str) -> Customer | None:
        digits = phone[-10:]
        found = next(
            (one for one in self.shop.customers + self.shop.gone if digits and one.phone.endswith(digits)), None
        )
        return self.survivor(found) if found else None

    def survivor(self, customer: Customer) -> Customer:
        return customer

    def total_of(self, basket: Basket) -> D | None:
        """What the screen says; None where it can't be sold."""
        priced = read_cart(self.store, Cart.objects.get(pk=basket.cart.pk), self.day)
        return priced.quote.total if priced.is_sellable else None

    def tenders(self, mix: str, share: int, method: str, total: D, customer: Customer | None) -> list[Tender]:
        part = to_paisa(total * share / 100)
        balance = Tender("advance", up_to=customer.held if customer else part)
        ways = {
            "money": [Tender(method)],
            "credit": [Tender(method, amount=part), Tender("credit")],
            "mixed": [Tender("upi", amount=part), Tender("cash", received=total - part + share)],
            "balance": [balance, Tender(method)],
            "above": [Tender("cash", received=total + share)],
            "debts": [Tender(method, received=total + share, above="debts")],
            "ahead": [Tender(method, received=total + share, above="advance")],
            "all": [balance, Tender("card", amount=to_paisa(part / 3)), Tender("credit")],
        }
        return ways[mix]

    def book(self, bill: Bill, basket: Basket, tenders: list[Tender], exchanged: D = NOTHING) -> Sale:
        """The same in the shop's own books: goods oldest first, what they cost and bring, who pays what."""
        self.meet_whoever_is_new()
        customer = self.known(basket.phone)
        assert bill.customer_id == (customer.pk if customer else None)
        sale = Sale(bill.pk, customer, bill.at, bill.day, [])
        rows = list(bill.lines.order_by("position"))
        for n, wanted in enumerate(basket.lines, 1):
            own = [row for row in rows if row.item == n]
            self.book_item(sale, wanted, own)
        subtotal = sum((line.subtotal for line in sale.lines), NOTHING)
        off = basket.off + sum((one.off for one in basket.lines), NOTHING)
        total = subtotal - off
        if self.store.rounds_to_rupee:
            total = total.quantize(D(1), ROUND_HALF_UP)
        assert (bill.subtotal, bill.discount, bill.total) == (subtotal, off, total)
        assert bill.total_cost == sum((line.cost for line in sale.lines), NOTHING)
        assert sum((line.total for line in sale.lines), NOTHING) == total
        sale.total = total
        self.book_payment(sale, bill, tenders, exchanged)
        self.shop.sales.append(sale)
        if customer:
            customer.sales.append(sale)
        return sale

    def book_item(self, sale: Sale, wanted: Wanted, rows: list[Any]) -> None:
        goods = wanted.goods
        quantity = wanted.quantity or sum((row.quantity for row in rows), NOTHING)
        groups: list[tuple[D | None, Parts, D]] = []
        parts, missing = goods.take(quantity, sale.day) if goods.policy != "none" else ([], quantity)
        assert goods.policy != "refuse" or not missing, f"{missing} of {goods.name} sold that is not there"
        usual = goods.price if goods.policy == "none" else goods.usual_price()
        for lot, part in [*parts, *([(None, missing)] if missing else [])]:
            own = usual if lot is None or lot.price is None else lot.price
            price = own if wanted.price is None else wanted.price
            if groups and groups[-1][0] == price:
                before, lots, short = groups.pop()
            else:
                lots, short = [], NOTHING
            groups.append((price, lots + ([(lot, part)] if lot else []), short + (part if lot is None else NOTHING)))
        assert [row.price for row in rows] == [price for price, _, _ in groups]
        for row, (price, lots, short) in zip(rows, groups, strict=True):
            quantity = sum((part for _, part in lots), short)
            line = Line(
                row.pk, goods, quantity, price, lots, short if goods.policy != "none" else NOTHING, cost_of(lots)
            )
            line.subtotal, line.total = row.subtotal, row.total
            assert (row.quantity, row.cost) == (quantity, line.cost)
            assert wanted.amount is not None or row.subtotal == to_paisa(quantity * price)
            assert row.total == row.subtotal - row.discount + row.rounding
            sale.lines.append(line)
            if line.short:
                goods.waiting.append(line)
        if wanted.amount is not None:
            assert sum((row.subtotal for row in rows), NOTHING) == wanted.amount
            assert abs(sum((row.quantity * row.price for row in rows), NOTHING) - wanted.amount) <= D("0.1")

    def meet_whoever_is_new(self) -> None:
        """Somebody whose phone was typed for the first time."""
        known = {one.pk for one in self.shop.customers + self.shop.gone}
        for pk, phone in CustomerRow.objects.filter(store=self.store).exclude(pk__in=known).values_list("pk", "phone"):
            self.shop.customers.append(Customer(pk, phone))

    def book_payment(self, sale: Sale, bill: Bill, tenders: list[Tender], exchanged: D) -> None:
        left = sale.total - exchanged - sum((one.amount for one in tenders if one.amount is not None), NOTHING)
        customer, paid, rows = sale.customer, [], {row.method: row for row in bill.payments.all()}
        for tender in tenders:
            amount = tender.amount
            if amount is None:
                amount = min(tender.up_to, left) if tender.up_to is not None else left
                left -= amount
            if amount:
                paid.append((tender, amount))
        assert left == 0
        assert {method: row.amount for method, row in rows.items() if method != "exchange"} == {
            tender.method: amount for tender, amount in paid
        }
        sale.came_in += exchanged
        for tender, amount in paid:
            row = rows[tender.method]
            if tender.method in MONEY:
                sale.came_in += amount
                self.shop.move(tender.method, amount, self.session)
                sale.payments.append(Paid("payment", row.pk, amount, tender.method, self.session, sale=sale))
            elif tender.method == "advance":
                customer.held -= amount
                sale.used += amount
            else:
                sale.debt = Debt(row.debt_id, row.debt.at, amount, amount, sale)
                customer.debts.append(sale.debt)
        for tender, amount in paid:
            if tender.above != "change":
                self.book_above(sale, bill, tender, tender.received - amount)

    def book_above(self, sale: Sale, bill: Bill, tender: Tender, amount: D) -> None:
        """Old debts take no more than is owed, the rest of it is change."""
        customer = sale.customer
        if tender.above == "debts":
            amount = min(amount, customer.owed)
            if not amount:
                return
            row = DebtPayment.objects.get(pk=bill.debt_payment_id)
            sale.above = self.repay(customer, row, amount, tender.method)
        else:
            sale.above = Paid("advance", bill.kept_advance_id, amount, tender.method, self.session, is_bound=True)
            sale.above.at = bill.kept_advance.at
            customer.held += amount
            customer.paid.append(sale.above)
        sale.above.sale = sale
        self.shop.move(tender.method, amount, self.session)

    def repay(self, customer: Customer, row: DebtPayment, amount: D, mode: str) -> Paid:
        """The oldest debt first; what is above them is kept."""
        paid = Paid("debt_payment", row.pk, amount, mode, None if mode == "advance" else self.session, at=row.at)
        for debt in customer.open_debts:
            part = min(debt.balance, amount)
            if part:
                debt.balance -= part
                amount -= part
                paid.parts.append((debt, part))
                if debt.sale and mode != "advance":
                    debt.sale.came_in += part
        if amount:
            paid.kept = Paid("advance", row.kept_advance_id, amount, mode, None, is_bound=True)
            customer.held += amount
        customer.paid.append(paid)
        return paid
