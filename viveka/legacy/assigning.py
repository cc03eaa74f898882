"""Old debts get their owner: a real debt with its payments, and the bill that it is of goes to the customer too.

Everything by sets, under the customers' locks. Number, goods, total and payments of the bill stay; whom it names is
filled in once. Statistics and balances are counted anew from the rows.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from billing.models import OldDebt
from customers.models import Customer
from viveka.legacy.booking import by_index, fire_all_triggers
from viveka.legacy.recount import put_right_locked
from viveka.stores.errors import Conflict, Missing
from viveka.stores.models import Store, User
from viveka.stores.passage import correcting
from viveka.stores.transactions import StartAgain, retry_when_entangled

UNKNOWN = "Unknown"
_MANY = 5_000  # so many new debts are counted for the planner, before balances are added up from them

# `given` says which debt (or bill, or credit note) goes to whom.
_DEBTS = """
INSERT INTO debts_debt (id, store_id, customer_id, amount, due_on, for_name, note, allowed_why, by_id, at, created_at,
                        paid, returned, written_off, balance, status)
SELECT old.id, old.store_id, given.customer, old.amount, old.due_on, '',
       left(coalesce(nullif(old.note, ''), books.name || ', debt ' || old.key), 500), '', %(by)s,
       greatest(old.at, %(open_from)s), %(now)s, coalesce(paid.amount, 0), 0, 0, old.amount - coalesce(paid.amount, 0),
       CASE WHEN old.amount > coalesce(paid.amount, 0) THEN 'open' ELSE 'settled' END
  FROM {given} AS given (id, customer)
  JOIN billing_olddebt AS old ON old.id = given.id AND old.store_id = %(store)s AND old.debt_id IS NULL
  JOIN billing_oldbooks AS books ON books.id = old.books_id
  LEFT JOIN LATERAL (SELECT sum(amount) FILTER (WHERE payment_id IS NULL) AS amount FROM billing_olddebtpayment
                      WHERE old_debt_id = old.id) AS paid ON true
 ORDER BY old.at, old.id
"""
_PARTS = """
INSERT INTO debts_allocation (store_id, payment_id, debt_id, amount, at)
SELECT paid.store_id, paid.id, paid.old_debt_id, paid.amount, greatest(paid.at, debt.at, %(open_from)s)
  FROM {given} AS given (id, customer) JOIN billing_olddebtpayment AS paid ON paid.old_debt_id = given.id
  JOIN debts_debt AS debt ON debt.id = paid.old_debt_id
 WHERE paid.payment_id IS NULL AND paid.store_id = %(store)s ORDER BY paid.at, paid.id
"""
_PAYMENTS = """
INSERT INTO debts_debtpayment (id, store_id, customer_id, amount, kept_amount, mode, reference, note, by_id, at,
                               created_at)
SELECT paid.id, paid.store_id, debt.customer_id, paid.amount, 0, paid.mode, paid.reference, '', %(by)s,
       greatest(paid.at, debt.at, %(open_from)s), %(now)s
  FROM {given} AS given (id, customer) JOIN billing_olddebtpayment AS paid ON paid.old_debt_id = given.id
  JOIN debts_debt AS debt ON debt.id = paid.old_debt_id
 WHERE paid.payment_id IS NULL AND paid.store_id = %(store)s ORDER BY paid.at, paid.id
"""
_ASSIGNED = """
UPDATE billing_olddebtpayment AS paid SET payment_id = paid.id
  FROM {given} AS given (id, customer)
 WHERE paid.old_debt_id = given.id AND paid.payment_id IS NULL AND paid.store_id = %(store)s;
UPDATE billing_olddebt AS old SET debt_id = old.id, why = ''
  FROM {given} AS given (id, customer)
 WHERE old.id = given.id AND old.debt_id IS NULL AND old.store_id = %(store)s
"""
_BILLS = """
UPDATE billing_bill AS bill SET customer_id = customer.id, customer_number = customer.number
  FROM {given} AS given (id, customer) JOIN customers_customer AS customer ON customer.id = given.customer
 WHERE bill.id = given.id AND bill.store_id = %(store)s AND bill.customer_id IS NULL
   AND bill.imported_from_id IS NOT NULL
"""
_NOTES = _BILLS.replace("billing_bill AS bill", "billing_creditnote AS bill")
_BILLS_OF_DEBTS = """
SELECT payment.bill_id, given.customer FROM {given} AS given (id, customer)
  JOIN billing_payment AS payment ON payment.old_debt_id = given.id
"""
# A payment that came in later, of a debt that has its owner: as far as it is still owed.
_LATER = """
SELECT paid.id, debt.id, debt.customer_id, paid.amount
  FROM billing_olddebtpayment AS paid JOIN billing_olddebt AS old ON old.id = paid.old_debt_id
  JOIN debts_debt AS debt ON debt.id = old.debt_id
 WHERE paid.store_id = %(store)s AND paid.payment_id IS NULL AND paid.amount <= debt.balance
 ORDER BY debt.customer_id, paid.at, paid.id
