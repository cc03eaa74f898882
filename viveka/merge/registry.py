"""Which rows belong to a customer and go along when the record is merged.

A new table with a customer gets one line here: in `MOVES` where its rows go to the survivor, in `STAYS` where they tell
of the record itself. A test fails for a key to customers that is in neither.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection, models
from django.db.models import Sum

from advances.models import AdvancePayment, Appointment, Booking, Deduction, Enquiry, WalletEntry
from billing.models import Bill, BillMove, Cart, CreditNote, Return
from customers.models import Customer, CustomerPhone, LikelyPair, Merge, RecordEvent
from debts.models import (
    Allocation,
    CreditAccount,
    Debt,
    DebtPayment,
    DebtReduction,
    OpeningBalance,
    PaymentPromise,
    PaymentReversal,
    Reminder,
)
from viveka.stores.fields import field_of

_WALLET, _PAYMENTS = "advances.WalletEntry.customer", "debts.DebtPayment.customer"
Blocker = Callable[[Merge, Sequence[Any]], str]


@dataclass(frozen=True, slots=True)
class Move:
    """Rows of a table that go to the survivor.

    Where the table is append-only, its trigger has to let `field` pass (`append_only(moved_by_merge=[field])`).
    """

    model: type[models.Model]
    field: str = "customer"
    locked_first: bool = False
    """Whether the order of locks has these rows before customers (carts, appointments, bookings, enquiries)."""
    undo_blocked: Blocker | None = None
    """Given the merge and the keys of the rows that it moved: why it can't be undone any more, or ""."""

    @property
    def name(self) -> str:
        return f"{self.model._meta.label}.{self.field}"

    @property
    def rows(self) -> "models.QuerySet[Any]":
        return self.model._default_manager.all()

    def lock(self, store_id: int, customers: Sequence[int]) -> None:
        """Lock the rows of these customers, in the order of their keys."""
        rows = self.rows.filter(store_id=store_id, **{f"{self.field}__in": customers})
        list(rows.select_for_update(no_key=True, of=("self",)).order_by("pk").values_list("pk"))

    def carry(self, store_id: int, source: int, target: int, keys: Sequence[str] | None = None) -> list[str]:
        """Hand the rows of one customer (those with these keys, where given) to another; their keys."""
        column = self._column(self.field)
        sql = f"UPDATE {self._table} SET {column} = %s WHERE store_id = %s AND {column} = %s"
        values: list[Any] = [target, store_id, source]
        if keys is not None:
            sql += f" AND {self._column(self.model._meta.pk.name)} = ANY(%s)"
            values.append([self.model._meta.pk.to_python(key) for key in keys])
        with connection.cursor() as cursor:
            cursor.execute(f"{sql} RETURNING {self._column(self.model._meta.pk.name)}", values)
            return sorted(str(key) for (key,) in cursor.fetchall())

    def count(self, store_id: int, source: int, target: int) -> int:
        """How many rows a merge would move."""
        return int(self.rows.filter(store_id=store_id, **{self.field: source}).count())

    @property
    def _table(self) -> str:
        return connection.ops.quote_name(self.model._meta.db_table)

    def _column(self, field: str) -> str:
        return connection.ops.quote_name(str(field_of(self.model, field).column))


@dataclass(frozen=True, slots=True)
class MoveOne(Move):
    """Rows of which a customer has one: where both have one, that of the side that was chosen stays with the survivor.

    The other one is kept with the loser, for an undo.
    """

    choice: str = ""
    """What the choice between the two is called."""

    def both(self, store_id: int, one: int, other: int) -> list[Any]:
        """The rows of the two, where each has one; else none."""
        of_them = self.rows.filter(store_id=store_id, **{f"{self.field}__in": [one, other]})
        rows = {getattr(row, f"{self.field}_id"): row for row in of_them}
        return [rows[one], rows[other]] if len(rows) == 2 else []

    def count(self, store_id: int, source: int, target: int) -> int:
        return 0 if self.both(store_id, source, target) else super(MoveOne, self).count(store_id, source, target)

    def carry(
        self, store_id: int, source: int, target: int, keys: Sequence[str] | None = None, *, exchange: bool = False
    ) -> list[str]:
        if keys is not None:
            exchange = len(keys) == 2
        if self.both(store_id, source, target):
            return self._exchange(store_id, source, target) if exchange else []
        return super(MoveOne, self).carry(store_id, source, target, keys)

    def _exchange(self, store_id: int, one: int, other: int) -> list[str]:
        """In three steps, since no customer may have two; the key to a customer is looked at when all is done."""
        nobody = -one
        parked = super(MoveOne, self).carry(store_id, one, nobody)
        moved = super(MoveOne, self).carry(store_id, other, one)
        super(MoveOne, self).carry(store_id, nobody, other)
        return sorted([*parked, *moved])


def _advances_used_since(merge: Merge, keys: Sequence[Any]) -> str:
    """Asked of the rows and not of the clock: a till that waited for the merge had looked at its clock before."""
    used = WalletEntry.objects.filter(advance__in=keys).exclude(pk__in=merge.moved.get(_WALLET, []))
    return "an advance that came with the merge was used or given back since." if used.exists() else ""


def _debts_lowered_since(merge: Merge, keys: Sequence[Any]) -> str:
    lowered = (
        Allocation.objects.filter(debt__in=keys).exclude(payment__in=merge.moved.get(_PAYMENTS, [])).exists()
        or DebtReduction.objects.filter(debt__in=keys, created_at__gt=merge.at).exists()
        or PaymentReversal.objects.filter(payment__allocations__debt__in=keys, created_at__gt=merge.at).exists()
        or Debt.objects.filter(pk__in=keys).aggregate(left=Sum("balance", default=0))["left"]
        != Decimal(merge.before["loser"]["debt_balance"])
    )
    return "a debt that came with the merge was paid or lowered since." if lowered else ""


def _bills_returned_since(merge: Merge, keys: Sequence[Any]) -> str:
    returned = Return.objects.filter(bill__in=keys, created_at__gt=merge.at)
    return "goods of a bill that came with the merge came back since." if returned.exists() else ""


def _account_changed_since(merge: Merge, keys: Sequence[Any]) -> str:
    changed = CreditAccount.objects.filter(pk__in=keys, updated_at__gt=merge.at)
    return "the credit account that came with the merge was changed since." if changed.exists() else ""


MOVES = [
    Move(Cart, locked_first=True),
    Move(Appointment, locked_first=True),
    Move(Booking, locked_first=True),
    Move(Enquiry, locked_first=True),
    Move(Bill, undo_blocked=_bills_returned_since),
    Move(CreditNote),
    Move(AdvancePayment, undo_blocked=_advances_used_since),
    Move(Deduction),
    Move(WalletEntry),
    MoveOne(CreditAccount, choice="credit_account", undo_blocked=_account_changed_since),
    Move(Debt, undo_blocked=_debts_lowered_since),
    Move(DebtPayment),
    Move(Reminder),
    Move(PaymentPromise),
    Move(Customer, "merged_into"),  # records that were merged into the loser before lead on to the survivor
]

STAYS = {
    (CustomerPhone, "customer"),  # the loser keeps its phones; through it they lead to the survivor
    (RecordEvent, "customer"),
    (Merge, "survivor"),
    (Merge, "loser"),
    (OpeningBalance, "customer"),  # an opening is entered once for a record; its debt and advance move
    (BillMove, "from_customer"),  # as it was then
    (BillMove, "to_customer"),
    (LikelyPair, "first"),
    (LikelyPair, "second"),
}
