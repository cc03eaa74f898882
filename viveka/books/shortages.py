"""What was sold before it came in: what is open, what settled it, what that cost; and what was put right by hand."""

from viveka.books.rule import sql_rule

RULES = [
    sql_rule(
        "shortage_open_is_what_was_not_settled",
        "What is open of a shortage is its quantity less what batches gave and what came back before one did.",
        """
        SELECT short.id FROM billing_stockshortage AS short LEFT JOIN (
            SELECT settled.shortage_id, -sum(moved.quantity) AS quantity
              FROM billing_shortagesettlement AS settled JOIN billing_stockmovement AS moved
                   ON moved.id = settled.movement_id
             WHERE settled.store_id = ANY(%(stores)s) GROUP BY settled.shortage_id
        ) AS settled ON settled.shortage_id = short.id LEFT JOIN (
            SELECT bill_line_id, sum(short) AS quantity FROM billing_returnline
             WHERE store_id = ANY(%(stores)s) GROUP BY bill_line_id
        ) AS back ON back.bill_line_id = short.bill_line_id
         WHERE short.store_id = ANY(%(stores)s)
           AND short.open IS DISTINCT FROM short.quantity - coalesce(settled.quantity, 0) - coalesce(back.quantity, 0)
        """,
    ),
    sql_rule(
        "product_short_is_its_shortages",
        "What is short of a product is what is open of its shortages.",
        """
        SELECT product.id FROM billing_product AS product LEFT JOIN (
            SELECT product_id, sum(open) AS open FROM billing_stockshortage
             WHERE store_id = ANY(%(stores)s) AND open <> 0 GROUP BY product_id
        ) AS short ON short.product_id = product.id
         WHERE product.store_id = ANY(%(stores)s) AND product.short IS DISTINCT FROM coalesce(short.open, 0)
        """,
    ),
    sql_rule(
        "short_only_where_allowed",
        "Only a product that may be sold without stock is short, and its stock is below zero by no more than that.",
        """
        SELECT id FROM billing_product
         WHERE store_id = ANY(%(stores)s) AND (short <> 0 AND stock_policy <> 'allow' OR current_stock < -short)
        """,
    ),
    sql_rule(
        "settlement_is_a_movement_of_its_line",
        "A shortage is settled by movements of its own bill line and product, and each of these has its settlement.",
        """
        SELECT moved.id FROM billing_stockmovement AS moved
          LEFT JOIN billing_shortagesettlement AS settled ON settled.movement_id = moved.id
          LEFT JOIN billing_stockshortage AS short ON short.id = settled.shortage_id
         WHERE moved.store_id = ANY(%(stores)s) AND (moved.reason = 'settled' OR settled.id IS NOT NULL)
           AND (moved.reason, moved.bill_line_id, moved.product_id)
               IS DISTINCT FROM ('settled', short.bill_line_id, short.product_id)
        """,
    ),
    sql_rule(
        "settled_cost_is_of_its_batches",
        "What a line cost, with what settled it, less what came back, is what its goods cost in their batches.",
        """
        SELECT line.id FROM (
            SELECT short.bill_line_id, sum(settled.cost) AS cost FROM billing_shortagesettlement AS settled
              JOIN billing_stockshortage AS short ON short.id = settled.shortage_id
             WHERE settled.store_id = ANY(%(stores)s) GROUP BY short.bill_line_id
        ) AS later JOIN billing_billline AS line ON line.id = later.bill_line_id
          LEFT JOIN (
            SELECT moved.bill_line_id, round(sum(-moved.quantity * batch.cost_price), 2) AS cost
              FROM billing_stockmovement AS moved JOIN billing_batch AS batch ON batch.id = moved.batch_id
             WHERE moved.store_id = ANY(%(stores)s) GROUP BY moved.bill_line_id
        ) AS goods ON goods.bill_line_id = line.id
          LEFT JOIN (
            SELECT bill_line_id, sum(cost) AS cost FROM billing_returnline
             WHERE store_id = ANY(%(stores)s) GROUP BY bill_line_id
        ) AS back ON back.bill_line_id = line.id
         WHERE line.cost + later.cost - coalesce(back.cost, 0) IS DISTINCT FROM coalesce(goods.cost, 0)
        """,
    ),
    sql_rule(
        "shortages_settled_oldest_first",
        "No shortage got goods while an older one of the product was waiting.",
        """
        SELECT short.id FROM billing_stockshortage AS short
         WHERE short.store_id = ANY(%(stores)s)
           AND EXISTS (SELECT 1 FROM billing_shortagesettlement WHERE shortage_id = short.id)
           AND EXISTS (SELECT 1 FROM billing_stockshortage AS older
                        WHERE older.product_id = short.product_id AND older.id < short.id AND older.open > 0)
        """,
    ),
    sql_rule(
        "adjustment_is_its_movements",
        "What was put right by hand is the sum of its movements, of its own product; a count says what was there.",
        """
        SELECT made.id FROM billing_stockadjustment AS made LEFT JOIN (
            SELECT adjustment_id, sum(quantity) AS quantity, min(product_id) AS least, max(product_id) AS most
              FROM billing_stockmovement WHERE store_id = ANY(%(stores)s) AND adjustment_id IS NOT NULL
             GROUP BY adjustment_id
        ) AS moved ON moved.adjustment_id = made.id
         WHERE made.store_id = ANY(%(stores)s)
           AND (made.quantity <> coalesce(moved.quantity, 0)
                OR (moved.least, moved.most) IS DISTINCT FROM (made.product_id, made.product_id)
                   AND moved.least IS NOT NULL
                OR (made.kind = 'counted') <> (made.counted IS NOT NULL))
        """,
    ),
    sql_rule(
        "adjusted_movement_says_why",
        "Stock that was put right has its reason: an adjustment, or the return that was written off.",
        """
        SELECT id FROM billing_stockmovement
         WHERE store_id = ANY(%(stores)s) AND reason = 'adjusted' AND num_nonnulls(adjustment_id, return_line_id) <> 1
        """,
    ),
    sql_rule(
        "barcode_is_one_products",
        "A further barcode is no product's own barcode, and no other one's further barcode.",
        """
        SELECT further.id FROM billing_productbarcode AS further
         WHERE further.store_id = ANY(%(stores)s)
           AND (EXISTS (SELECT 1 FROM billing_product AS own
                         WHERE own.store_id = further.store_id AND own.barcode = further.barcode)
                OR EXISTS (SELECT 1 FROM billing_productbarcode AS other
                            WHERE other.store_id = further.store_id AND other.barcode = further.barcode
                              AND other.id <> further.id))
        """,
    ),
]
