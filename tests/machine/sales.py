"""Sales at the counter, in all their forms, by the steps that the screen takes."""

from decimal import Decimal as D
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from billing.models import Cart, CartLine
from billing.services import carts
from billing.services.checkout import Terms, complete_cart
from billing.services.discounts import discount_cart, discount_line
from billing.services.held_carts import hold_cart, take_up_cart
from billing.services.line_terms import set_price, set_worth, split_packet, take_packet
from billing.services.open_items import add_open_item
from billing.services.priced_cart import read_cart
from billing.services.tender import Tender
from debts.services import Permission
from tests.machine.at_work import METHODS, PICKS, SHARES, done, picked
from tests.machine.bills import Basket, Bills
from tests.machine.goods import PIECES, WEIGHTS, measure
from tests.machine.shop import Customer, Goods, Sale, to_paisa
from viveka.stores.errors import Refused

WANTED = st.tuples(
    PICKS, PIECES, WEIGHTS, st.sampled_from([None, None, None, D("20"), D("33.33")]),
    st.sampled_from([None, None, None, None, D("99.50"), D("130"), D("30")]),
    st.sampled_from(["", "", "", "", "1.37", "3%"]), st.sampled_from([None, None, 0, 1, 2]), st.booleans(),
)  # fmt: skip
FILLING = st.lists(WANTED, min_size=1, max_size=3, unique_by=lambda one: one[0] % len("abcde"))
OFF = st.sampled_from(["", "", "", "", "2.50", "5%"])
MIXES = st.sampled_from(
    ["money", "money", "money", "credit", "mixed", "balance", "balance", "above", "debts", "ahead", "all"]
)


class AtTheCounter(Bills):
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
        self.complete(Basket(cart, phone), mix, 50, method, "open_item")

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
        told = {"now": self.told()["now"]}
        for number, pieces, weight, amount, price, discount, packet, has_word in filling:
            goods = self.shop.goods[number % 5]
            quantity = measure(goods, pieces, weight)
            carts.add_to_cart(**here, product_id=goods.pk)
            cart = Cart.objects.current(self.store, self.by, "m")
            line = {**here, "line_id": cart.lines.get(product=goods.pk).pk}
            carts.set_quantity(**line, quantity=quantity)
            word = Permission(self.manager, "Old stock") if has_word else None
            if packet is not None and goods.lots:
                take = split_packet if has_word else take_packet
                self.ask(take, **line, **told, batch_id=picked(goods.lots, packet).pk)
                assert sum(cart.lines.filter(product=goods.pk).values_list("quantity", flat=True)) == quantity
            if price is not None:
                self.ask(set_price, **line, **told, price=price, permission=word)
            if amount is not None:
                self.ask(set_worth, **line, **told, amount=amount)
            if discount:
                self.ask(discount_line, **line, **told, typed=discount, permission=word)
        if phone:
            carts.set_buyer(**here, phone=phone, name="", commit=False)
        if off:
            self.ask(discount_cart, **here, **told, typed=off)
        return Basket(cart, phone)

    def ask(self, step: Any, **said: Any) -> bool:
        """Whether it was taken."""
        try:
            step(**said)
        except Refused:
            return False
        return True

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
