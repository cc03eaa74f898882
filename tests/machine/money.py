"""Debts and advances, what is put right of them, and two records of one person."""

from dataclasses import dataclass
from decimal import Decimal as D
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from advances.models import AdvancePayment
from advances.services import add_advance, refund_advance, reverse_advance
from billing.models import Bill
from billing.services.bill_moves import move_bill
from billing.services.method_changes import change_method
from billing.services.reassigning import reassign_advance, reassign_payment
from customers.models import Customer as CustomerRow
from debts.models import DebtPayment
from debts.services import Repayment, open_debt, repay_debts, reverse_payment, set_credit_account, write_off_debt
from tests.machine.at_work import METHODS, PICKS, SHARES, picked
from tests.machine.sales import AtTheCounter
from tests.machine.shop import NOTHING, Customer, Debt, Paid, Sale, to_paisa
from viveka.merge.merging import merge_customers
from viveka.merge.undoing import undo_merge

AMOUNTS = st.one_of(st.decimals("0.01", 250, places=2), st.sampled_from([D(50), D(100)]))


@dataclass
class Joined:
    """Two records that became one, and what the one brought."""

    pk: int
    survivor: Customer
    loser: Customer
    debts: list[Debt]
    sales: list[Sale]
    paid: list[Paid]
    held: D


