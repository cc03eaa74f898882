"""What was put right: the last correction holds, and what it undid is undone."""

from viveka.books.rule import sql_rule

RULES = [
    sql_rule(
        "moved_bill_is_its_last_customers",
        "A bill that was moved is of the customer of its last move, or of whom that record was merged into.",
        """
        SELECT bill.id FROM billing_bill AS bill JOIN LATERAL (
            SELECT * FROM billing_billmove WHERE bill_id = bill.id ORDER BY id DESC LIMIT 1
        ) AS last ON true LEFT JOIN customers_customer AS target ON target.id = last.to_customer_id
         WHERE bill.store_id = ANY(%(stores)s)
           AND bill.customer_id IS DISTINCT FROM coalesce(target.merged_into_id, target.id)
        """,
    ),
    sql_rule(
        "moved_bill_gave_back_what_it_used",
        "What a moved bill had used of one balance went back, all of it, and as much was used of the other.",
        """
        SELECT move.id FROM billing_billmove AS move
          JOIN advances_deduction AS freed ON freed.id = move.freed_id
          LEFT JOIN advances_deduction AS used ON used.id = move.used_id
         WHERE move.store_id = ANY(%(stores)s)
           AND (freed.amount IS DISTINCT FROM used.amount
                OR freed.amount IS DISTINCT FROM (
                   SELECT sum(restored_amount) FROM advances_utilization WHERE deduction_id = freed.id))
        """,
    ),
    sql_rule(
        "method_change_follows_what_was_entered",
        "A payment that was paid in another way begins as it was entered, each change where the one before ended, with"
        " all of its amount.",
        """
        SELECT change.id FROM (
            SELECT *, lag(to_method) OVER (
                       PARTITION BY payment_id, debt_payment_id, advance_id, money_back_id, note_money_id ORDER BY id
                   ) AS before
              FROM billing_methodchange WHERE store_id = ANY(%(stores)s)
        ) AS change
          LEFT JOIN billing_payment AS paid ON paid.id = change.payment_id
          LEFT JOIN debts_debtpayment AS repaid ON repaid.id = change.debt_payment_id
          LEFT JOIN advances_advancepayment AS advance ON advance.id = change.advance_id
          LEFT JOIN billing_moneyback AS back ON back.id = change.money_back_id
          LEFT JOIN billing_creditnotemoney AS noted ON noted.id = change.note_money_id
         WHERE (change.from_method, change.amount) IS DISTINCT FROM
               (coalesce(change.before, paid.method, repaid.mode, advance.mode, back.way, noted.way),
                coalesce(paid.amount, repaid.amount, advance.amount, back.amount, noted.amount))
        """,
    ),
    sql_rule(
        "reassigned_is_reversed_and_taken_anew",
        "A debt payment or an advance that was another person's is reversed, and taken anew with the same amount.",
        """
        SELECT made.id FROM billing_reassignment AS made
          LEFT JOIN debts_debtpayment AS paid ON paid.id = made.debt_payment_id
          LEFT JOIN debts_paymentreversal AS undone ON undone.payment_id = paid.id
          LEFT JOIN debts_debtpayment AS repaid ON repaid.id = made.instead_payment_id
          LEFT JOIN advances_advancepayment AS advance ON advance.id = made.advance_id
          LEFT JOIN advances_advancepayment AS instead ON instead.id = made.instead_advance_id
         WHERE made.store_id = ANY(%(stores)s)
           AND CASE WHEN made.debt_payment_id IS NOT NULL
                    THEN undone.id IS NULL OR paid.amount IS DISTINCT FROM repaid.amount
                    ELSE advance.refunded_amount IS DISTINCT FROM advance.amount
                         OR advance.amount IS DISTINCT FROM instead.amount END
        """,
    ),
]