"""


class Assigning:
    """Who does it, when, in which store; and the statements."""

    def __init__(self, store: Store, by: User, now: datetime) -> None:
        self.store = store
        self.values: dict[str, Any] = {"store": store.pk, "by": by.pk, "now": now, "open_from": open_from(store)}

    def write(
        self,
        debts: Sequence[tuple[UUID, int]],
        bills: Sequence[tuple[UUID, int]] = (),
        notes: Sequence[tuple[UUID, int]] = (),
    ) -> None:
        """Give these debts, bills and credit notes to these customers, who are locked and on record."""
        fire_all_triggers()
        self._run(_DEBTS, debts)
        self._run(_PARTS, debts)
        with by_index():
            self._run(_PAYMENTS, debts)
        self._run(_ASSIGNED, debts)
        with connection.cursor() as cursor, correcting():
            if debts:
                cursor.execute(*self._with(_BILLS_OF_DEBTS, debts))
                bills = [*bills, *cursor.fetchall()]
            self._run(_BILLS, bills)
            self._run(_NOTES, notes)
        if len(debts) >= _MANY:
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE debts_debt")
        put_right_locked(self.store, sorted({customer for _, customer in [*debts, *bills, *notes]}))

    def later_payments(self) -> int:
        """Payments that the older program had since, of debts with an owner; how many. Each under its customer."""
        with connection.cursor() as cursor:
            cursor.execute(_LATER, self.values)
            found = cursor.fetchall()
        customers = sorted({customer for _, _, customer, _ in found})
        list(Customer.objects.of(self.store).filter(pk__in=customers).for_no_key_update().values_list("pk"))
        done = 0
        for payment, debt, _, amount in found:
            done += self._settle(payment, debt, amount)
        put_right_locked(self.store, customers)
        return done

    def _settle(self, payment: UUID, debt: UUID, amount: Any) -> int:
        with connection.cursor() as cursor:
            cursor.execute(
                """
                UPDATE debts_debt SET paid = paid + %(amount)s, balance = balance - %(amount)s,
                       status = CASE WHEN balance > %(amount)s THEN 'open' ELSE 'settled' END
                 WHERE id = %(debt)s AND balance >= %(amount)s
                """,
                {"amount": amount, "debt": debt},
            )
            if not cursor.rowcount:
                return 0
            for sql in (_PARTS, _PAYMENTS):
                one = f"{sql.split('ORDER BY', maxsplit=1)[0]} AND paid.id = %(payment)s"
                cursor.execute(one.format(given="(VALUES (%(debt)s::uuid, 0))"),
                               self.values | {"debt": debt, "payment": payment})  # fmt: skip
            cursor.execute("UPDATE billing_olddebtpayment SET payment_id = id WHERE id = %s", [payment])
        return 1

    def _run(self, sql: str, given: Sequence[tuple[UUID, int]]) -> None:
        if given:
            with connection.cursor() as cursor:
                cursor.execute(*self._with(sql, given))

    def _with(self, sql: str, given: Sequence[tuple[UUID, int]]) -> tuple[str, dict[str, Any]]:
        keys, customers = [key for key, _ in given], [customer for _, customer in given]
        rows = "(SELECT * FROM unnest(%(keys)s::uuid[], %(customers)s::bigint[]))"
        return sql.format(given=rows), self.values | {"keys": keys, "customers": customers}


def open_from(store: Store) -> datetime | str:
    """The first moment that is not closed: an old debt of a closed day is entered then."""
    return "-infinity" if store.closed_until is None else store.start_of(store.closed_until + timedelta(days=1))


@retry_when_entangled
@transaction.atomic
def assign_debts(*, store: Store, debts: Sequence[UUID], customer: Customer, by: User, now: datetime) -> int:
    """Give old debts without an owner to a customer, with those of the same bills; how many.

    Raises Missing where one of them is not there or has its owner, IsDeleted, Conflict for a placeholder.
    """
    customer = Customer.objects.lock(store, customer.pk)
    if not customer.phone and not customer.has_real_name:
        raise Conflict("Who owes needs a phone or a real name.", "customer")
    picked = OldDebt.objects.of(store).without_owner().filter(pk__in=debts)
    bills = picked.filter(bill_payment__isnull=False).values("bill_payment__bill")
    along = OldDebt.objects.of(store).without_owner().filter(bill_payment__bill__in=bills)
    wanted = {*debts, *along.values_list("pk", flat=True)}
    found = OldDebt.objects.of(store).without_owner().filter(pk__in=wanted)
    locked = list(found.select_for_update(no_key=True, of=("self",)).order_by("pk").values_list("pk", flat=True))
    if len(locked) < len(wanted) or not locked:
        raise Missing("One of these debts has its owner already.", "debts")
    Assigning(store, by, now).write([(pk, customer.pk) for pk in locked])
    return len(locked)


@retry_when_entangled
@transaction.atomic
def assign_rest(*, store: Store, by: User, now: datetime) -> tuple[Customer, int]:
    """Put all that is left on one customer, `Unknown`, made where there is none; whom, and how many."""
    customer = Customer.objects.of(store).on_record().filter(name=UNKNOWN, phone__isnull=True).first()
    if customer is None:
        customer = Customer.objects.find_or_create(store=store, details={"name": UNKNOWN}).customer
    if customer.phone or customer.name != UNKNOWN:
        raise StartAgain("The customer Unknown is being changed by somebody else. Try again.")
    left = list(OldDebt.objects.of(store).without_owner().values_list("pk", flat=True))
    if not left:
        return customer, 0
    return customer, assign_debts(store=store, debts=left, customer=customer, by=by, now=now)
