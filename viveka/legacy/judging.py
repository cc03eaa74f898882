"""What of the source can be booked, and why the rest can't: sales, their lines, debts and payments of debts.

Sets in SQL over the temporary tables of `staging`. Each row that is refused has its reason in `wrong`; what a table
says of a person is looked up in its customers where it points there.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from viveka.legacy.mapping import Mapping
from viveka.stores.models import Store

MOST_MONEY, MOST_QUANTITY = "9999999999.99", "99999999.999"
LONGEST_NUMBER = 40
MOST_LINES = 30_000


def number(column: str) -> str:
    """A text as a number, in SQL; NULL for what is none. Commas between digits are no part of it."""
    plain = f"replace({column}, ',', '')"
    return f"CASE WHEN {plain} ~ '^[-+]?[0-9]{{1,13}}([.][0-9]{{1,12}})?$' THEN {plain}::numeric END"


def name(column: str) -> str:
    """A name as the shop keeps them: one space between words, at most 200 characters."""
    return f"left(normalize(btrim(regexp_replace({column}, '\\s+', ' ', 'g'))), 200)"


def _who(table: str) -> str:
    """Columns of who a row is about, its own words before those of the customer that it points to."""
    return f"""
        {name("coalesce(nullif(row.name, ''), known.name, '')")} AS name,
        coalesce(nullif(row.phone, ''), known.phone, '') AS typed_phone
    FROM old_{table} AS row
    LEFT JOIN (SELECT DISTINCT ON (number) number, name, phone FROM old_customers ORDER BY number, place) AS known
      ON known.number = row.customer AND row.customer <> ''
    """


_WHEN = """
    CASE WHEN at IS NULL THEN 'It has no date that can be read'
         WHEN at > %(now)s THEN 'It is dated in the future'
         WHEN at < %(open_from)s THEN 'The books of its day are closed' END
"""

_LINES = """
CREATE TEMP TABLE judged_line AS
SELECT place, sale, at, code, item, name, typed_phone, quantity, price,
       CASE WHEN quantity <> 0 THEN coalesce(price, round(total / quantity, 2)) END AS unit_price,
       round(coalesce(total, quantity * price), 2) AS worth,
       quantity < 0 AND {is_return} AS is_return, {wrong} AS wrong
  FROM (SELECT row.place, row.sale, nullif(row.at, '')::timestamptz AS at, row.code, row.item,
               {quantity} AS quantity, {price} AS price, {total} AS total, {who}) AS row
"""
_LINE_WRONG = """
    CASE WHEN sale = '' THEN 'It says no sale that it is of'
         {refused}
         WHEN quantity IS NULL THEN 'Its quantity is no number'
         WHEN quantity = 0 THEN 'Its quantity is nothing'
         WHEN abs(quantity) > {most_quantity} OR abs(coalesce(price, 0)) > {most_money}
              OR abs(coalesce(total, quantity * price)) > {most_money} THEN 'Its amount is out of bounds'
         WHEN price < 0 THEN 'A price below zero: an entry in accounts, not a sale'
         WHEN quantity < 0 AND coalesce(price, total, 0) = 0
         THEN 'Goods written off: a quantity below zero without a price'
         WHEN quantity < 0 AND NOT {is_return} THEN 'A quantity below zero on what is no cancellation'
         WHEN quantity > 0 AND {is_cancelled} THEN 'A quantity above zero on a cancellation'
         WHEN coalesce(price, total) IS NULL THEN 'It has no price'
         WHEN coalesce(price, total) = 0 THEN 'Its price is nothing'
         WHEN round(abs(coalesce(total, quantity * price)), 2) = 0 THEN 'It comes to less than the smallest coin'
         WHEN round(abs(quantity), 3) = 0 THEN 'Its quantity is too small'
         {when} END
