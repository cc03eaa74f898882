"""Debts: each adds up, payments are their allocations, the balance is what is open, statement and aging end there."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from django.db import connection
from django.utils import timezone

from customers.models import Customer
from debts.aging import read_aging
from debts.statement import events_sql, read_statement
from viveka.books.rule import Rule, sql_rule
from viveka.stores.models import Store


def _aging_differs(stores: Sequence[int]) -> Iterator[int]:
    """Customers whose aging of today, read from rows with dates, is not their balance."""
    for store in Store.objects.filter(pk__in=stores):
        aged = {one.customer_id: one.aged.total for one in read_aging(store, store.day_of(timezone.now()))}
        with connection.cursor() as cursor:
            cursor.execute(
                """
                SELECT id, debt_balance FROM customers_customer
                 WHERE store_id = %s AND (debt_balance <> 0 OR id = ANY(%s))
                """,
                [store.pk, list(aged)],
            )
            owed = dict(cursor.fetchall())
        yield from sorted(pk for pk, balance in owed.items() if balance != aged.get(pk, 0))


MOVED_LAST, ONE_DAY = 50, timedelta(days=1)


def _closes_otherwise(stores: Sequence[int]) -> Iterator[int]:
    """Customers whose statement of a day does not open with what closed the day before; those who moved last."""
    last_moved = f"""
        SELECT customer_id, max(at) FROM ({events_sql("store_id = %(store)s")}) AS event
         GROUP BY customer_id ORDER BY max(at) DESC LIMIT {MOVED_LAST}
    """
    for store in Store.objects.filter(pk__in=stores):
        with connection.cursor() as cursor:
            cursor.execute(last_moved, {"store": store.pk})
            moved = dict(cursor.fetchall())
        for customer in Customer.objects.filter(pk__in=moved).order_by("pk"):
            customer.store = store
            day = store.day_of(moved[customer.pk])
            closed, opens = (read_statement(customer, *days) for days in ((None, day), (day + ONE_DAY, day + ONE_DAY)))
            if (closed.closing_debt, closed.closing_advance) != (opens.opening_debt, opens.opening_advance):
                yield customer.pk


RULES = [
    Rule(
        "statement_closes_as_the_next_opens",
        "What closes a customer's statement of a day opens that of the next.",
        _closes_otherwise,
    ),
    sql_rule(
        "debt_adds_up",
        "A debt's amount is what was paid, returned and written off of it, and what is left; open means something is.",
        """
        SELECT id FROM debts_debt
         WHERE store_id = ANY(%(stores)s)
           AND (amount IS DISTINCT FROM paid + returned + written_off + balance
                OR (balance > 0) IS DISTINCT FROM (status = 'open'))
        """,
    ),
    sql_rule(
        "debt_paid_is_its_allocations",
        "What is paid of a debt is the sum of its allocations whose payment stands.",
        """
        SELECT debt.id FROM debts_debt AS debt LEFT JOIN (
            SELECT part.debt_id, sum(part.amount) AS paid FROM debts_allocation AS part
             WHERE part.store_id = ANY(%(stores)s)
               AND NOT EXISTS (SELECT 1 FROM debts_paymentreversal AS undone WHERE undone.payment_id = part.payment_id)
             GROUP BY part.debt_id
        ) AS parts ON parts.debt_id = debt.id
         WHERE debt.store_id = ANY(%(stores)s) AND debt.paid IS DISTINCT FROM coalesce(parts.paid, 0)
        """,
    ),
    sql_rule(
        "debt_lowered_is_its_reductions",
        "What was returned and written off of a debt is the sum of its reductions.",
        """
        SELECT debt.id FROM debts_debt AS debt LEFT JOIN (
            SELECT debt_id, coalesce(sum(amount) FILTER (WHERE cause = 'return'), 0) AS returned,
                   coalesce(sum(amount) FILTER (WHERE cause <> 'return'), 0) AS written_off
              FROM debts_debtreduction WHERE store_id = ANY(%(stores)s) GROUP BY debt_id
        ) AS less ON less.debt_id = debt.id
         WHERE debt.store_id = ANY(%(stores)s)
           AND (debt.returned, debt.written_off)
               IS DISTINCT FROM (coalesce(less.returned, 0), coalesce(less.written_off, 0))
        """,
    ),
    sql_rule(
        "debt_payment_is_its_allocations",
        "A debt payment is its allocations and what was kept as an advance.",
        """
        SELECT payment.id FROM debts_debtpayment AS payment LEFT JOIN (
            SELECT payment_id, sum(amount) AS amount FROM debts_allocation
             WHERE store_id = ANY(%(stores)s) GROUP BY payment_id
        ) AS parts ON parts.payment_id = payment.id
          LEFT JOIN advances_advancepayment AS kept ON kept.id = payment.kept_advance_id
         WHERE payment.store_id = ANY(%(stores)s)
           AND (payment.amount IS DISTINCT FROM coalesce(parts.amount, 0) + payment.kept_amount
                OR payment.kept_amount IS DISTINCT FROM coalesce(kept.amount, 0))
        """,
    ),
    sql_rule(
        "allocation_settles_its_own_customers_debt",
        "A payment settles debts of its own customer, none that is younger than itself, at the payment's moment.",
        """
        SELECT part.id FROM debts_allocation AS part
          JOIN debts_debtpayment AS payment ON payment.id = part.payment_id
          JOIN debts_debt AS debt ON debt.id = part.debt_id
         WHERE part.store_id = ANY(%(stores)s)
           AND (payment.customer_id <> debt.customer_id OR part.at <> payment.at OR part.at < debt.at)
        """,
    ),
    sql_rule(
        "payment_instruments_are_its_customers",
        "What a debt payment used of the balance, or kept as an advance, is its own customer's.",
        """
        SELECT payment.id FROM debts_debtpayment AS payment
          LEFT JOIN advances_deduction AS deduction ON deduction.id = payment.deduction_id
          LEFT JOIN advances_advancepayment AS kept ON kept.id = payment.kept_advance_id
         WHERE payment.store_id = ANY(%(stores)s)
           AND (deduction.customer_id <> payment.customer_id OR kept.customer_id <> payment.customer_id
                OR deduction.amount <> payment.amount)
        """,
    ),
    sql_rule(
        "reversed_payment_left_nothing",
        "Of a payment that was reversed, what came from the balance is given back and what was kept is taken out.",
        """
        SELECT undone.id FROM debts_paymentreversal AS undone
          JOIN debts_debtpayment AS payment ON payment.id = undone.payment_id
          LEFT JOIN advances_advancepayment AS kept ON kept.id = payment.kept_advance_id
         WHERE undone.store_id = ANY(%(stores)s)
           AND (undone.at < payment.at OR kept.refunded_amount <> kept.amount
                OR EXISTS (SELECT 1 FROM advances_utilization AS used
                            WHERE used.deduction_id = payment.deduction_id AND used.restored_amount <> used.amount))
        """,
    ),
    sql_rule(
        "credit_of_a_bill_is_a_debt",
        "What a bill left on credit is a debt of that amount and of the bill's customer; on a bill out of old books one"
        " old debt in place of it.",
        """
        SELECT payment.id FROM billing_payment AS payment
          JOIN billing_bill AS bill ON bill.id = payment.bill_id
          LEFT JOIN debts_debt AS debt ON debt.id = payment.debt_id
         WHERE payment.store_id = ANY(%(stores)s) AND payment.method = 'credit'
           AND (payment.old_debt_id IS NULL OR payment.debt_id IS NOT NULL)
           AND (payment.amount, bill.customer_id) IS DISTINCT FROM (debt.amount, debt.customer_id)
        """,
    ),
    sql_rule(
        "debt_balance_is_open_debts",
        "A customer's debt balance is what is left of their open debts.",
        """
        SELECT customer.id FROM customers_customer AS customer LEFT JOIN (
            SELECT customer_id, sum(balance) AS owed FROM debts_debt
             WHERE store_id = ANY(%(stores)s) AND status = 'open' GROUP BY customer_id
        ) AS debts ON debts.customer_id = customer.id
         WHERE customer.store_id = ANY(%(stores)s) AND customer.debt_balance IS DISTINCT FROM coalesce(debts.owed, 0)
        """,
    ),
    sql_rule(
        "statement_ends_at_the_balances",
        "All lines of a customer's statement together are what they owe and what is held for them.",
        f"""
        SELECT customer.id FROM customers_customer AS customer LEFT JOIN (
            SELECT customer_id, sum(debt) AS owed, sum(advance) AS held
              FROM ({events_sql("store_id = ANY(%(stores)s)")}) AS event GROUP BY customer_id
        ) AS told ON told.customer_id = customer.id
         WHERE customer.store_id = ANY(%(stores)s)
           AND (customer.debt_balance, customer.advance_balance)
               IS DISTINCT FROM (coalesce(told.owed, 0), coalesce(told.held, 0))
        """,
    ),
    sql_rule(
        "debt_never_below_zero",
        "Line after line in order of date, a customer never owes less than nothing.",
        f"""
        SELECT DISTINCT customer_id FROM (
            SELECT customer_id, sum(debt) OVER (PARTITION BY customer_id ORDER BY at, created_at, rank, id) AS owed
              FROM ({events_sql("store_id = ANY(%(stores)s)")}) AS event
        ) AS running WHERE owed < 0
        """,
    ),
    sql_rule(
        "promise_lies_ahead",
        "A promise to pay is for the day on which it was given, or a later one.",
        """
        SELECT promise.id FROM debts_paymentpromise AS promise JOIN stores_store AS store ON store.id = promise.store_id
         WHERE promise.store_id = ANY(%(stores)s)
           AND promise.promised_on < (promise.at AT TIME ZONE store.timezone)::date
        """,
    ),
    Rule("aging_adds_up_to_the_balance", "Today's aging, over all of its buckets, is what is owed.", _aging_differs),
]
