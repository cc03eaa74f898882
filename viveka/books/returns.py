"""Returns: within what was sold, back to the batches taken last, worth what was paid, and no money that never came."""

from viveka.books.rule import sql_rule

# In the rule of money a till that had to wait carries a moment that has passed; a minute covers the longest wait.
#
# Per line and batch: what was sold, in the order of taking, and what came back.
_GOODS = """
SELECT bill_line_id, batch_id, min(id) FILTER (WHERE reason IN ('sold', 'settled')) AS place,
       coalesce(-sum(quantity) FILTER (WHERE reason IN ('sold', 'settled')), 0) AS sold,
       coalesce(sum(quantity) FILTER (WHERE reason = 'returned'), 0) AS back
  FROM billing_stockmovement
 WHERE store_id = ANY(%(stores)s) AND bill_line_id IN (
       SELECT bill_line_id FROM billing_returnline WHERE store_id = ANY(%(stores)s)
       UNION ALL
       SELECT bill_line_id FROM billing_stockmovement WHERE store_id = ANY(%(stores)s) AND reason = 'returned')
 GROUP BY bill_line_id, batch_id
"""

RULES = [
    sql_rule(
        "return_adds_up",
        "A return is its lines, price and cost, all of them of its bill, and what it gave back is its total.",
        """
        SELECT made.id FROM billing_return AS made LEFT JOIN (
            SELECT part.goods_return_id, sum(part.total) AS total, sum(part.cost) AS cost,
                   min(line.bill_id::text) AS least, max(line.bill_id::text) AS most
              FROM billing_returnline AS part LEFT JOIN billing_billline AS line ON line.id = part.bill_line_id
             WHERE part.store_id = ANY(%(stores)s) GROUP BY part.goods_return_id
        ) AS lines ON lines.goods_return_id = made.id LEFT JOIN (
            SELECT goods_return_id, sum(amount) AS amount FROM billing_moneyback
             WHERE store_id = ANY(%(stores)s) GROUP BY goods_return_id
        ) AS given ON given.goods_return_id = made.id
         WHERE made.store_id = ANY(%(stores)s)
           AND (made.total, made.total_cost, made.total, made.bill_id::text, made.bill_id::text)
               IS DISTINCT FROM (lines.total, lines.cost, coalesce(given.amount, 0), lines.least, lines.most)
        """,
    ),
    sql_rule(
        "line_returned_is_its_returns",
        "What came back of a bill line is the sum of its returns, and at most what was sold.",
        """
        SELECT line.id FROM (
            SELECT * FROM billing_billline WHERE store_id = ANY(%(stores)s) AND (returned <> 0 OR id IN (
                SELECT bill_line_id FROM billing_returnline WHERE store_id = ANY(%(stores)s)))
        ) AS line LEFT JOIN (
            SELECT bill_line_id, sum(quantity) AS quantity FROM billing_returnline
             WHERE store_id = ANY(%(stores)s) GROUP BY bill_line_id
        ) AS back ON back.bill_line_id = line.id
         WHERE line.returned IS DISTINCT FROM coalesce(back.quantity, 0) OR NOT line.returned <= line.quantity
        """,
    ),
    sql_rule(
        "return_gives_back_what_was_paid",
        "All returns of a bill line together are worth its total less the share of what has not come back.",
        """
        SELECT line.id FROM billing_billline AS line JOIN (
            SELECT bill_line_id, sum(quantity) AS quantity, sum(total) AS total FROM billing_returnline
             WHERE store_id = ANY(%(stores)s) GROUP BY bill_line_id
        ) AS back ON back.bill_line_id = line.id
         WHERE line.store_id = ANY(%(stores)s)
           AND back.total IS DISTINCT FROM
               line.total - round(line.total * (line.quantity - back.quantity) / line.quantity, 2)
        """,
    ),
    sql_rule(
        "return_cost_is_of_its_batches",
        "All returns of a bill line together take off what the goods that came back had cost, rounded as the line's.",
        f"""
        SELECT line.id FROM billing_billline AS line JOIN (
            SELECT bill_line_id, sum(cost) AS cost FROM billing_returnline
             WHERE store_id = ANY(%(stores)s) GROUP BY bill_line_id
        ) AS back ON back.bill_line_id = line.id LEFT JOIN (
            SELECT goods.bill_line_id, round(sum((goods.sold - goods.back) * batch.cost_price), 2) AS cost
              FROM ({_GOODS}) AS goods JOIN billing_batch AS batch ON batch.id = goods.batch_id
             GROUP BY goods.bill_line_id
        ) AS out ON out.bill_line_id = line.id
          LEFT JOIN (
            SELECT short.bill_line_id, sum(settled.cost) AS cost FROM billing_shortagesettlement AS settled
              JOIN billing_stockshortage AS short ON short.id = settled.shortage_id
             WHERE settled.store_id = ANY(%(stores)s) GROUP BY short.bill_line_id
        ) AS later ON later.bill_line_id = line.id
         WHERE line.store_id = ANY(%(stores)s)
           AND back.cost IS DISTINCT FROM line.cost + coalesce(later.cost, 0) - coalesce(out.cost, 0)
        """,
    ),
    sql_rule(
        "returned_goods_went_back",
        "Each line of a return came back into batches, all of it but what no batch had given yet, or moved nothing as"
        " its sale; what is written off left them again.",
        """
        SELECT part.id FROM billing_returnline AS part LEFT JOIN (
            SELECT return_line_id, sum(quantity) FILTER (WHERE reason = 'returned') AS back,
                   -sum(quantity) FILTER (WHERE reason = 'adjusted') AS gone,
                   count(DISTINCT bill_line_id) AS lines, min(bill_line_id::text) AS line
              FROM billing_stockmovement WHERE store_id = ANY(%(stores)s) AND return_line_id IS NOT NULL
             GROUP BY return_line_id
        ) AS moved ON moved.return_line_id = part.id
         WHERE part.store_id = ANY(%(stores)s)
           AND CASE WHEN part.short = part.quantity THEN moved.return_line_id IS NOT NULL
                    WHEN EXISTS (SELECT 1 FROM billing_stockmovement AS sold
                                  WHERE sold.bill_line_id = part.bill_line_id AND sold.reason IN ('sold', 'settled'))
                    THEN (moved.back, coalesce(moved.gone, 0), moved.lines, moved.line) IS DISTINCT FROM
                         (part.quantity - part.short, CASE WHEN part.is_restocked THEN 0 ELSE part.quantity END,
                          1::bigint, part.bill_line_id::text)
                    ELSE moved.return_line_id IS NOT NULL END
        """,
    ),
    sql_rule(
        "returned_movement_has_its_return",
        "Goods that came back of a bill have their return.",
        """
        SELECT id FROM billing_stockmovement
         WHERE store_id = ANY(%(stores)s) AND reason = 'returned' AND bill_line_id IS NOT NULL
           AND return_line_id IS NULL
        """,
    ),
    sql_rule(
        "taken_last_came_back_first",
        "What came back of a bill line went to the batch taken last, then to the one before it (id of the line).",
        f"""
        SELECT DISTINCT bill_line_id FROM (
            SELECT bill_line_id, sold, back, sum(back) OVER of_line AS all_back,
                   sum(sold) OVER of_line - sum(sold) OVER (PARTITION BY bill_line_id ORDER BY place) AS later
              FROM ({_GOODS}) AS goods WINDOW of_line AS (PARTITION BY bill_line_id)
        ) AS shares WHERE back IS DISTINCT FROM least(sold, greatest(all_back - later, 0))
        """,
    ),
    sql_rule(
        "void_takes_the_whole_bill",
        "A void is the only return of its bill, of the same day, and leaves nothing of it.",
        """
        SELECT made.id FROM billing_return AS made JOIN billing_bill AS bill ON bill.id = made.bill_id
         WHERE made.store_id = ANY(%(stores)s) AND made.is_void
           AND (made.day <> bill.day
                OR EXISTS (SELECT 1 FROM billing_return AS other WHERE other.bill_id = bill.id AND other.id <> made.id)
                OR EXISTS (SELECT 1 FROM billing_billline AS line
                            WHERE line.bill_id = bill.id AND line.returned <> line.quantity))
        """,
    ),
    sql_rule(
        "return_follows_its_bill",
        "Nothing comes back before it was sold; the day of a return is that of its moment in the store's zone.",
        """
        SELECT made.id FROM billing_return AS made JOIN billing_bill AS bill ON bill.id = made.bill_id
          JOIN stores_store AS store ON store.id = made.store_id
         WHERE made.store_id = ANY(%(stores)s)
           AND (made.at < bill.at
                OR made.day <> (made.at AT TIME ZONE store.timezone)::date
                   AND NOT EXISTS (SELECT 1 FROM stores_storechange AS once
                                    WHERE once.pgh_obj_id = made.store_id
                                      AND made.day = (made.at AT TIME ZONE once.timezone)::date))
        """,
    ),
    sql_rule(
        "money_back_is_its_instrument",
        "What a return lowered is a debt of the bill, or another one of the same customer, by that amount; what it left"
        " as an advance is theirs.",
        """
        SELECT back.id FROM billing_moneyback AS back
          JOIN billing_return AS made ON made.id = back.goods_return_id
          JOIN billing_bill AS bill ON bill.id = made.bill_id
          LEFT JOIN debts_debtreduction AS less ON less.id = back.reduction_id
          LEFT JOIN debts_debt AS debt ON debt.id = less.debt_id
          LEFT JOIN billing_payment AS credit ON coalesce(credit.debt_id, credit.old_debt_id) = debt.id
          LEFT JOIN advances_advancepayment AS advance ON advance.id = back.advance_id
          LEFT JOIN advances_deduction AS used ON used.id = back.deduction_id
         WHERE back.store_id = ANY(%(stores)s)
           AND CASE WHEN back.way IN ('debt', 'other_debt')
                    THEN (less.amount, less.cause, debt.customer_id) IS DISTINCT FROM
                         (back.amount, 'return', bill.customer_id)
                         OR (credit.bill_id IS NOT DISTINCT FROM bill.id) IS DISTINCT FROM (back.way = 'debt')
                    WHEN back.way = 'advance'
                    THEN (advance.amount, advance.reference_type, advance.customer_id) IS DISTINCT FROM
                         (back.amount, 'return', bill.customer_id)
                    WHEN back.way = 'restored' THEN used.customer_id IS DISTINCT FROM bill.customer_id
                    ELSE false END
        """,
    ),
    sql_rule(
        "given_back_is_at_most_what_was_used",
        "Returns gave back to the advances no more of a use than the advances got back of it.",
        """
        SELECT used.id FROM (
            SELECT deduction_id AS id, sum(amount) AS amount FROM billing_moneyback
             WHERE store_id = ANY(%(stores)s) AND deduction_id IS NOT NULL GROUP BY deduction_id
        ) AS used WHERE used.amount > (
            SELECT coalesce(sum(restored_amount), 0) FROM advances_utilization WHERE deduction_id = used.id)
        """,
    ),
    sql_rule(
        "no_money_back_that_never_came",
        "Money that went out for a bill came in for it: by its payments, by payments of its debt (one reversed since"
        " had come in then), or by goods of other bills or without a bill (id of the bill).",
        """
        WITH back AS (
            SELECT made.bill_id AS id, min(made.created_at) - interval '1 minute' AS first,
                   sum(part.amount) FILTER (
                       WHERE part.way IN ('cash', 'card', 'upi', 'bank_transfer', 'other', 'other_debt', 'exchange')
                   ) AS gone
              FROM billing_moneyback AS part JOIN billing_return AS made ON made.id = part.goods_return_id
             WHERE part.store_id = ANY(%(stores)s) GROUP BY made.bill_id
        )
        SELECT back.id FROM back
         WHERE back.gone > (
               SELECT coalesce(sum(amount) FILTER (WHERE method NOT IN ('advance', 'credit')), 0)
                 FROM billing_payment WHERE bill_id = back.id)
             + (SELECT coalesce(sum(part.amount), 0) FROM billing_payment AS credit
                  JOIN debts_allocation AS part ON part.debt_id = coalesce(credit.debt_id, credit.old_debt_id)
                  JOIN debts_debtpayment AS paid ON paid.id = part.payment_id AND paid.mode <> 'advance'
                  LEFT JOIN debts_paymentreversal AS undone ON undone.payment_id = paid.id
                 WHERE credit.bill_id = back.id AND (undone.id IS NULL OR undone.created_at >= back.first))
             + (SELECT coalesce(sum(coalesce(part.amount, noted.amount)), 0) FROM billing_payment AS credit
                  JOIN debts_debtreduction AS less ON less.debt_id = coalesce(credit.debt_id, credit.old_debt_id)
                  LEFT JOIN billing_moneyback AS part ON part.reduction_id = less.id AND part.way = 'other_debt'
                  LEFT JOIN billing_creditnotemoney AS noted ON noted.reduction_id = less.id
                 WHERE credit.bill_id = back.id)
        """,
    ),
    sql_rule(
        "exchange_has_two_sides",
        "What came back in exchange paid one other bill, by that amount, of the same customer if the old one had any.",
        """
        SELECT back.id FROM billing_moneyback AS back
          JOIN billing_return AS made ON made.id = back.goods_return_id
          JOIN billing_bill AS old ON old.id = made.bill_id
          LEFT JOIN billing_payment AS paid ON paid.money_back_id = back.id
          LEFT JOIN billing_bill AS new ON new.id = paid.bill_id
         WHERE back.store_id = ANY(%(stores)s) AND (back.way = 'exchange' OR paid.id IS NOT NULL)
           AND ((back.way, back.amount) IS DISTINCT FROM (paid.method, paid.amount)
                OR new.id IS NOT DISTINCT FROM old.id
                OR old.customer_id IS NOT NULL AND old.customer_id IS DISTINCT FROM new.customer_id)
        """,
    ),
]