"""


def judge(mapping: Mapping, store: Store, now: datetime) -> None:
    """Make `judged_line`, `judged_sale`, `judged_debt` and `judged_payment`."""
    values = {"now": now, "open_from": _open_from(store), "prefix": mapping.return_prefix}
    for table in ("line", "sale", "debt", "payment"):
        _run(f"DROP TABLE IF EXISTS judged_{table}")
    has_sales = "sales" in mapping.tables and _any("old_sales")
    _judge_lines(mapping, values, has_sales=has_sales)
    _run(_SALES_OF_THEIR_OWN if has_sales else _SALES_OF_LINES, values)
    _run(_SALES_REFUSED)
    _judge_debts(values)


def _open_from(store: Store) -> datetime | str:
    if store.closed_until is None:
        return "-infinity"
    return store.start_of(store.closed_until).replace(hour=23, minute=59, second=59, microsecond=999_999)


def _judge_lines(mapping: Mapping, values: dict[str, Any], *, has_sales: bool) -> None:
    by_prefix = "starts_with(upper(sale), upper(%(prefix)s))"
    is_return = by_prefix if mapping.return_prefix else "true"
    refused = ""
    for n, one in enumerate(mapping.refusals):
        values |= {f"text{n}": one.text, f"reason{n}": one.reason}
        refused += f" WHEN lower({one.column}) = lower(%(text{n})s) THEN %(reason{n})s"
    wrong = _LINE_WRONG.format(
        refused=refused, most_quantity=MOST_QUANTITY, most_money=MOST_MONEY, is_return=is_return,
        is_cancelled=by_prefix if mapping.return_prefix else "false",
        when="" if has_sales else f"ELSE {_WHEN}",
    )  # fmt: skip
    columns = {one: number(f"row.{one}") for one in ("quantity", "price", "total")}
    _run(_LINES.format(is_return=is_return, wrong=wrong, who=_who("lines"), **columns), values)
    _run("CREATE INDEX ON judged_line (sale); ANALYZE judged_line")


# The number of a sale is what people see; its key is what lines and debts point at.
_SALES_OF_LINES = """
CREATE TEMP TABLE judged_sale AS
SELECT min(place) AS place, sale AS number, sale AS key, min(at) AS at, NULL::numeric AS total, NULL::numeric AS paid,
       ''::text AS method, max(name) AS name, max(typed_phone) AS typed_phone, NULL::text AS wrong,
       bool_or(is_return) AS is_return
  FROM judged_line WHERE wrong IS NULL GROUP BY sale, is_return
"""
_SALES_OF_THEIR_OWN = f"""
CREATE TEMP TABLE judged_sale AS
SELECT place, number, key, at, total, paid, method, name, typed_phone, is_return,
       CASE WHEN number = '' THEN 'It has no number'
            WHEN row_number() OVER (PARTITION BY number ORDER BY place) > 1 THEN 'Its number is there twice'
            WHEN row_number() OVER (PARTITION BY key ORDER BY place) > 1 THEN 'Its key is there twice'
            WHEN total IS NULL AND total_text <> '' THEN 'Its total is no number'
            WHEN total < 0 THEN 'Its total is below zero'
            WHEN total > {MOST_MONEY} THEN 'Its amount is out of bounds'
            WHEN paid IS NULL AND paid_text <> '' THEN 'What is paid of it is no number'
            ELSE {_WHEN} END AS wrong
  FROM (SELECT row.place, row.number, coalesce(nullif(row.key, ''), row.number) AS key,
               nullif(row.at, '')::timestamptz AS at, row.total AS total_text, round({number("row.total")}, 2) AS total,
               row.paid AS paid_text, round({number("row.paid")}, 2) AS paid, lower(row.method) AS method,
               %(prefix)s <> '' AND starts_with(upper(row.number), upper(%(prefix)s)) AS is_return, {_who("sales")})
       AS row
"""
_SALES_REFUSED = f"""
CREATE INDEX ON judged_sale (key);
UPDATE judged_line AS line SET wrong = 'There is no such sale'
 WHERE wrong IS NULL AND NOT EXISTS (SELECT 1 FROM judged_sale AS sale WHERE sale.key = line.sale);
UPDATE judged_sale SET wrong = 'Its number is longer than {LONGEST_NUMBER} characters'
 WHERE wrong IS NULL AND length(number) > {LONGEST_NUMBER};
UPDATE judged_sale AS sale SET wrong = 'It has more than {MOST_LINES} lines'
  FROM (SELECT sale FROM judged_line WHERE wrong IS NULL GROUP BY sale HAVING count(*) > {MOST_LINES}) AS long
 WHERE sale.key = long.sale AND sale.wrong IS NULL;
UPDATE judged_sale AS sale SET wrong = 'Its amount is out of bounds'
  FROM (SELECT sale FROM judged_line WHERE wrong IS NULL
         GROUP BY sale HAVING sum(abs(worth)) > {MOST_MONEY}) AS big
 WHERE sale.key = big.sale AND sale.wrong IS NULL;
