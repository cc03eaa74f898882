"""Opening balances: each is what it became, once for a record, undone where a row says so."""

from viveka.books.rule import sql_rule

RULES = [
    sql_rule(
        "opening_is_its_customers",
        "What an opening balance became is its own customer's, or whom that record leads to, dated as it says.",
        """
        SELECT opening.id FROM debts_openingbalance AS opening
          JOIN customers_customer AS entered ON entered.id = opening.customer_id
          LEFT JOIN debts_debt AS debt ON debt.id = opening.debt_id
          LEFT JOIN advances_advancepayment AS advance ON advance.id = opening.advance_id
         WHERE opening.store_id = ANY(%(stores)s)
           AND (num_nonnulls(debt.id, advance.id) = 0
                OR coalesce(entered.merged_into_id, entered.id) <> coalesce(debt.customer_id, advance.customer_id)
                OR debt.customer_id <> advance.customer_id OR debt.at <> opening.at OR advance.at <> opening.at)
        """,
    ),
    sql_rule(
        "opening_brought_no_money_and_is_of_no_bill",
        "An opening balance is a debt without a bill, and an advance for which no money came in.",
        """
        SELECT opening.id FROM debts_openingbalance AS opening
          LEFT JOIN advances_advancepayment AS advance ON advance.id = opening.advance_id
         WHERE opening.store_id = ANY(%(stores)s)
           AND (advance.reference_type <> 'opening' OR advance.mode <> ''
                OR EXISTS (SELECT 1 FROM billing_payment AS payment WHERE payment.debt_id = opening.debt_id))
        """,
    ),
    sql_rule(
        "opening_once_per_customer",
        "Of those not undone, a record has one opening balance of each kind, and a row of the old book one.",
        """
        SELECT id FROM (
            SELECT id, row_key <> '' AND row_number() OVER (PARTITION BY store_id, row_key ORDER BY id) > 1 AS again,
                   debt_id IS NOT NULL AND count(debt_id) OVER mine > 1 AS second_debt,
                   advance_id IS NOT NULL AND count(advance_id) OVER mine > 1 AS second_advance
              FROM debts_openingbalance WHERE store_id = ANY(%(stores)s) AND NOT is_undone
            WINDOW mine AS (PARTITION BY customer_id ORDER BY id)
        ) AS opening WHERE again OR second_debt OR second_advance
        """,
    ),
    sql_rule(
        "opening_undone_is_taken_out",
        "An opening balance is undone exactly where a row says so; its debt and its advance are then taken out.",
        """
        SELECT opening.id FROM debts_openingbalance AS opening
          LEFT JOIN debts_openingundo AS undo ON undo.opening_id = opening.id
         WHERE opening.store_id = ANY(%(stores)s)
           AND (opening.is_undone IS DISTINCT FROM (undo.id IS NOT NULL)
                OR opening.is_undone AND opening.debt_id IS NOT NULL AND NOT EXISTS (
                    SELECT 1 FROM debts_debtreduction AS less
                     WHERE less.debt_id = opening.debt_id AND less.cause = 'reversal')
                OR opening.is_undone AND opening.advance_id IS NOT NULL AND NOT EXISTS (
                    SELECT 1 FROM advances_walletentry AS entry
                     WHERE entry.advance_id = opening.advance_id AND entry.cause = 'reversal'))
        """,
    ),
]
