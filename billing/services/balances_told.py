"""What a receipt says of the customer's balances: as they were when the bill was made, however often it is printed."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection

from billing.models import Bill, Payment, PaymentMethod
from debts.statement import events_sql
from viveka.stores.money import ZERO


@dataclass(frozen=True, slots=True)
class BalancesTold:
    """What was owed before, what of the bill was paid, what is owed after it, and what is left paid ahead."""

    previous_due: Decimal
    bill: Decimal
    paid: Decimal
    advance_used: Decimal
    advance_left: Decimal

    @property
    def due_now(self) -> Decimal:
        return self.previous_due + self.bill - self.paid

    @property
    def tells_debt(self) -> bool:
        return bool(self.previous_due or self.due_now)

    @property
    def tells_advance(self) -> bool:
        return bool(self.advance_used or self.advance_left)


def balances_told(bill: Bill, payments: Sequence[Payment]) -> BalancesTold | None:
    """The balances around a bill (read with `debt_payment` and `kept_advance`); None without a customer. One query.

    All that is dated up to the bill counts, but for its own entries, whose moment may be a little later.
    """
    if bill.customer_id is None:
        return None
    own = [
        str(key) for payment in payments for key in (payment.deduction_id, payment.debt_id, payment.old_debt_id) if key
    ]
    own += [str(key) for key in (bill.debt_payment_id, bill.kept_advance_id) if key]
    query = f"""
        SELECT coalesce(sum(debt), 0.00), coalesce(sum(advance), 0.00)
          FROM ({events_sql("customer_id = %(customer)s")}) AS event
         WHERE at <= %(at)s AND NOT about = ANY(%(own)s)
    """
    with connection.cursor() as cursor:
        cursor.execute(query, {"customer": bill.customer_id, "at": bill.at, "own": own})
        debt, advance = cursor.fetchone()
    credit = sum((part.amount for part in payments if part.method == PaymentMethod.CREDIT), ZERO)
    used = sum((part.amount for part in payments if part.method == PaymentMethod.ADVANCE), ZERO)
    old_debts = bill.debt_payment.amount if bill.debt_payment else ZERO
    kept = bill.kept_advance.amount if bill.kept_advance else ZERO
    return BalancesTold(debt, bill.total, bill.total - credit + old_debts, used, advance - used + kept)