UPDATE judged_sale AS sale SET wrong = 'Nothing of it can be booked'
 WHERE wrong IS NULL AND (total IS NULL OR is_return)
   AND NOT EXISTS (SELECT 1 FROM judged_line AS line WHERE line.sale = sale.key AND line.wrong IS NULL);
UPDATE judged_sale SET wrong = 'Its total is nothing' WHERE wrong IS NULL AND total = 0;
UPDATE judged_line AS line SET wrong = 'Its sale is refused'
  FROM judged_sale AS sale WHERE sale.key = line.sale AND sale.wrong IS NOT NULL AND line.wrong IS NULL
   AND NOT EXISTS (SELECT 1 FROM judged_sale AS one WHERE one.key = line.sale AND one.wrong IS NULL);
"""


def _judge_debts(values: dict[str, Any]) -> None:
    _run(_DEBTS, values)
    _run(_PAYMENTS, values)


# A debt says who owes it, or its sale does. Its day is its own, or that of its sale.
_DEBTS = f"""
CREATE TEMP TABLE judged_debt AS
SELECT row.place, row.number, row.sale, row.amount, row.paid, coalesce(row.at, sale.at) AS at, row.due, row.note,
       coalesce(nullif(row.name, ''), sale.name, '') AS name,
       coalesce(nullif(row.typed_phone, ''), sale.typed_phone, '') AS typed_phone,
       CASE WHEN row.number = '' THEN 'It has no number'
            WHEN length(row.number) > 70 THEN 'Its number is longer than 70 characters'
            WHEN row_number() OVER (PARTITION BY row.number ORDER BY row.place) > 1 THEN 'Its number is there twice'
            WHEN row.amount IS NULL THEN 'Its amount is no number'
            WHEN row.amount <= 0 THEN 'It is of nothing'
            WHEN row.amount > {MOST_MONEY} THEN 'Its amount is out of bounds'
            WHEN coalesce(row.at, sale.at) IS NULL THEN 'It has no date that can be read'
            WHEN coalesce(row.at, sale.at) > %(now)s THEN 'It is dated in the future' END AS wrong
  FROM (SELECT row.place, row.number, row.sale, round({number("row.amount")}, 2) AS amount,
               round({number("row.paid")}, 2) AS paid, nullif(row.at, '')::timestamptz AS at,
               nullif(row.due, '')::date AS due, left(row.note, 500) AS note, {_who("debts")}) AS row
  LEFT JOIN judged_sale AS sale ON sale.key = row.sale AND row.sale <> '' AND NOT sale.is_return;
CREATE INDEX ON judged_debt (number);
CREATE INDEX ON judged_debt (sale);
ANALYZE judged_debt;
"""
_PAYMENTS = f"""
CREATE TEMP TABLE judged_payment AS
SELECT row.place, row.number, row.debt, row.amount, greatest(row.at, debt.at) AS at, row.method, row.reference,
       CASE WHEN row.number = '' THEN 'It has no number'
            WHEN length(row.number) > 70 THEN 'Its number is longer than 70 characters'
            WHEN row_number() OVER (PARTITION BY row.number ORDER BY row.place) > 1 THEN 'Its number is there twice'
            WHEN row.amount IS NULL THEN 'Its amount is no number'
            WHEN row.amount <= 0 THEN 'It is of nothing'
            WHEN row.amount > {MOST_MONEY} THEN 'Its amount is out of bounds'
            WHEN debt.number IS NULL THEN 'There is no such debt'
            WHEN debt.wrong IS NOT NULL THEN 'Its debt is refused'
            WHEN row.at IS NULL THEN 'It has no date that can be read'
            WHEN row.at > %(now)s THEN 'It is dated in the future' END AS wrong
  FROM (SELECT place, number, debt, round({number("amount")}, 2) AS amount, nullif(at, '')::timestamptz AS at,
               lower(method) AS method, left(reference, 80) AS reference FROM old_payments) AS row
  LEFT JOIN (SELECT DISTINCT ON (number) * FROM judged_debt ORDER BY number, place) AS debt ON debt.number = row.debt;
"""


def _any(table: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT EXISTS (SELECT 1 FROM {table})")
        return bool(cursor.fetchone()[0])


def _run(sql: str, values: dict[str, Any] | Sequence[Any] | None = None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
