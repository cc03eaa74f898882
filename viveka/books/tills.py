"""Tills: what was expected in each is what its rows say, and each was closed and handed over by its count."""

from billing.received import RECEIVED_OF_STORES
from viveka.books.rule import sql_rule

RULES = [
    sql_rule(
        "till_expected_what_its_rows_say",
        "What was expected in a till when it was counted is its float and all cash that moved in its session.",
        f"""
        SELECT count.id FROM stores_tillcount AS count JOIN stores_tillsession AS session
            ON session.id = count.session_id
          LEFT JOIN (SELECT till, sum(amount) AS amount FROM ({RECEIVED_OF_STORES}) AS received
                      WHERE till IS NOT NULL AND mode = 'cash' GROUP BY till) AS moved ON moved.till = session.id
          LEFT JOIN (SELECT session_id, sum(CASE direction WHEN 'in' THEN amount ELSE -amount END) AS amount
                       FROM stores_tillentry GROUP BY session_id) AS entered ON entered.session_id = session.id
         WHERE count.store_id = ANY(%(stores)s) AND count.expected IS DISTINCT FROM
               session.opening_float + coalesce(moved.amount, 0) + coalesce(entered.amount, 0)
        """,
    ),
    sql_rule(
        "till_pieces_make_what_was_counted",
        "Where notes and coins of a till were counted, together they are what was counted.",
        """
        SELECT id FROM stores_tillcount
         WHERE store_id = ANY(%(stores)s) AND pieces <> '{}' AND counted IS DISTINCT FROM
               (SELECT sum(piece.key::numeric * piece.value::numeric) FROM jsonb_each_text(pieces) AS piece)
        """,
    ),
    sql_rule(
        "till_is_closed_by_its_count",
        "A till session that is closed was counted at that moment, and one that was counted is closed.",
        """
        SELECT session.id FROM stores_tillsession AS session
          LEFT JOIN stores_tillcount AS count ON count.session_id = session.id
         WHERE session.store_id = ANY(%(stores)s) AND session.closed_at IS DISTINCT FROM count.at
        """,
    ),
    sql_rule(
        "till_handed_over_goes_on",
        "A till that was handed over is opened at once by who took it over, with what was counted in it.",
        """
        SELECT count.id FROM stores_tillcount AS count JOIN stores_tillsession AS session
            ON session.id = count.session_id
         WHERE count.store_id = ANY(%(stores)s) AND count.handed_to_id IS NOT NULL
           AND NOT EXISTS (SELECT 1 FROM stores_tillsession AS next
                            WHERE next.till_id = session.till_id AND next.opened_at = count.at
                              AND next.opened_by_id = count.handed_to_id AND next.opening_float = count.counted)
        """,
    ),
]
