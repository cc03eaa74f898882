"""Where the value of returned goods goes: the order of the house, and what there is to give.

Lower the debt of that bill; give back the advance it used, to the same advances; the customer's other open debts,
unless a manager chooses money; money, up to what was really received for the bill; the rest as a new advance. Money
that never came in never goes out.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from uuid import UUID

from django.db.models import F, Q, QuerySet, Sum

from advances.models import Deduction, Utilization
from billing.models import Bill, CreditNoteMoney, MoneyBack, Way
from billing.models.payment import INSTRUMENTS
from billing.models.returns import MONEY_OUT
from debts.models import Allocation, Debt, RepaymentMode
from viveka.stores.errors import Refused
from viveka.stores.money import ZERO

CHOICES = (*MONEY_OUT, Way.ADVANCE)


@dataclass(frozen=True, slots=True)
class GiveBack:
    """What a person chose of how money goes back: cash, card, upi, bank_transfer, or kept as an advance.

    With `over_debts` it does so although other debts of the customer are open.
    """

    method: str = Way.CASH
    reference: str = ""
    over_debts: bool = False


IN_CASH = GiveBack()


@dataclass(frozen=True, slots=True)
class Part:
    """So much by one way; `debt` is the one it lowers, `deduction` the use it gives back."""

    way: str
    amount: Decimal
    debt: Debt | None = None
    deduction: Deduction | None = None

    @property
    def text(self) -> str:
        return str(Way(self.way).label)


@dataclass(slots=True)
class Settlement:
    """How a bill was settled, as far as it can be given back still."""

    has_customer: bool = False
    debts: list[Debt] = field(default_factory=list)
    """The bill's own."""
    uses: list[tuple[Deduction, Decimal]] = field(default_factory=list)
    """Uses of the balance for the bill, or for a payment of its debt, with what can be given back of each."""
    other_debts: list[Debt] = field(default_factory=list)
    received: Decimal = ZERO
    """Money that came in for the bill and has not gone back."""
    given_up: Decimal = ZERO
    """What was written off of the bill's debt, or lowered by hand: nobody paid it."""


def read_settlement(bill: Bill) -> Settlement:
    """What there is to give back of a bill. The caller who will write holds the customer's lock."""
    payments = list(bill.payments.select_related("deduction"))
    if bill.is_imported and bill.payments.filter(old_debt__isnull=False, old_debt__debt__isnull=True).exists():
        raise Refused("Nobody owes what this bill left unpaid yet. Assign its old debt to a customer first.")
    of_the_bill = Q(old_debt__bill_payment__bill=bill) if bill.is_imported else Q(payment__bill=bill)
    debts = list(Debt.objects.filter(of_the_bill).oldest_first())
    given = list(MoneyBack.objects.filter(goods_return__bill=bill))
    allocated = _allocated(debts)
    came_from_others = _brought(debts)
    received = (
        sum((one.amount for one in payments if one.method not in INSTRUMENTS), ZERO)
        + sum((part.amount for part in allocated if part.payment.mode != RepaymentMode.ADVANCE), ZERO)
        + came_from_others
        - _of(given, *MONEY_OUT, Way.OTHER_DEBT, Way.ADVANCE, Way.EXCHANGE)
    )
    lowered = sum((debt.written_off + debt.returned for debt in debts), ZERO)
    return Settlement(
        has_customer=bill.customer_id is not None,
        debts=debts,
        uses=_uses([one.deduction for one in payments if one.deduction], allocated, given),
        other_debts=_other_debts(bill, debts),
        received=max(received, ZERO),
        given_up=max(lowered - came_from_others - _of(given, Way.DEBT, Way.GIVEN_UP), ZERO),
    )


def share_out(value: Decimal, settlement: Settlement, chosen: GiveBack, *, exchanged: Decimal = ZERO) -> list[Part]:
    """The parts that make up `value`, in the order of the house. Up to `exchanged` of what would be paid out goes
    towards new goods. Touches nothing."""
    if chosen.method not in CHOICES:
        raise Refused(f"Give back by one of {', '.join(CHOICES)}.", "method")
    if chosen.method == Way.ADVANCE and not settlement.has_customer:
        raise Refused("This bill has no customer whose advance it could be.", "method")
    parts: list[Part] = []

    def take(way: str, available: Decimal, *, debt: Debt | None = None, deduction: Deduction | None = None) -> Decimal:
        nonlocal value
        amount = min(value, available)
        if amount > ZERO:
            value -= amount
            parts.append(Part(way, amount, debt, deduction))
        return max(amount, ZERO)

    for debt in settlement.debts:
        take(Way.DEBT, debt.balance, debt=debt)
    for deduction, available in settlement.uses:
        take(Way.RESTORED, available, deduction=deduction)
    received = settlement.received
    received -= take(Way.EXCHANGE, min(received, exchanged))
    for debt in [] if chosen.over_debts else settlement.other_debts:
        received -= take(Way.OTHER_DEBT, min(debt.balance, received), debt=debt)
    take(chosen.method, received)
    take(Way.GIVEN_UP, settlement.given_up)
    take(Way.ADVANCE, value)
    return parts


def _brought(debts: Sequence[Debt]) -> Decimal:
    """What of these debts was paid with goods: of other bills, or without their bill."""
    if not debts:
        return ZERO
    of_bills = MoneyBack.objects.filter(way=Way.OTHER_DEBT, reduction__debt__in=debts)
    return _sum(of_bills) + _sum(CreditNoteMoney.objects.filter(reduction__debt__in=debts))


def _allocated(debts: Sequence[Debt]) -> list[Allocation]:
    """What payments that stand settled of these debts, the last payment first."""
    parts = Allocation.objects.filter(debt__in=debts, payment__reversal__isnull=True)
    return list(parts.select_related("payment__deduction").order_by("-at", "-id"))


def _uses(
    own: Sequence[Deduction], allocated: Sequence[Allocation], given: Sequence[MoneyBack]
) -> list[tuple[Deduction, Decimal]]:
    """The uses for the bill itself, then those for payments of its debt, with what is left to give back of each."""
    wanted = {deduction.pk: (deduction, deduction.amount) for deduction in own}
    for part in allocated:
        if deduction := part.payment.deduction:
            before = wanted.get(deduction.pk, (deduction, ZERO))[1]
            wanted[deduction.pk] = (deduction, before + part.amount)
    if not wanted:
        return []
    restored: dict[UUID | None, Decimal] = {}
    for one in given:
        restored[one.deduction_id] = restored.get(one.deduction_id, ZERO) + one.amount
    used = Utilization.objects.filter(deduction__in=wanted).order_by().values_list("deduction")
    left = dict(used.annotate(left=Sum(F("amount") - F("restored_amount"))))
    return [
        (deduction, min(amount - restored.get(pk, ZERO), left.get(pk, ZERO)))
        for pk, (deduction, amount) in wanted.items()
    ]


def _other_debts(bill: Bill, own: Sequence[Debt]) -> list[Debt]:
    if bill.customer_id is None:
        return []
    open_ones = Debt.objects.filter(customer=bill.customer_id).open().oldest_first()
    return [debt for debt in open_ones if debt not in own]


def _of(given: Sequence[MoneyBack], *ways: str) -> Decimal:
    return sum((one.amount for one in given if one.way in ways), ZERO)


def _sum(rows: QuerySet[MoneyBack] | QuerySet[CreditNoteMoney]) -> Decimal:
    return rows.aggregate(sum=Sum("amount"))["sum"] or ZERO
