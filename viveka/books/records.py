"""Records: every phone finds one of them, a merged one leads on and has nothing of its own, a deleted one says why."""

from viveka.books.rule import sql_rule

RULES = [
    sql_rule(
        "customer_phone_finds_its_customer",
        "A customer's phone is noted as a current one of theirs, and nothing else is noted as current.",
        """
        SELECT coalesce(customer.id, noted.customer_id)
          FROM (SELECT * FROM customers_customer WHERE store_id = ANY(%(stores)s) AND phone IS NOT NULL) AS customer
          FULL JOIN (SELECT * FROM customers_customerphone
                      WHERE store_id = ANY(%(stores)s) AND former_since IS NULL) AS noted
            ON noted.store_id = customer.store_id AND noted.customer_id = customer.id AND noted.phone = customer.phone
         WHERE customer.id IS NULL OR noted.id IS NULL
        """,
    ),
    sql_rule(
        "merged_customer_leads_to_a_survivor",
        "Whom a merged customer leads to is not merged themselves.",
        """
        SELECT loser.id FROM customers_customer AS loser
          JOIN customers_customer AS survivor ON survivor.id = loser.merged_into_id
         WHERE loser.store_id = ANY(%(stores)s) AND survivor.merged_into_id IS NOT NULL
        """,
    ),
    sql_rule(
        "merged_customer_has_a_merge",
        "A customer is merged exactly where there is a merge that was not undone.",
        """
        SELECT customer.id FROM customers_customer AS customer
         WHERE customer.store_id = ANY(%(stores)s)
           AND (customer.merged_into_id IS NOT NULL) IS DISTINCT FROM EXISTS (
               SELECT 1 FROM customers_merge AS made
                WHERE made.loser_id = customer.id
                  AND NOT EXISTS (SELECT 1 FROM customers_mergeundo AS undone WHERE undone.merge_id = made.id))
        """,
    ),
    sql_rule(
        "merged_customer_has_nothing_left",
        "No bill, no balance and no purchase belongs to a merged customer.",
        """
        SELECT customer.id FROM customers_customer AS customer
         WHERE customer.store_id = ANY(%(stores)s) AND customer.merged_into_id IS NOT NULL
           AND (EXISTS (SELECT 1 FROM billing_bill WHERE customer_id = customer.id)
                OR NOT (customer.debt_balance = 0 AND customer.advance_balance = 0
                        AND customer.total_purchases = 0 AND customer.purchase_count = 0))
        """,
    ),
    sql_rule(
        "deleted_customer_says_why",
        "A customer is deleted exactly where the last that was done to the record is its deletion or erasure.",
        """
        SELECT customer.id FROM customers_customer AS customer
         WHERE customer.store_id = ANY(%(stores)s) AND customer.merged_into_id IS NULL
           AND (customer.deleted_at IS NOT NULL) IS DISTINCT FROM coalesce((
               SELECT what IN ('deleted', 'erased') FROM customers_recordevent AS event
                WHERE event.customer_id = customer.id AND event.what <> 'phone_freed'
                ORDER BY event.id DESC LIMIT 1), false)
        """,
    ),
    sql_rule(
        "deleted_customer_owes_nothing",
        "A deleted customer has no debt and no advance.",
        """
        SELECT id FROM customers_customer
         WHERE store_id = ANY(%(stores)s) AND deleted_at IS NOT NULL
           AND NOT (debt_balance = 0 AND advance_balance = 0)
        """,
    ),
]
