"""Customers: what stands on the record is what their bills say."""

from viveka.books.rule import sql_rule

_E164 = r"^\+[1-9][0-9]{4,14}$"

RULES = [
    sql_rule(
        "customer_statistics_are_their_bills",
        "A customer's total, number of purchases and last purchase are those of their bills, less what came back; a"
        " bill that came back whole counts no more.",
        """
        WITH back AS (
            SELECT bill_id, sum(total) AS total FROM billing_return WHERE store_id = ANY(%(stores)s) GROUP BY bill_id
        ), gone AS (
            SELECT line.bill_id FROM billing_billline AS line
             WHERE line.bill_id IN (SELECT bill_id FROM back)
             GROUP BY line.bill_id HAVING bool_and(line.returned >= line.quantity)
        )
        SELECT customer.id FROM customers_customer AS customer LEFT JOIN (
            SELECT customer_id, sum(bill.total - coalesce(back.total, 0)) AS total,
                   count(*) FILTER (WHERE gone.bill_id IS NULL) AS bills,
                   max(at) FILTER (WHERE gone.bill_id IS NULL) AS last
              FROM billing_bill AS bill LEFT JOIN back ON back.bill_id = bill.id
              LEFT JOIN gone ON gone.bill_id = bill.id
             WHERE store_id = ANY(%(stores)s) AND customer_id IS NOT NULL GROUP BY customer_id
        ) AS bought ON bought.customer_id = customer.id
         WHERE customer.store_id = ANY(%(stores)s)
           AND (customer.total_purchases, customer.purchase_count::bigint, customer.last_purchase_at)
               IS DISTINCT FROM (coalesce(bought.total, 0), coalesce(bought.bills, 0), bought.last)
        """,
    ),
    sql_rule(
        "customer_phone_is_e164",
        "A customer's phone is stored as E.164.",
        f"SELECT id FROM customers_customer WHERE store_id = ANY(%(stores)s) AND phone !~ '{_E164}'",
    ),
    sql_rule(
        "bill_phone_is_e164",
        "A bill's copy of a phone is E.164, or empty.",
        f"""
        SELECT id FROM billing_bill
         WHERE store_id = ANY(%(stores)s) AND customer_phone <> '' AND customer_phone !~ '{_E164}'
        """,
    ),
]
