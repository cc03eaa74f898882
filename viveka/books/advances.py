"""Advances: each adds up, the balance is what remains, the wallet's entries chain, the oldest was used first."""

from viveka.books.advances_in_turn import find_out_of_turn
from viveka.books.rule import Rule, sql_rule

RULES = [
    sql_rule(
        "advance_adds_up",
        "An advance's amount is what was used, refunded and expired of it, and what remains; its status says which.",
        """
        SELECT id FROM advances_advancepayment
         WHERE store_id = ANY(%(stores)s)
           AND (amount IS DISTINCT FROM utilized_amount + refunded_amount + expired_amount + remaining_amount
                OR (remaining_amount > 0) IS DISTINCT FROM (status = 'active'))
        """,
    ),
    sql_rule(
        "advance_is_its_entries",
        "What was paid in, used, refunded, expired and remains of an advance is what its wallet entries say.",
        """
        SELECT advance.id FROM advances_advancepayment AS advance LEFT JOIN (
            SELECT advance_id, sum(change) AS remaining,
                   coalesce(sum(change) FILTER (WHERE cause = 'advance'), 0) AS paid,
                   -coalesce(sum(change) FILTER (WHERE cause IN ('deduction', 'restoration')), 0) AS used,
                   -coalesce(sum(change) FILTER (WHERE cause IN ('refund', 'reversal')), 0) AS refunded,
                   -coalesce(sum(change) FILTER (WHERE cause = 'expiry'), 0) AS expired
              FROM advances_walletentry WHERE store_id = ANY(%(stores)s) GROUP BY advance_id
        ) AS entries ON entries.advance_id = advance.id
         WHERE advance.store_id = ANY(%(stores)s)
           AND (advance.amount, advance.utilized_amount, advance.refunded_amount, advance.expired_amount,
                advance.remaining_amount)
               IS DISTINCT FROM (entries.paid, entries.used, entries.refunded, entries.expired, entries.remaining)
        """,
    ),
    sql_rule(
        "utilization_is_its_entries",
        "What a use took from an advance, and what was given back of it, is what the wallet entries say.",
        """
        SELECT used.id FROM advances_utilization AS used LEFT JOIN (
            SELECT advance_id, deduction_id,
                   -coalesce(sum(change) FILTER (WHERE cause = 'deduction'), 0) AS amount,
                   coalesce(sum(change) FILTER (WHERE cause = 'restoration'), 0) AS restored
              FROM advances_walletentry WHERE store_id = ANY(%(stores)s) AND deduction_id IS NOT NULL
             GROUP BY advance_id, deduction_id
        ) AS entries ON entries.advance_id = used.advance_id AND entries.deduction_id = used.deduction_id
         WHERE used.store_id = ANY(%(stores)s)
           AND (used.amount, used.restored_amount) IS DISTINCT FROM (entries.amount, entries.restored)
        """,
    ),
    sql_rule(
        "wallet_use_is_a_utilization",
        "Every wallet entry of a use has its utilization.",
        """
        SELECT entry.id FROM advances_walletentry AS entry LEFT JOIN advances_utilization AS used
            ON used.advance_id = entry.advance_id AND used.deduction_id = entry.deduction_id
         WHERE entry.store_id = ANY(%(stores)s) AND entry.deduction_id IS NOT NULL AND used.id IS NULL
        """,
    ),
    sql_rule(
        "deduction_is_its_utilizations",
        "A deduction is the sum of its utilizations.",
        """
        SELECT deduction.id FROM advances_deduction AS deduction LEFT JOIN (
            SELECT deduction_id, sum(amount) AS amount FROM advances_utilization
             WHERE store_id = ANY(%(stores)s) GROUP BY deduction_id
        ) AS used ON used.deduction_id = deduction.id
         WHERE deduction.store_id = ANY(%(stores)s) AND deduction.amount IS DISTINCT FROM used.amount
        """,
    ),
    sql_rule(
        "deduction_paid_one_thing",
        "A deduction paid one bill or one debt payment of the same customer, and all of that part; or a correction let"
        " go of it.",
        """
        SELECT deduction.id FROM advances_deduction AS deduction
          LEFT JOIN billing_payment AS part ON part.deduction_id = deduction.id
          LEFT JOIN billing_bill AS bill ON bill.id = part.bill_id
          LEFT JOIN debts_debtpayment AS repaid ON repaid.deduction_id = deduction.id
         WHERE deduction.store_id = ANY(%(stores)s)
           AND NOT (num_nonnulls(part.id, repaid.id) = 0
                    AND EXISTS (SELECT 1 FROM billing_billmove AS move WHERE move.freed_id = deduction.id))
           AND (num_nonnulls(part.id, repaid.id) <> 1
                OR (deduction.amount, deduction.customer_id) IS DISTINCT FROM
                   (coalesce(part.amount, repaid.amount), coalesce(bill.customer_id, repaid.customer_id)))
        """,
    ),
    sql_rule(
        "advance_balance_is_what_remains",
        "A customer's advance balance is what remains of their advances, and where the wallet's entries end.",
        """
        SELECT customer.id FROM customers_customer AS customer LEFT JOIN (
            SELECT customer_id, sum(remaining_amount) AS left_over FROM advances_advancepayment
             WHERE store_id = ANY(%(stores)s) GROUP BY customer_id
        ) AS advances ON advances.customer_id = customer.id LEFT JOIN (
            SELECT customer_id, sum(change) AS ends FROM advances_walletentry
             WHERE store_id = ANY(%(stores)s) GROUP BY customer_id
        ) AS wallet ON wallet.customer_id = customer.id
         WHERE customer.store_id = ANY(%(stores)s)
           AND (customer.advance_balance, customer.advance_balance)
               IS DISTINCT FROM (coalesce(advances.left_over, 0), coalesce(wallet.ends, 0))
        """,
    ),
    sql_rule(
        "wallet_never_below_zero",
        "Line after line in order of date, a customer's wallet never falls below zero.",
        """
        SELECT id FROM (
            SELECT id, sum(change) OVER (PARTITION BY customer_id ORDER BY at, id) AS balance
              FROM advances_walletentry WHERE store_id = ANY(%(stores)s)
        ) AS running WHERE balance < 0
        """,
    ),
    sql_rule(
        "wallet_entry_of_one_customer",
        "A wallet entry, its advance and its deduction are of one customer.",
        """
        SELECT entry.id FROM advances_walletentry AS entry
          JOIN advances_advancepayment AS advance ON advance.id = entry.advance_id
          LEFT JOIN advances_deduction AS deduction ON deduction.id = entry.deduction_id
         WHERE entry.store_id = ANY(%(stores)s)
           AND (entry.customer_id <> advance.customer_id OR entry.customer_id <> deduction.customer_id)
        """,
    ),
    Rule(
        "advances_used_oldest_first",
        "Every use took the oldest advance that had something left then.",
        find_out_of_turn,
    ),
]
