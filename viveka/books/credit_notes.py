"""Credit notes: lines, goods and money agree, and go to the customer that the note names."""

from viveka.books.rule import sql_rule

RULES = [
    sql_rule(
        "credit_note_adds_up",
        "A credit note is its lines, price and cost, and what it gave is its total.",
        """
        SELECT note.id FROM billing_creditnote AS note LEFT JOIN (
            SELECT note_id, sum(total) AS total, sum(cost) AS cost FROM billing_creditnoteline
             WHERE store_id = ANY(%(stores)s) GROUP BY note_id
        ) AS lines ON lines.note_id = note.id LEFT JOIN (
            SELECT note_id, sum(amount) AS amount FROM billing_creditnotemoney
             WHERE store_id = ANY(%(stores)s) GROUP BY note_id
        ) AS given ON given.note_id = note.id
         WHERE note.store_id = ANY(%(stores)s)
           AND (note.total, note.total_cost, note.total)
               IS DISTINCT FROM (lines.total, lines.cost, coalesce(given.amount, 0))
        """,
    ),
    sql_rule(
        "credit_note_line_is_quantity_times_price",
        "A line of a credit note is worth quantity times price, half a paisa rounded up.",
        """
        SELECT id FROM billing_creditnoteline
         WHERE store_id = ANY(%(stores)s) AND total IS DISTINCT FROM round(quantity * price, 2)
        """,
    ),
    sql_rule(
        "credit_note_goods_came_in",
        "What a credit note took back is a batch of the same product, quantity and cost; what was not for the shelf"
        " left it at once; without a batch it cost nothing.",
        """
        SELECT line.id FROM billing_creditnoteline AS line
          LEFT JOIN billing_batch AS batch ON batch.id = line.batch_id
         WHERE line.store_id = ANY(%(stores)s)
           AND CASE WHEN line.batch_id IS NULL THEN line.cost <> 0 OR line.is_restocked
                    ELSE (batch.product_id, batch.quantity, round(batch.quantity * batch.cost_price, 2))
                         IS DISTINCT FROM (line.product_id, line.quantity, line.cost)
                         OR NOT line.is_restocked AND NOT EXISTS (
                            SELECT 1 FROM billing_stockmovement AS gone
                             WHERE gone.batch_id = line.batch_id AND gone.reason = 'adjusted'
                               AND gone.quantity = -line.quantity) END
        """,
    ),
    sql_rule(
        "credit_note_goes_to_its_customer",
        "What a credit note lowered is a debt of its customer, by that amount; what it left as an advance is theirs.",
        """
        SELECT part.id FROM billing_creditnotemoney AS part
          JOIN billing_creditnote AS note ON note.id = part.note_id
          LEFT JOIN debts_debtreduction AS less ON less.id = part.reduction_id
          LEFT JOIN debts_debt AS debt ON debt.id = less.debt_id
          LEFT JOIN advances_advancepayment AS advance ON advance.id = part.advance_id
         WHERE part.store_id = ANY(%(stores)s)
           AND CASE part.way WHEN 'debt' THEN (less.amount, less.cause, debt.customer_id) IS DISTINCT FROM
                                              (part.amount, 'return', note.customer_id)
                             WHEN 'advance' THEN (advance.amount, advance.reference_type, advance.customer_id)
                                                 IS DISTINCT FROM (part.amount, 'return', note.customer_id)
                             ELSE num_nonnulls(part.reduction_id, part.advance_id) > 0 END
        """,
    ),
    sql_rule(
        "credit_note_names_its_customer",
        "A credit note copies its customer's number; one without a customer has none of the copies, save the name and"
        " phone that old books had.",
        """
        SELECT id FROM billing_creditnote
         WHERE store_id = ANY(%(stores)s)
           AND CASE WHEN customer_id IS NULL AND imported_from_id IS NOT NULL THEN customer_number <> ''
                    WHEN customer_id IS NULL THEN customer_number || customer_name || customer_phone <> ''
                    ELSE customer_number = '' END
        """,
    ),
    sql_rule(
        "credit_note_day_is_the_stores",
        "The day of a credit note is that of its moment in the store's zone (one that it had, where it was changed).",
        """
        SELECT note.id FROM billing_creditnote AS note JOIN stores_store AS store ON store.id = note.store_id
         WHERE note.store_id = ANY(%(stores)s) AND note.day <> (note.at AT TIME ZONE store.timezone)::date
           AND NOT EXISTS (SELECT 1 FROM stores_storechange AS once
                            WHERE once.pgh_obj_id = note.store_id
                              AND note.day = (note.at AT TIME ZONE once.timezone)::date)
        """,
    ),
]
