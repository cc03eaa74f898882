"""Bills: totals, lines and payments agree, to the paisa."""

from viveka.books.rule import sql_rule

RULES = [
    sql_rule(
        "bill_total_adds_up",
        "A bill's total is its subtotal less discount plus rounding.",
        """
        SELECT id FROM billing_bill
         WHERE store_id = ANY(%(stores)s) AND total IS DISTINCT FROM subtotal - discount + rounding
        """,
    ),
    sql_rule(
        "bill_is_its_lines",
        "A bill has lines, and their subtotals, discounts, roundings and totals add up to its own.",
        """
        SELECT bill.id FROM billing_bill AS bill LEFT JOIN (
            SELECT bill_id, sum(subtotal) AS subtotal, sum(discount) AS discount, sum(rounding) AS rounding,
                   sum(total) AS total
              FROM billing_billline WHERE store_id = ANY(%(stores)s) GROUP BY bill_id
        ) AS lines ON lines.bill_id = bill.id
         WHERE bill.store_id = ANY(%(stores)s)
           AND (bill.subtotal, bill.discount, bill.rounding, bill.total)
               IS DISTINCT FROM (lines.subtotal, lines.discount, lines.rounding, lines.total)
        """,
    ),
    sql_rule(
        "bill_cost_is_of_its_lines",
        "A bill's total cost is the sum of its lines' costs.",
        """
        SELECT bill.id FROM billing_bill AS bill LEFT JOIN (
            SELECT bill_id, sum(cost) AS cost FROM billing_billline
             WHERE store_id = ANY(%(stores)s) GROUP BY bill_id
        ) AS lines ON lines.bill_id = bill.id
         WHERE bill.store_id = ANY(%(stores)s) AND bill.total_cost IS DISTINCT FROM coalesce(lines.cost, 0)
        """,
    ),
    sql_rule(
        "bill_is_paid_exactly",
        "A bill's payments add up to its total.",
        """
        SELECT bill.id FROM billing_bill AS bill LEFT JOIN (
            SELECT bill_id, sum(amount) AS paid FROM billing_payment
             WHERE store_id = ANY(%(stores)s) GROUP BY bill_id
        ) AS payments ON payments.bill_id = bill.id
         WHERE bill.store_id = ANY(%(stores)s) AND bill.total IS DISTINCT FROM coalesce(payments.paid, 0)
        """,
    ),
    sql_rule(
        "bill_is_paid_at_its_own_moment",
        "A bill's payments are of the moment of the bill, and are found by it.",
        """
        SELECT DISTINCT bill.id FROM billing_bill AS bill JOIN billing_payment AS payment ON payment.bill_id = bill.id
         WHERE bill.store_id = ANY(%(stores)s) AND payment.at <> bill.at
        """,
    ),
    sql_rule(
        "bill_change_is_what_was_over",
        "A bill's change is the cash handed over less the cash it took.",
        """
        SELECT bill.id FROM billing_bill AS bill LEFT JOIN (
            SELECT bill_id, sum(tendered - amount) AS over FROM billing_payment
             WHERE store_id = ANY(%(stores)s) AND tendered IS NOT NULL GROUP BY bill_id
        ) AS payments ON payments.bill_id = bill.id
         WHERE bill.store_id = ANY(%(stores)s) AND bill.change IS DISTINCT FROM coalesce(payments.over, 0)
        """,
    ),
    sql_rule(
        "bill_keeps_for_its_customer",
        "What is above a bill paid old debts of its own customer, or is their advance, by a way the bill was paid.",
        """
        SELECT bill.id FROM billing_bill AS bill
          LEFT JOIN debts_debtpayment AS payment ON payment.id = bill.debt_payment_id
          LEFT JOIN advances_advancepayment AS advance ON advance.id = bill.kept_advance_id
         WHERE bill.store_id = ANY(%(stores)s) AND num_nonnulls(bill.debt_payment_id, bill.kept_advance_id) > 0
           AND (bill.customer_id IS DISTINCT FROM coalesce(payment.customer_id, advance.customer_id)
                OR NOT EXISTS (SELECT 1 FROM billing_payment AS part
                                WHERE part.bill_id = bill.id AND part.method NOT IN ('advance', 'credit')
                                  AND part.method = coalesce(payment.mode, advance.mode)))
        """,
    ),
    sql_rule(
        "bill_day_is_the_stores",
        "A bill's day is the calendar day of its moment in the store's zone (one that it had, where it was changed).",
        """
        SELECT bill.id FROM billing_bill AS bill JOIN stores_store AS store ON store.id = bill.store_id
         WHERE bill.store_id = ANY(%(stores)s) AND bill.day <> (bill.at AT TIME ZONE store.timezone)::date
           AND NOT EXISTS (SELECT 1 FROM stores_storechange AS once
                            WHERE once.pgh_obj_id = bill.store_id
                              AND bill.day = (bill.at AT TIME ZONE once.timezone)::date)
        """,
    ),
    sql_rule(
        "bill_names_its_customer",
        "A bill copies its customer's number and name; a bill without a customer has none of the copies, save the name"
        " and phone that old books had.",
        """
        SELECT id FROM billing_bill
         WHERE store_id = ANY(%(stores)s)
           AND CASE WHEN customer_id IS NULL AND imported_from_id IS NOT NULL THEN customer_number || for_name <> ''
                    WHEN customer_id IS NULL
                    THEN customer_number || customer_name || customer_phone || for_name <> ''
                    ELSE customer_number = '' END
        """,
    ),
    sql_rule(
        "line_subtotal_is_quantity_times_price",
        "A line's subtotal is quantity times price, half a paisa rounded up; sold for an amount of money, it is what "
        "the quantity is worth that comes nearest to it, to the third place.",
        """
        SELECT id FROM billing_billline
         WHERE store_id = ANY(%(stores)s) AND NOT by_amount AND subtotal IS DISTINCT FROM round(quantity * price, 2)
         UNION ALL
        SELECT id FROM (
            SELECT id, subtotal - quantity * price AS over, max(price) OVER (PARTITION BY bill_id, item) AS dearest
              FROM billing_billline WHERE store_id = ANY(%(stores)s) AND by_amount
        ) AS line WHERE abs(over) > dearest * 0.0005 + 0.01
        """,
    ),
    sql_rule(
        "line_total_adds_up",
        "A line's total is its subtotal less discount plus rounding.",
        """
        SELECT id FROM billing_billline
         WHERE store_id = ANY(%(stores)s) AND total IS DISTINCT FROM subtotal - discount + rounding
        """,
    ),
    sql_rule(
        "line_cost_is_of_its_batches",
        "A line's cost is what its goods cost in the batches they came from, rounded once; a service costs nothing.",
        """
        SELECT line.id FROM billing_billline AS line LEFT JOIN (
            SELECT movement.bill_line_id, round(sum(-movement.quantity * batch.cost_price), 2) AS cost
              FROM billing_stockmovement AS movement JOIN billing_batch AS batch ON batch.id = movement.batch_id
             WHERE movement.store_id = ANY(%(stores)s) AND movement.reason = 'sold' GROUP BY movement.bill_line_id
        ) AS goods ON goods.bill_line_id = line.id
         WHERE line.store_id = ANY(%(stores)s) AND line.cost IS DISTINCT FROM coalesce(goods.cost, 0)
        """,
    ),
    sql_rule(
        "line_moved_its_goods",
        "What a line sold left the batches or was short, all of it; only what keeps no stock (now, or at some time),"
        " or was sold in old books, moves nothing.",
        """
        SELECT line.id FROM billing_billline AS line LEFT JOIN (
            SELECT bill_line_id, sum(quantity) AS quantity FROM (
                SELECT bill_line_id, -quantity AS quantity FROM billing_stockmovement
                 WHERE store_id = ANY(%(stores)s) AND reason = 'sold'
                UNION ALL
                SELECT bill_line_id, quantity FROM billing_stockshortage WHERE store_id = ANY(%(stores)s)
            ) AS parts GROUP BY bill_line_id
        ) AS goods ON goods.bill_line_id = line.id
         WHERE line.store_id = ANY(%(stores)s) AND line.quantity IS DISTINCT FROM goods.quantity
           AND NOT EXISTS (SELECT 1 FROM billing_bill AS bill
                            WHERE bill.id = line.bill_id AND bill.imported_from_id IS NOT NULL)
           AND (goods.quantity IS NOT NULL OR (
               NOT EXISTS (SELECT 1 FROM billing_product AS product
                            WHERE product.id = line.product_id AND product.stock_policy = 'none')
               AND NOT EXISTS (SELECT 1 FROM billing_productchange AS once
                                WHERE once.pgh_obj_id = line.product_id AND once.stock_policy = 'none')))
        """,
    ),
]
