"""Numbers for people: from 1, without a gap, none twice, and the counter stands at the last one."""

from viveka.books.rule import Rule, sql_rule

_CUST = "^CUST([0-9]{4}|[1-9][0-9]{4,})$"


def _in_a_year(what: str, table: str, prefix: str) -> list[Rule]:
    """The rules of numbers that start again with each financial year."""
    return [
        sql_rule(
            f"{what}_number_reads_right",
            f"A {what}'s number is made of a prefix, its financial year and its sequence; the year is that of its day."
            " One out of old books has a number of its own.",
            f"""
            SELECT id FROM (
                SELECT id, number, year, day,
                       CASE WHEN sequence > 999999 THEN year || sequence
                            ELSE '-' || year || '-' || lpad(sequence::text, 6, '0') END AS tail
                  FROM {table} WHERE store_id = ANY(%(stores)s)
            ) AS numbered
             WHERE right(number, length(tail)) <> tail
                OR tail IS NOT NULL AND left(number, length(number) - length(tail)) !~ '^{prefix}$'
                OR year NOT IN (to_char(day, 'YY') || to_char(day + interval '1 year', 'YY'),
                                to_char(day - interval '1 year', 'YY') || to_char(day, 'YY'))
            """,
        ),
        sql_rule(
            f"{what}_numbers_without_gap",
            f"Numbers of {what}s of a financial year run from 1 without a gap, and none stands twice.",
            f"""
            SELECT id FROM (
                SELECT id, sequence,
                       lag(sequence, 1, 0) OVER (PARTITION BY store_id, year ORDER BY sequence, id) AS before
                  FROM {table} WHERE store_id = ANY(%(stores)s) AND sequence IS NOT NULL
            ) AS followed WHERE sequence <> before + 1
            """,
        ),
        sql_rule(
            f"{what}_counter_is_last",
            f"The counter of a year's {what}s stands at the last number given (id of the counter, or the year without"
            " one).",
            f"""
            SELECT coalesce(counter.id::text, 'none for ' || name || ' in store ' || store_id)
              FROM (SELECT store_id, '{what} ' || year AS name, max(sequence) AS last FROM {table}
                     WHERE store_id = ANY(%(stores)s) AND sequence IS NOT NULL GROUP BY store_id, year) AS given
              FULL JOIN (SELECT id, store_id, name, value FROM stores_counter
                          WHERE store_id = ANY(%(stores)s) AND name LIKE '{what} %%') AS counter
                   USING (store_id, name)
             WHERE value IS DISTINCT FROM last
            """,
        ),
    ]


RULES = [
    sql_rule(
        "customer_number_reads_right",
        "A customer's number is CUST and at least four digits.",
        f"SELECT id FROM customers_customer WHERE store_id = ANY(%(stores)s) AND number !~ '{_CUST}'",
    ),
    sql_rule(
        "customer_numbers_without_gap",
        "Customer numbers of a store run from 1 without a gap, and none stands twice.",
        f"""
        SELECT id FROM (
            SELECT id, n, lag(n, 1, 0::bigint) OVER (PARTITION BY store_id ORDER BY n, id) AS before
              FROM (SELECT id, store_id, substr(number, 5)::bigint AS n FROM customers_customer
                     WHERE store_id = ANY(%(stores)s) AND number ~ '{_CUST}') AS numbered
        ) AS followed WHERE n <> before + 1
        """,
    ),
    sql_rule(
        "customer_counter_is_last",
        "The counter of customer numbers stands at the last one given (id of the counter, or the store without).",
        f"""
        SELECT coalesce(counter.id::text, 'none in store ' || store_id)
          FROM (SELECT store_id, max(substr(number, 5)::bigint) AS last FROM customers_customer
                 WHERE store_id = ANY(%(stores)s) AND number ~ '{_CUST}' GROUP BY store_id) AS given
          FULL JOIN (SELECT id, store_id, value FROM stores_counter
                      WHERE store_id = ANY(%(stores)s) AND name = 'CUST') AS counter USING (store_id)
         WHERE value IS DISTINCT FROM last
        """,
    ),
    *_in_a_year("bill", "billing_bill", "[A-Z]{1,4}"),
    *_in_a_year("return", "billing_return", "RET"),
    *_in_a_year("creditnote", "billing_creditnote", "CN"),
]
