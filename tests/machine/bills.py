"""Bills in the shop's own books: goods oldest first, what they cost and bring, who pays what."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP
from decimal import Decimal as D
from typing import Any

from billing.models import Bill, Cart, CartLine
from billing.services.tender import Tender
from customers.models import Customer as CustomerRow
from debts.models import DebtPayment
from tests.machine.goods import GoodsIn
from tests.machine.shop import MONEY, NOTHING, Customer, Debt, Goods, Line, Lot, Paid, Parts, Sale, cost_of, to_paisa


@dataclass(eq=False)
class Wanted:
    """A line of the cart: so much, or for so much money; at a typed price, or at that of a packet."""

    goods: Goods
    quantity: D | None
    amount: D | None
    price: D | None
    packet: Lot | None
    off: D


@dataclass(eq=False)
class Basket:
    """A cart, as it was filled."""

    cart: Any
    phone: str
    comes_back: Any = None
    covers: D = NOTHING


class Bills(GoodsIn):
    """What a bill is."""

    def lines_of(self, basket: Basket) -> list[Wanted]:
        goods = {one.pk: one for one in self.shop.goods}
        lots = {lot.pk: lot for one in self.shop.goods for lot in one.lots}
        return [
            Wanted(
                goods[row.product_id], None if row.amount is not None else row.quantity, row.amount, row.price,
                lots.get(row.packet_id), row.discount,
            )
            for row in CartLine.objects.filter(cart=basket.cart).order_by("id")
        ]  # fmt: skip

    def known(self, phone: str) -> Customer | None:
        digits = phone[-10:]
        found = next(
            (one for one in self.shop.customers + self.shop.gone if digits and one.phone.endswith(digits)), None
        )
        return self.survivor(found) if found else None

    def survivor(self, customer: Customer) -> Customer:
        return customer

    def book(self, bill: Bill, basket: Basket, tenders: list[Tender], exchanged: D = NOTHING) -> Sale:
        """The same in the shop's own books: goods oldest first, what they cost and bring, who pays what."""
        self.meet_whoever_is_new()
        customer = self.known(basket.phone)
        assert bill.customer_id == (customer.pk if customer else None)
        sale = Sale(bill.pk, customer, bill.at, bill.day, [])
        rows = list(bill.lines.order_by("position"))
        wanted_lines = self.lines_of(basket)
        for n, wanted in enumerate(wanted_lines, 1):
            own = [row for row in rows if row.item == n]
            self.book_item(sale, wanted, own)
        subtotal = sum((line.subtotal for line in sale.lines), NOTHING)
        off = Cart.objects.get(pk=basket.cart.pk).discount + sum((one.off for one in wanted_lines), NOTHING)
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
            packet = wanted.packet or lot
            own = usual if packet is None or packet.price is None else packet.price
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
