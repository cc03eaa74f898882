"""Opening balances entered: all lines that can be, in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, connection, transaction

from advances.models import AdvancePayment, ReferenceType, WalletCause, WalletEntry
from customers.importing import Watch, hold_counter, write_plan
from customers.models import Customer
from customers.names import is_real
from debts.models import CreditAccount, Debt, OpeningBalance
from debts.models.opening import NOTE
from debts.openings.judging import JudgedOpening, OpeningPlan, OpeningPlanner
from debts.openings.lines import OpeningLine
from debts.services.credit import Standing
from viveka.stores.dating import closed_until_held
from viveka.stores.inserting import copy_rows
from viveka.stores.models import Store, User
from viveka.stores.money import ZERO
from viveka.stores.transactions import StartAgain, retry_when_entangled

_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Source:
    """Where the lines come from: a file of that name, or "" where they were typed; and the day of the list, which
    holds for lines that don't say since when."""

    file: str
    day: date


def preview_openings(*, store: Store, lines: Sequence[OpeningLine], day: date, now: datetime) -> OpeningPlan:
    """What each line would do. Writes nothing."""
    return OpeningPlanner(store, lines, day=day, now=now, closed_until=store.closed_until).plan()


@retry_when_entangled
def enter_openings(
    *,
    store: Store,
    lines: Sequence[OpeningLine],
    source: Source,
    by: User,
    now: datetime,
    watch: Watch | None = None,
) -> OpeningPlan:
    """Enter the lines, in one transaction; refused ones are left out, and those that came before change nothing.

    What is owed becomes a debt without a bill, what was paid ahead an advance that brought no money today, both
    dated since when. No credit limit is asked: the debt is there. The counter of customers is held to the end, so
    that two of these wait for each other.
    """
    try:
        with transaction.atomic():
            hold_counter(store)
            closed = closed_until_held(store)
            plan = OpeningPlanner(store, lines, day=source.day, now=now, closed_until=closed, lock=True).plan()
            _write(store, plan, source, by, now, watch or (lambda done, total: None))
    except IntegrityError as error:  # somebody made one of the customers meanwhile, in a store without a customer
        raise StartAgain("The customers are being changed by somebody else. Try again.") from error
    return plan


def _write(store: Store, plan: OpeningPlan, source: Source, by: User, now: datetime, watch: Watch) -> None:
    entered = plan.entered
    made = sum(target.is_new or bool(target.changed) for target in plan.customers.targets)
    total = made + len(entered)
    write_plan(store, plan.customers, now, lambda done, _: watch(done, total))
    own = _own_terms(store, entered)
    for start in range(0, len(entered), _AT_ONCE):
        part = entered[start : start + _AT_ONCE]
        rows = _Rows(store, source, by, now, own)
        for judged in part:
            rows.add(judged)
        rows.insert()
        _raise_balances(part)
        watch(made + start + len(part), total)


def _own_terms(store: Store, entered: Sequence[JudgedOpening]) -> dict[int, int | None]:
    """By customer, in how many days they pay, for those with an account."""
    keys = [judged.customer.pk for judged in entered if judged.customer]
    accounts = CreditAccount.objects.filter(store=store, customer__in=keys)
    return dict(accounts.values_list("customer_id", "terms_days"))


@dataclass(slots=True)
class _Rows:
    """What is written for some of the lines."""

    store: Store
    source: Source
    by: User
    now: datetime
    own_terms: dict[int, int | None]
    debts: list[Debt] = field(default_factory=list)
    advances: list[AdvancePayment] = field(default_factory=list)
    entries: list[WalletEntry] = field(default_factory=list)
    openings: list[OpeningBalance] = field(default_factory=list)

    def add(self, judged: JudgedOpening) -> None:
        line, customer, day = judged.line, judged.customer, judged.day
        assert customer is not None and day is not None
        common: dict[str, Any] = {"store": self.store, "customer": customer, "by": self.by}
        common |= {"at": self.store.start_of(day), "created_at": self.now}
        opening = OpeningBalance(**common, row_key=line.key, file=self.source.file, line=line.number)
        if line.owes:
            opening.debt = self._debt(line, customer, day, common)
        if line.ahead:
            opening.advance = self._advance(line, common)
        self.openings.append(opening)

    def _debt(self, line: OpeningLine, customer: Customer, day: date, common: dict[str, Any]) -> Debt:
        terms = Standing(None, self.own_terms.get(customer.pk, self.store.default_terms_days))
        debt = Debt(
            **common, amount=line.owes, balance=line.owes, note=NOTE, due_on=terms.due_on(day),
            for_name=_for_name(line, customer),
        )  # fmt: skip
        self.debts.append(debt)
        return debt

    def _advance(self, line: OpeningLine, common: dict[str, Any]) -> AdvancePayment:
        """Without a mode: the money came in long ago, and into no drawer of today."""
        advance = AdvancePayment(
            **common, amount=line.ahead, remaining_amount=line.ahead, notes=NOTE, mode="",
            reference_type=ReferenceType.OPENING,
        )  # fmt: skip
        self.advances.append(advance)
        self.entries.append(WalletEntry(**common, advance=advance, cause=WalletCause.ADVANCE, change=line.ahead))
        return advance

    def insert(self) -> None:
        for rows in (self.debts, self.advances, self.entries, self.openings):
            copy_rows(rows)


def _for_name(line: OpeningLine, customer: Customer) -> str:
    """The name in the old book, where the record has another one."""
    name = line.details.get("name", "")
    return name if is_real(name) and name.casefold() != customer.name.casefold() else ""


def _raise_balances(part: Sequence[JudgedOpening]) -> None:
    """The balances of all these customers in one statement; two lines may be about one of them."""
    sums: dict[int, list[Decimal]] = {}
    for judged in part:
        assert judged.customer is not None
        both = sums.setdefault(judged.customer.pk, [ZERO, ZERO])
        both[0] += judged.line.owes
        both[1] += judged.line.ahead
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE customers_customer AS customer
               SET debt_balance = debt_balance + line.owes, advance_balance = advance_balance + line.ahead
              FROM unnest(%s::bigint[], %s::numeric[], %s::numeric[]) AS line (id, owes, ahead)
             WHERE customer.id = line.id
            """,
            [list(sums), [both[0] for both in sums.values()], [both[1] for both in sums.values()]],
        )
