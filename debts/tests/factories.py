"""Debts for tests, made by the services that make them in the shop."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.utils import timezone

from customers.models import Customer
from debts.models import Debt, DebtPayment
from debts.openings.entering import Source, enter_openings
from debts.openings.judging import OpeningPlan
from debts.openings.lines import read_openings
from debts.services import DebtEntry, Permission, Repayment, open_debt, repay_debts
from viveka.stores.models import Store, User
from viveka.stores.tests.factories import UserFactory

Number = Decimal | int | str


def owes(
    customer: Customer,
    amount: Number,
    *,
    at: datetime | None = None,
    now: datetime | None = None,
    due_on: date | None = None,
    note: str = "",
    permission: Permission | None = None,
    by: User | None = None,
) -> Debt:
    """A debt entered by hand."""
    return open_debt(
        customer=customer,
        amount=Decimal(amount),
        by=by or UserFactory(),
        now=now or timezone.now(),
        at=at,
        entry=DebtEntry(due_on=due_on, note=note, permission=permission),
    )


def pays(
    customer: Customer,
    amount: Number,
    *,
    mode: str = "cash",
    at: datetime | None = None,
    now: datetime | None = None,
    keep_rest: bool = False,
    debts: Sequence[Debt | UUID] = (),
    reference: str = "",
    by: User | None = None,
) -> DebtPayment:
    """A payment of debts."""
    picked = [getattr(one, "pk", one) for one in debts]
    return repay_debts(
        customer=customer,
        repayment=Repayment(Decimal(amount), mode, reference, debt_ids=picked, keep_rest=keep_rest),
        by=by or UserFactory(),
        now=now or timezone.now(),
        at=at,
    )


def brought(
    store: Store,
    *rows: str,
    day: date = date(2026, 3, 31),
    by: User | None = None,
    file: str = "khata.csv",
) -> OpeningPlan:
    """Opening balances out of a list of rows: name, phone, owes, since, paid ahead."""
    data = "\n".join(["Name,Phone,Owes,Since,Paid ahead", *rows]).encode()
    return enter_openings(
        store=store, lines=read_openings(store, {"name": "khata.csv"}, data).lines, source=Source(file, day),
        by=by or UserFactory(), now=timezone.now(),
    )  # fmt: skip


def left(*debts: Debt) -> list[Decimal]:
    """What is left of each, read anew."""
    return [Debt.objects.get(pk=one.pk).balance for one in debts]
