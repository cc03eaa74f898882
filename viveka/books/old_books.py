"""What came out of old books: marked as such, without goods, and owed by nobody until it has its owner."""

from viveka.books.rule import sql_rule

RULES = [
    sql_rule(
        "imported_bill_moved_no_goods",
        "A bill out of old books has no number of the store's series, no cost, and moved no goods when it was sold.",
        """
        SELECT bill.id FROM billing_bill AS bill
         WHERE bill.store_id = ANY(%(stores)s) AND bill.imported_from_id IS NOT NULL
           AND (bill.sequence IS NOT NULL OR bill.total_cost <> 0 OR EXISTS (
                SELECT 1 FROM billing_billline AS line JOIN billing_stockmovement AS moved
                    ON moved.bill_line_id = line.id AND moved.reason = 'sold' WHERE line.bill_id = bill.id))
        """,
    ),
    sql_rule(
        "imported_bill_has_unknown_cost",
        "Every line of a bill out of old books says that its cost is not known, and no bill of ours has such books.",
        """
        SELECT line.id FROM billing_bill AS bill JOIN billing_billline AS line ON line.bill_id = bill.id
         WHERE bill.store_id = ANY(%(stores)s) AND bill.imported_from_id IS NOT NULL AND NOT line.is_cost_unknown
        """,
    ),
    sql_rule(
        "other_is_out_of_old_books",
        "Only bills, returns and debt payments out of old books are paid in a way that nobody said.",
        """
        SELECT payment.id::text FROM billing_payment AS payment JOIN billing_bill AS bill ON bill.id = payment.bill_id
         WHERE payment.store_id = ANY(%(stores)s) AND bill.imported_from_id IS NULL
           AND (payment.method = 'other' OR payment.old_debt_id IS NOT NULL)
        UNION ALL
        SELECT part.id::text FROM billing_moneyback AS part
          JOIN billing_return AS made ON made.id = part.goods_return_id
         WHERE part.store_id = ANY(%(stores)s) AND part.way = 'other' AND made.imported_from_id IS NULL
        UNION ALL
        SELECT part.id::text FROM billing_creditnotemoney AS part
          JOIN billing_creditnote AS note ON note.id = part.note_id
         WHERE part.store_id = ANY(%(stores)s) AND part.way = 'other' AND note.imported_from_id IS NULL
        UNION ALL
        SELECT paid.id::text FROM debts_debtpayment AS paid
         WHERE paid.store_id = ANY(%(stores)s) AND paid.mode = 'other'
           AND NOT EXISTS (SELECT 1 FROM billing_olddebtpayment AS old WHERE old.payment_id = paid.id)
        """,
    ),
    sql_rule(
        "old_debt_is_its_debt",
        "An old debt with an owner is a debt of that amount; one that is a part of a bill is of the bill's customer.",
        """
        SELECT old.id FROM billing_olddebt AS old LEFT JOIN debts_debt AS debt ON debt.id = old.debt_id
          LEFT JOIN billing_payment AS part ON part.old_debt_id = old.id
          LEFT JOIN billing_bill AS bill ON bill.id = part.bill_id
         WHERE old.store_id = ANY(%(stores)s)
           AND (old.debt_id IS NOT NULL AND debt.amount IS DISTINCT FROM old.amount
                OR part.id IS NOT NULL AND (part.amount, bill.customer_id, bill.imported_from_id) IS DISTINCT FROM
                                           (old.amount, debt.customer_id, old.books_id))
        """,
    ),
    sql_rule(
        "old_payment_is_its_payment",
        "A payment out of old books is one of that amount and way, and settled the debt that it was of.",
        """
        SELECT old.id FROM billing_olddebtpayment AS old
          JOIN billing_olddebt AS of_debt ON of_debt.id = old.old_debt_id
          JOIN debts_debtpayment AS paid ON paid.id = old.payment_id
          LEFT JOIN debts_allocation AS part ON part.payment_id = paid.id AND part.debt_id = of_debt.debt_id
         WHERE old.store_id = ANY(%(stores)s)
           AND (old.amount, old.amount, old.mode) IS DISTINCT FROM (paid.amount, part.amount, paid.mode)
        """,
    ),
    sql_rule(
        "old_debt_paid_within_it",
        "The older program had no more paid of a debt than it was.",
        """
        SELECT old.id FROM billing_olddebt AS old JOIN (
            SELECT old_debt_id, sum(amount) AS amount FROM billing_olddebtpayment
             WHERE store_id = ANY(%(stores)s) GROUP BY old_debt_id
        ) AS paid ON paid.old_debt_id = old.id
         WHERE old.store_id = ANY(%(stores)s) AND paid.amount > old.amount
        """,
    ),
    sql_rule(
        "assigned_old_debt_left_no_payment",
        "Where an old debt has its owner, what was paid of it by then is the owner's payment.",
        """
        SELECT old.id FROM billing_olddebtpayment AS old JOIN billing_olddebt AS of_debt ON of_debt.id = old.old_debt_id
          JOIN debts_debt AS debt ON debt.id = of_debt.debt_id
         WHERE old.store_id = ANY(%(stores)s) AND old.payment_id IS NULL AND old.created_at < debt.created_at
        """,
    ),
]
