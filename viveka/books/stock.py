"""Stock: what is on the shelf is what came in less what went out, batch by batch."""

from viveka.books.rule import sql_rule

RULES = [
    sql_rule(
        "batch_remaining_is_its_movements",
        "What remains of a batch is the sum of its movements.",
        """
        SELECT batch.id FROM billing_batch AS batch LEFT JOIN (
            SELECT batch_id, sum(quantity) AS quantity FROM billing_stockmovement
             WHERE store_id = ANY(%(stores)s) GROUP BY batch_id
        ) AS moved ON moved.batch_id = batch.id
         WHERE batch.store_id = ANY(%(stores)s) AND batch.remaining IS DISTINCT FROM coalesce(moved.quantity, 0)
        """,
    ),
    sql_rule(
        "batch_was_received_once",
        "A batch came in by one movement, of the quantity received.",
        """
        SELECT batch.id FROM billing_batch AS batch LEFT JOIN (
            SELECT batch_id, count(*) AS times, sum(quantity) AS quantity FROM billing_stockmovement
             WHERE store_id = ANY(%(stores)s) AND reason = 'received' GROUP BY batch_id
        ) AS received ON received.batch_id = batch.id
         WHERE batch.store_id = ANY(%(stores)s)
           AND (received.times, received.quantity) IS DISTINCT FROM (1::bigint, batch.quantity)
        """,
    ),
    sql_rule(
        "batch_remaining_within_received",
        "What remains of a batch is neither below zero nor above what was received.",
        """
        SELECT id FROM billing_batch
         WHERE store_id = ANY(%(stores)s) AND NOT (remaining >= 0 AND remaining <= quantity)
        """,
    ),
    sql_rule(
        "product_stock_is_its_batches",
        "A product's stock is what remains of its batches, less what was sold before it came in.",
        """
        SELECT product.id FROM billing_product AS product LEFT JOIN (
            SELECT product_id, sum(remaining) AS remaining FROM billing_batch
             WHERE store_id = ANY(%(stores)s) GROUP BY product_id
        ) AS shelf ON shelf.product_id = product.id
         WHERE product.store_id = ANY(%(stores)s)
           AND product.current_stock IS DISTINCT FROM coalesce(shelf.remaining, 0) - product.short
        """,
    ),
    sql_rule(
        "movement_is_of_its_product",
        "A movement, its batch and its bill line are of one product.",
        """
        SELECT movement.id FROM billing_stockmovement AS movement
          JOIN billing_batch AS batch ON batch.id = movement.batch_id
          LEFT JOIN billing_billline AS line ON line.id = movement.bill_line_id
         WHERE movement.store_id = ANY(%(stores)s)
           AND (movement.product_id <> batch.product_id OR movement.product_id <> line.product_id)
        """,
    ),
    sql_rule(
        "movement_sign_follows_reason",
        "What is received or returned comes in; what is sold, or was before it came in, goes out on a bill line.",
        """
        SELECT id FROM billing_stockmovement
         WHERE store_id = ANY(%(stores)s)
           AND NOT CASE reason WHEN 'sold' THEN quantity < 0 AND bill_line_id IS NOT NULL
                               WHEN 'settled' THEN quantity < 0 AND bill_line_id IS NOT NULL
                               WHEN 'received' THEN quantity > 0 AND bill_line_id IS NULL
                               WHEN 'returned' THEN quantity > 0
                               ELSE quantity <> 0 AND bill_line_id IS NULL END
        """,
    ),
]