class Money(AtTheCounter):
    """What is owed and what is held."""

    def __init__(self) -> None:
        super().__init__()
        self.joined: list[Joined] = []

    def row(self, customer: Customer) -> CustomerRow:
        row = CustomerRow.objects.get(pk=customer.pk)
        row.store = self.store
        return row

    def survivor(self, customer: Customer) -> Customer:
        for one in reversed(self.joined):
            if one.loser is customer:
                return self.survivor(one.survivor)
        return customer

    @property
    def all_paid(self) -> list[Paid]:
        of_bills = [one for sale in self.shop.sales for one in sale.payments]
        return of_bills + [one for customer in self.shop.customers for one in customer.paid]

    # Debts

    @rule(number=PICKS, amount=AMOUNTS)
    def owe(self, number: int, amount: D) -> None:
        customer = picked(self.shop.customers, number)
        told = self.told()
        with self.deed("owe"):
            row = open_debt(customer=self.row(customer), amount=amount, **told)
            customer.debts.append(Debt(row.pk, row.at, amount, amount))

    @rule(
        number=PICKS, share=st.integers(1, 130), mode=st.sampled_from(["cash", "cash", "upi", "card", "advance"]),
        keep_rest=st.booleans(),
    )  # fmt: skip
    def pay_debts(self, number: int, share: int, mode: str, keep_rest: bool) -> None:
        customer = picked([one for one in self.shop.customers if one.owed] or self.shop.customers, number)
        amount = max(to_paisa(customer.owed * share / 100), D("0.01"))
        told = self.told()
        with self.deed("pay_debts"):
            paid = Repayment(amount, mode, keep_rest=keep_rest)
            row = repay_debts(customer=self.row(customer), repayment=paid, **told)
            self.repay(customer, row, amount, mode)
            if mode == "advance":
                customer.held -= amount
            else:
                self.shop.move(mode, amount, self.session)

    @precondition(lambda self: any(one.kind == "debt_payment" for one in self.all_paid))
    @rule(number=PICKS)
    def reverse_a_payment(self, number: int) -> None:
        paid = picked([one for one in self.all_paid if one.kind == "debt_payment"], number)
        told = self.told()
        with self.deed("reverse_a_payment"):
            reverse_payment(store=self.store, payment_id=paid.pk, reason="Not paid", **told)
            self.undo(paid)
            if paid.mode != "advance":
                self.shop.move(paid.mode, -paid.amount, self.session)

    def undo(self, paid: Paid) -> None:
        """Its debts are open again; what was kept goes, what was used comes back."""
        assert not paid.is_undone and not paid.restored
        paid.is_undone = True
        customer = self.owner(paid)
        if paid.kept:
            customer.held -= paid.kept.amount
        if paid.mode == "advance":
            customer.held += paid.amount
        for debt, part in paid.parts:
            debt.balance += part
            if debt.sale and paid.mode != "advance":
                debt.sale.came_in -= part

    def owner(self, paid: Paid) -> Customer:
        return next(one for one in self.shop.customers if paid in one.paid)

    @precondition(lambda self: any(one.owed for one in self.shop.customers))
    @rule(number=PICKS, share=SHARES)
    def give_up(self, number: int, share: int) -> None:
        debt = picked([debt for one in self.shop.customers for debt in one.open_debts], number)
        amount = max(to_paisa(debt.balance * share / 100), D("0.01"))
        told = self.told()
        with self.deed("give_up"):
            write_off_debt(store=self.store, debt_id=debt.pk, amount=amount, reason="Moved away", **told)
            debt.balance -= amount
            if debt.sale:
                debt.sale.gave_up += amount

    @rule(number=PICKS, limit=st.sampled_from([None, D(0), D(400)]), is_active=st.sampled_from([True, True, False]))
    def limit(self, number: int, limit: D | None, is_active: bool) -> None:
        row = self.row(picked(self.shop.customers, number))
        set_credit_account(customer=row, by=self.by, credit_limit=limit, terms_days=7, is_active=is_active)

    # Advances

    @rule(number=PICKS, amount=AMOUNTS, method=METHODS)
    def pay_ahead(self, number: int, amount: D, method: str) -> None:
        customer = picked(self.shop.customers, number)
        told = self.told()
        with self.deed("pay_ahead"):
            row = add_advance(customer=self.row(customer), amount=amount, mode=method, **told)
            customer.paid.append(Paid("advance", row.pk, amount, method, self.session, at=row.at))
            customer.held += amount
            self.shop.move(method, amount, self.session)

    @precondition(lambda self: any(one.held for one in self.shop.customers))
    @rule(number=PICKS, share=SHARES, method=METHODS)
    def refund(self, number: int, share: int, method: str) -> None:
        customer = picked([one for one in self.shop.customers if one.held], number)
        row = picked(list(AdvancePayment.objects.filter(customer=customer.pk).open().oldest_first()), number)
        part = max(to_paisa(row.remaining_amount * share / 100), D("0.01"))
        told = self.told()
        with self.deed("refund"):
            refund_advance(store=self.store, advance_id=row.pk, amount=part, mode=method, reason="Asked for it", **told)
            customer.held -= part
            self.shop.move(method, -part, self.session)

    @precondition(lambda self: any(one.kind == "advance" for one in self.all_paid))
    @rule(number=PICKS)
    def reverse_an_advance(self, number: int) -> None:
        paid = picked([one for one in self.all_paid if one.kind == "advance"], number)
        told = self.told()
        with self.deed("reverse_an_advance"):
            reverse_advance(store=self.store, advance_id=paid.pk, reason="Not paid", **told)
            assert not paid.is_bound and not paid.is_undone
            paid.is_undone = True
            self.owner(paid).held -= paid.amount
            self.shop.move(paid.mode, -paid.amount, self.session)

    # Corrections

    @precondition(lambda self: self.all_paid)
    @rule(number=PICKS, method=METHODS)
    def pay_in_another_way(self, number: int, method: str) -> None:
        paid = picked([*self.shop.given_back, *self.all_paid][::-1], number)
        told = self.told()
        with self.deed("pay_in_another_way"):
            change_method(store=self.store, kind=paid.kind, pk=paid.pk, method=method, reason="Typed wrong", **told)
            assert not paid.is_undone and paid.mode != "advance"
            session = paid.session if paid.session in self.shop.drawers else None
            self.shop.move(paid.mode, -paid.amount, session)
            self.shop.move(method, paid.amount, session)
            paid.mode = method

    @precondition(lambda self: any(one.kind != "payment" for one in self.all_paid))
    @rule(number=PICKS, whose=PICKS)
    def was_of_another(self, number: int, whose: int) -> None:
        """A debt payment or an advance: reversed, and taken anew. No money moves."""
        paid = picked([one for one in self.all_paid if one.kind != "payment"], number)
        target = picked(self.shop.customers, whose)
        told = {"store": self.store, "to": target.pk, "reason": "Wrong person", **self.told()}
        with self.deed("was_of_another"):
            if paid.kind == "debt_payment":
                row = reassign_payment(payment_id=paid.pk, **told)
                self.take_anew(paid, row, target)
            else:
                made = reassign_advance(advance_id=paid.pk, **told)
                self.hand_over(paid, made, target)

    def take_anew(self, paid: Paid, row: DebtPayment, target: Customer) -> Paid:
        self.undo(paid)
        return self.repay(target, row, paid.amount, paid.mode)

    def hand_over(self, paid: Paid, row: AdvancePayment, target: Customer) -> Paid:
        assert not paid.is_undone
        paid.is_undone = True
        self.owner(paid).held -= paid.amount
        target.held += paid.amount
        made = Paid("advance", row.pk, paid.amount, paid.mode, self.session, at=row.at, is_bound=paid.is_bound)
        target.paid.append(made)
        return made

    @precondition(lambda self: self.shop.sales)
    @rule(number=PICKS, whose=PICKS)
    def move_a_bill(self, number: int, whose: int) -> None:
        sale = picked(self.shop.sales[::-1], number)
        target = picked([None, *self.shop.customers], whose)
        told = {"bill_id": sale.pk, "to": target and target.pk, "reason": "Wrong person", **self.told()}
        with self.deed("move_a_bill"):
            move_bill(store=self.store, **told)
            source = sale.customer
            bill = Bill.objects.get(pk=sale.pk)
            if sale.used:
                source.held += sale.used
                target.held -= sale.used
            if sale.above and sale.above.kind == "debt_payment":
                sale.above = self.take_anew(sale.above, bill.debt_payment, target)
            elif sale.above:
                sale.above = self.hand_over(sale.above, bill.kept_advance, target)
            if sale.debt:
                source.debts.remove(sale.debt)
                target.debts.append(sale.debt)
            for one, change in ((source, "remove"), (target, "append")):
                if one:
                    getattr(one.sales, change)(sale)
            sale.customer = target

    # Two records of one person

    @precondition(lambda self: len(self.shop.customers) > 2)
    @rule(one=PICKS, other=PICKS)
    def merge(self, one: int, other: int) -> None:
        survivor, loser = picked(self.shop.customers, one), picked(self.shop.customers, other)
        told = self.told()
        with self.deed("merge"):
            made = merge_customers(store=self.store, survivor_id=survivor.pk, loser_id=loser.pk, **told)
            brought = (list(loser.debts), list(loser.sales), list(loser.paid))
            self.joined.append(Joined(made.pk, survivor, loser, *brought, loser.held))
            self.shop.customers.remove(loser)
            self.shop.gone.append(loser)
            self.hand(loser, survivor, *brought, loser.held)

    @precondition(lambda self: self.joined)
    @rule(number=PICKS)
    def part_again(self, number: int) -> None:
        one = picked(self.joined, number)
        told = self.told()
        with self.deed("part_again"):
            undo_merge(store=self.store, merge_id=one.pk, **told)
            self.joined.remove(one)
            self.shop.gone.remove(one.loser)
            self.shop.customers.append(one.loser)
            self.hand(one.survivor, one.loser, one.debts, one.sales, one.paid, one.held)

    def hand(
        self, source: Customer, target: Customer, debts: list[Debt], sales: list[Sale], paid: list[Paid], held: D
    ) -> None:
        for name, things in (("debts", debts), ("sales", sales), ("paid", paid)):
            theirs: list[Any] = getattr(source, name)
            setattr(source, name, [thing for thing in theirs if thing not in things])
            getattr(target, name).extend(things)
        for sale in sales:
            sale.customer = target
        source.held -= held
        target.held += held
        assert source.held >= NOTHING
