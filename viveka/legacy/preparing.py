"""What will be written, made ready in temporary tables: bills with their lines and debts, in chunks by sale.

The keys of new rows follow from the old numbers, so that a run which was killed writes the same ones again.
"""

from typing import Any

from django.db import connection

from billing.models import OldBooks, Product
from viveka.legacy.judging import name
from viveka.legacy.mapping import Mapping
from viveka.stores.models import Store

LINES_AT_ONCE = 10_000
WHOLE_SALE = "Sale in the older program"
NOT_ITEMISED = "Not itemised in the older program"
_AT_ONCE = 2_000


def old_id(at: str, what: str) -> str:
    """SQL of a version 7 UUID at the moment `at`, the same for the same old row."""
    said = f"md5(%(seed)s || {what})"
    when = f"lpad(to_hex((extract(epoch FROM {at}) * 1000)::bigint), 12, '0')"
    return f"({when} || '7' || substr({said}, 1, 3) || '8' || substr({said}, 4, 15))::uuid"


def prepare(mapping: Mapping, store: Store, books: OldBooks) -> int:
    """Make `new_bill`, `new_line`, `new_debt` and `new_payment`; the number of chunks of bills."""
    values: dict[str, Any] = {
        "store": store.pk, "books": books.pk, "seed": f"{store.pk}|{books.pk}|", "zone": store.timezone,
        "begins": store.year_begins, "whole": WHOLE_SALE, "rest": NOT_ITEMISED,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS ready_line, ready_product, new_bill, new_line, new_debt, new_payment")
        cursor.execute(_READY_LINES, values)
        _find_products(cursor, store)
        cursor.execute(_BILLS, values)
        _tie_debts(cursor, mapping, values)
        cursor.execute(_NEW_LINES, values)
        cursor.execute("SELECT coalesce(max(chunk) + 1, 0) FROM new_bill WHERE NOT is_known")
        return int(cursor.fetchone()[0])


# Lines that can be booked, those of returns too, and what a sale's own total has beyond its lines. Where a price has
# more than two places, what the line really came to is met by its rounding.
_READY_LINES = f"""
CREATE TEMP TABLE ready_line AS
SELECT line.place, sale.number, sale.key, sale.is_return, line.code, {name("line.item")} AS item,
       round(abs(line.quantity), 3) AS quantity, round(line.unit_price, 2) AS price, abs(line.worth) AS worth,
       round(round(abs(line.quantity), 3) * round(line.unit_price, 2), 2) AS subtotal, line.name AS payer,
       line.typed_phone
  FROM judged_line AS line
  JOIN judged_sale AS sale ON sale.key = line.sale AND sale.is_return = line.is_return AND sale.wrong IS NULL
 WHERE line.wrong IS NULL;
INSERT INTO ready_line
SELECT NULL, sale.number, sale.key, false, '', CASE WHEN coalesce(lines.worth, 0) = 0 THEN %(whole)s ELSE %(rest)s END,
       1, sale.total - coalesce(lines.worth, 0), sale.total - coalesce(lines.worth, 0),
       sale.total - coalesce(lines.worth, 0), '', ''
  FROM judged_sale AS sale LEFT JOIN (
       SELECT number, sum(worth) AS worth FROM ready_line WHERE NOT is_return GROUP BY number
       ) AS lines ON lines.number = sale.number
 WHERE sale.wrong IS NULL AND NOT sale.is_return AND sale.total > coalesce(lines.worth, 0);
UPDATE ready_line SET item = coalesce(nullif(code, ''), %(whole)s) WHERE item = '';
UPDATE ready_line SET code = '' WHERE length(code) > 48;
CREATE INDEX ON ready_line (number);
ANALYZE ready_line;
"""

# A product by its code (SKU or barcode), or where the line has none by its name.
_PRODUCTS = """
CREATE TEMP TABLE ready_product AS
SELECT code, CASE WHEN code = '' THEN lower(item) ELSE '' END AS folded,
       coalesce(mode() WITHIN GROUP (ORDER BY item), max(code)) AS name,
       (array_agg(price ORDER BY place DESC NULLS LAST))[1] AS price, NULL::bigint AS product
  FROM ready_line GROUP BY 1, 2;
CREATE INDEX ON ready_product (code, folded);
"""
_FIND_PRODUCTS = """
UPDATE ready_product AS wanted SET product = found.id FROM (
    SELECT DISTINCT ON (one.code) one.code, product.id
      FROM ready_product AS one JOIN (
           SELECT sku AS code, id, 1 AS rank FROM billing_product WHERE store_id = %(store)s AND sku <> ''
           UNION ALL SELECT barcode, id, 2 FROM billing_product WHERE store_id = %(store)s AND barcode <> ''
           UNION ALL SELECT barcode, product_id, 3 FROM billing_productbarcode WHERE store_id = %(store)s
           ) AS product ON product.code = one.code
     WHERE one.code <> '' ORDER BY one.code, product.rank, product.id
) AS found WHERE wanted.product IS NULL AND wanted.code <> '' AND wanted.code = found.code;
UPDATE ready_product AS wanted SET product = found.id FROM (
    SELECT lower(name) AS folded, min(id) AS id FROM billing_product WHERE store_id = %(store)s GROUP BY 1
) AS found WHERE wanted.product IS NULL AND wanted.code = '' AND wanted.folded = found.folded
"""


def _find_products(cursor: Any, store: Store) -> None:
    """Found by SKU, barcode or name. Those that are missing are made, not on sale: a manager puts on sale what is."""
    cursor.execute(_PRODUCTS)
    cursor.execute(_FIND_PRODUCTS, {"store": store.pk})
    cursor.execute("SELECT code, name, price FROM ready_product WHERE product IS NULL ORDER BY code, folded")
    missing = cursor.fetchall()
    for start in range(0, len(missing), _AT_ONCE):
        Product.objects.bulk_create(
            [
                Product(
                    store=store, name=named, sku=code, selling_price=price, is_active=False,
                    stock_policy=store.default_stock_policy,
                )
                for code, named, price in missing[start : start + _AT_ONCE]
            ],
            ignore_conflicts=True,
        )  # fmt: skip
    cursor.execute(_FIND_PRODUCTS, {"store": store.pk})
    cursor.execute("ANALYZE ready_product")


_BILLS = f"""
CREATE TEMP TABLE new_bill AS
SELECT sale.number, sale.key, sale.place, sale.at, (sale.at AT TIME ZONE %(zone)s)::date AS day, sale.name,
       coalesce(phone.phone, '') AS phone, sale.typed_phone, sale.method, sale.paid, sale.total AS said,
       {old_id("sale.at", "'bill|' || sale.number")} AS id, lines.subtotal, lines.worth,
       greatest(lines.worth - coalesce(sale.total, lines.worth), 0) AS discount,
       lines.worth - lines.subtotal AS rounding,
       least(coalesce(sale.total, lines.worth), lines.worth) AS total, 0::numeric AS owed, lines.n AS lines,
       EXISTS (SELECT 1 FROM billing_bill AS bill WHERE bill.store_id = %(store)s AND bill.number = sale.number
                AND bill.imported_from_id = %(books)s) AS is_known, 0 AS chunk
  FROM judged_sale AS sale
  JOIN (SELECT number, count(*) AS n, sum(subtotal) AS subtotal, sum(worth) AS worth
          FROM ready_line WHERE NOT is_return GROUP BY number) AS lines ON lines.number = sale.number
  LEFT JOIN old_phone AS phone ON phone.typed = sale.typed_phone
 WHERE sale.wrong IS NULL AND NOT sale.is_return;
UPDATE new_bill SET chunk = place_of.chunk FROM (
    SELECT number, (sum(lines) OVER (ORDER BY at, number)::bigint / {LINES_AT_ONCE})::int AS chunk
      FROM new_bill WHERE NOT is_known) AS place_of
 WHERE new_bill.number = place_of.number;
CREATE UNIQUE INDEX ON new_bill (number);
CREATE INDEX ON new_bill (chunk);
ANALYZE new_bill;
"""


def _tie_debts(cursor: Any, mapping: Mapping, values: dict[str, Any]) -> None:
    credit = [method for method, ours in mapping.methods.items() if ours == "credit"]
    cursor.execute(_DEBTS, values | {"credit": credit})


# A debt of a new sale is a part of its bill, where all debts of the sale together are within its total. A sale that was
# not paid in full, and of which the older program has no debt, owes the rest by itself.
_DEBTS = f"""
INSERT INTO judged_debt (place, number, sale, amount, paid, at, due, note, name, typed_phone, wrong)
SELECT bill.place, 'sale ' || bill.number, bill.key,
       CASE WHEN bill.paid IS NULL THEN bill.total ELSE bill.total - bill.paid END, 0, bill.at, NULL, '', bill.name,
       bill.typed_phone, NULL
  FROM new_bill AS bill
 WHERE (bill.paid < bill.total AND bill.paid >= 0 OR bill.paid IS NULL AND bill.method = ANY(%(credit)s))
   AND NOT EXISTS (SELECT 1 FROM judged_debt AS debt WHERE debt.sale = bill.key);
CREATE TEMP TABLE new_debt AS
SELECT debt.place, debt.number AS key, bill.number AS bill, debt.amount, coalesce(debt.paid, 0) AS paid, debt.at,
       debt.due, debt.note, debt.name, coalesce(phone.phone, '') AS phone,
       CASE WHEN coalesce(phone.phone, '') = '' THEN left(debt.typed_phone, 40) ELSE '' END AS typed_phone,
       known.id IS NOT NULL AS is_known, coalesce(known.id, {old_id("debt.at", "'debt|' || debt.number")}) AS id,
       coalesce(known.amount, debt.amount) AS stands, 0 AS chunk
  FROM judged_debt AS debt
  LEFT JOIN old_phone AS phone ON phone.typed = debt.typed_phone
  LEFT JOIN billing_olddebt AS known ON known.books_id = %(books)s AND known.key = debt.number
  LEFT JOIN (SELECT bill.key, bill.number FROM new_bill AS bill
               JOIN judged_debt AS debt ON debt.sale = bill.key AND debt.wrong IS NULL
              WHERE NOT bill.is_known AND NOT EXISTS (
                    SELECT 1 FROM billing_olddebt AS before
                     WHERE before.books_id = %(books)s AND before.key = debt.number)
              GROUP BY bill.key, bill.number, bill.total HAVING sum(debt.amount) <= bill.total) AS bill
    ON bill.key = debt.sale AND debt.sale <> ''
 WHERE debt.wrong IS NULL;
UPDATE new_debt SET bill = NULL WHERE is_known;
UPDATE new_debt SET chunk = place_of.chunk FROM (
    SELECT key, ((row_number() OVER (ORDER BY at, key) - 1) / {LINES_AT_ONCE})::int AS chunk
      FROM new_debt WHERE NOT is_known AND bill IS NULL) AS place_of
 WHERE new_debt.key = place_of.key;
CREATE UNIQUE INDEX ON new_debt (key);
CREATE INDEX ON new_debt (bill);
ANALYZE new_debt;
UPDATE new_bill SET owed = debts.amount FROM (SELECT bill, sum(amount) AS amount FROM new_debt GROUP BY bill) AS debts
 WHERE debts.bill = new_bill.number;
CREATE TEMP TABLE new_payment AS
SELECT said.place, said.key, said.debt, said.amount, said.at, said.method, said.reference, debt.id AS debt_id,
       {old_id("said.at", "'payment|' || said.key")} AS id, known.id IS NOT NULL AS is_known,
       greatest(least(said.amount, debt.stands - coalesce(other.amount, 0)
                - coalesce(sum(said.amount) OVER (PARTITION BY said.debt ORDER BY said.at, said.place, said.key
                                          ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)), 0) AS fits
  FROM (SELECT place, number AS key, debt, amount, at, method, reference FROM judged_payment WHERE wrong IS NULL
        UNION ALL
        SELECT place, key || ' paid', key, debt.paid - coalesce(paid.amount, 0), debt.at, '', ''
          FROM new_debt AS debt LEFT JOIN (
               SELECT debt, sum(amount) AS amount FROM judged_payment WHERE wrong IS NULL GROUP BY debt
               ) AS paid ON paid.debt = debt.key
         WHERE debt.paid > coalesce(paid.amount, 0)) AS said
  JOIN new_debt AS debt ON debt.key = said.debt
  LEFT JOIN billing_olddebtpayment AS known ON known.books_id = %(books)s AND known.key = said.key
  LEFT JOIN (SELECT paid.old_debt_id, sum(paid.amount) AS amount FROM billing_olddebtpayment AS paid
              WHERE paid.books_id = %(books)s
                AND NOT EXISTS (SELECT 1 FROM judged_payment AS again WHERE again.number = paid.key)
                AND right(paid.key, 5) <> ' paid'
              GROUP BY 1) AS other ON other.old_debt_id = debt.id AND debt.is_known;
CREATE INDEX ON new_payment (debt_id);
ANALYZE new_payment;
"""

# The discount of a whole sale is spread over its lines to the smallest coin.
_NEW_LINES = f"""
CREATE TEMP TABLE new_line AS
SELECT bill.chunk, bill.id AS bill_id, ranked.number, ranked.position, product.product AS product_id,
       left(ranked.item, 200) AS name, ranked.quantity, ranked.price, ranked.subtotal, ranked.place,
       CASE WHEN bill.discount > 0
            THEN round(bill.discount * ranked.until / bill.worth, 2)
                 - round(bill.discount * (ranked.until - ranked.worth) / bill.worth, 2)
            ELSE 0 END AS discount,
       ranked.worth - ranked.subtotal AS rounding, bill.name AS payer, bill.phone, bill.at,
       {old_id("bill.at", "'line|' || ranked.number || '|' || ranked.position")} AS id
  FROM (SELECT *, row_number() OVER by_place AS position, sum(worth) OVER by_place AS until
          FROM ready_line WHERE NOT is_return
        WINDOW by_place AS (PARTITION BY number ORDER BY place NULLS LAST)) AS ranked
  JOIN new_bill AS bill ON bill.number = ranked.number
  JOIN ready_product AS product
    ON product.code = ranked.code AND product.folded = CASE WHEN ranked.code = '' THEN lower(ranked.item) ELSE '' END;
CREATE INDEX ON new_line (chunk);
ANALYZE new_line;
"""
