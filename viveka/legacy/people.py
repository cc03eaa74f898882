"""Who the old books name, and which customers they are: by exact phone, else by a name that one customer has.

Sets in SQL over a temporary table `person`, one row for each phone and name (case ignored) that an old bill, credit
note or debt without an owner says. `why` is the reason where nobody can be told.
"""

from datetime import datetime
from typing import Any

from django.db import connection

from customers.models import CUST
from customers.names import PLACEHOLDERS, WALK_IN
from viveka.stores.models import Counter, Store

NOBODY = sorted({*(name.casefold() for name in PLACEHOLDERS), "unknown"})
DEBTORS, PHONES, NAMED = "debtors", "phones", "named"
CREATE = (DEBTORS, PHONES, NAMED)

_PEOPLE = """
DROP TABLE IF EXISTS person;
CREATE TEMP TABLE person AS
SELECT phone, lower(name) AS folded, mode() WITHIN GROUP (ORDER BY name) AS name, bool_or(owes) AS owes,
       (length(min(name)) > 1 AND lower(min(name)) <> ALL(%(nobody)s)) AS has_name, NULL::bigint AS customer,
       ''::text AS why, false AS is_new
  FROM (SELECT phone, name, true AS owes FROM billing_olddebt WHERE store_id = %(store)s AND debt_id IS NULL
        UNION ALL
        SELECT bill.customer_phone, bill.customer_name, false FROM billing_bill AS bill
         WHERE bill.store_id = %(store)s AND bill.imported_from_id IS NOT NULL AND bill.customer_id IS NULL
           AND (bill.customer_phone <> '' OR bill.customer_name <> '')
           AND NOT EXISTS (SELECT 1 FROM billing_payment AS part
                            WHERE part.bill_id = bill.id AND part.old_debt_id IS NOT NULL)
        UNION ALL
        SELECT customer_phone, customer_name, false FROM billing_creditnote
         WHERE store_id = %(store)s AND imported_from_id IS NOT NULL AND customer_id IS NULL
           AND (customer_phone <> '' OR customer_name <> '')) AS said
 GROUP BY phone, lower(name);
CREATE UNIQUE INDEX ON person (phone, folded);
CREATE INDEX ON person (folded);
ANALYZE person;
"""
_BY_PHONE = """
UPDATE person SET customer = CASE WHEN found.deleted_at IS NULL THEN found.id END,
       why = CASE WHEN found.deleted_at IS NULL THEN '' ELSE 'The record of this phone was deleted' END
  FROM (SELECT known.phone, leads.id, leads.deleted_at FROM customers_customerphone AS known
          JOIN customers_customer AS customer ON customer.id = known.customer_id
          JOIN customers_customer AS leads ON leads.id = coalesce(customer.merged_into_id, customer.id)
         WHERE known.store_id = %(store)s) AS found
 WHERE person.phone <> '' AND person.phone = found.phone AND person.customer IS NULL
"""
# Of a name: how many customers have it (a merged record stands for its survivor), and whether the one has a phone.
_NAMED = """
SELECT lower(one.name) AS folded, count(DISTINCT leads.id) FILTER (WHERE leads.deleted_at IS NULL) AS n,
       min(leads.id) FILTER (WHERE leads.deleted_at IS NULL) AS id,
       bool_or(leads.phone IS NOT NULL) FILTER (WHERE leads.deleted_at IS NULL) AS has_phone,
       bool_or(leads.deleted_at IS NOT NULL AND one.phone IS NULL) AS was_deleted
  FROM customers_customer AS one JOIN customers_customer AS leads ON leads.id = coalesce(one.merged_into_id, one.id)
 WHERE one.store_id = %(store)s AND one.erased_at IS NULL
   AND lower(one.name) IN (SELECT folded FROM person WHERE customer IS NULL AND has_name)
 GROUP BY 1
"""
# Somebody with a phone of their own is another person than a record with another phone, whatever the name; a record
# without a phone is theirs where the old books know one phone of that name.
_BY_NAME_WITH_PHONE = f"""
UPDATE person SET customer = named.id
  FROM ({_NAMED}) AS named
 WHERE person.folded = named.folded AND person.customer IS NULL AND person.why = '' AND person.has_name
   AND person.phone <> '' AND named.n = 1 AND NOT named.has_phone
   AND (SELECT count(DISTINCT same.phone) FROM person AS same
         WHERE same.folded = person.folded AND same.phone <> '') = 1
"""
_BY_NAME = f"""
UPDATE person SET customer = CASE WHEN named.n = 1 THEN named.id END,
       why = CASE WHEN named.n > 1 THEN named.n || ' customers have this name'
                  WHEN named.n = 0 AND named.was_deleted THEN 'The record of this name was deleted' ELSE '' END
  FROM ({_NAMED}) AS named
 WHERE person.folded = named.folded AND person.customer IS NULL AND person.why = '' AND person.has_name
   AND person.phone = ''
"""
_COLUMNS = """
INSERT INTO customers_customer (store_id, number, phone, name, email, address, gst_number, gender, note, is_active,
                                created_at, updated_at, advance_balance, debt_balance, total_purchases, purchase_count)
SELECT %(store)s, 'CUST' || CASE WHEN n > 9999 THEN n::text ELSE lpad(n::text, 4, '0') END, phone, name, '', '', '', '',
       '', true, %(now)s, %(now)s, 0, 0, 0, 0
  FROM (SELECT %(first)s - 1 + row_number() OVER (ORDER BY {by}) AS n, * FROM ({who}) AS who) AS numbered
"""
_NEW_BY_PHONE = """
SELECT phone, coalesce((array_agg(name ORDER BY owes DESC, length(name) DESC, name) FILTER (WHERE has_name))[1],
                       %(walk_in)s) AS name
  FROM person
 WHERE customer IS NULL AND why = '' AND phone <> '' GROUP BY phone HAVING bool_or(owes) OR %(phones)s
"""
_NEW_BY_NAME = """
SELECT NULL::text AS phone, name, folded FROM person
 WHERE customer IS NULL AND why = '' AND phone = '' AND has_name AND (owes OR %(named)s)
"""
_REASONS = """
UPDATE person SET why = CASE WHEN has_name THEN 'No customer has this name or phone'
                             WHEN phone <> '' THEN 'No customer has this phone'
                             WHEN folded <> '' THEN 'The name is a placeholder, and there is no phone'
                             ELSE 'It says neither a name nor a phone' END
 WHERE customer IS NULL AND why = ''
"""


def find_people(store: Store) -> int:
    """Make `person`; how many there are."""
    _run(_PEOPLE, {"store": store.pk, "nobody": NOBODY})
    return _run("SELECT 1 FROM person", {})


def tell_people(store: Store, *, create: str, now: datetime) -> int:
    """Who each of them is; records are made for those who are wanted. How many were made.

    In the caller's transaction, which holds the counter of customer numbers from the first new record on.
    """
    values: dict[str, Any] = {
        "store": store.pk, "now": now, "phones": create in (PHONES, NAMED), "named": create == NAMED,
        "walk_in": WALK_IN,
    }  # fmt: skip
    list(Counter.objects.select_for_update(no_key=True, of=("self",)).filter(store=store, name=CUST))
    _run(_BY_PHONE, values)
    _run(_BY_NAME_WITH_PHONE, values)
    made = _make(store, _NEW_BY_PHONE, "phone", values)
    if made:
        _run(_BY_PHONE, values)
    _run(_BY_NAME, values)
    made_by_name = _make(store, _NEW_BY_NAME, "folded", values)
    if made_by_name:
        _run(_BY_NAME, values)
    _run(_REASONS, values)
    return made + made_by_name


def _make(store: Store, who: str, by: str, values: dict[str, Any]) -> int:
    count = _run(who, values)
    if not count:
        return 0
    first = Counter.objects.next(store, CUST)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE stores_counter SET value = value + %s WHERE store_id = %s AND name = %s",
            [count - 1, store.pk, CUST],
        )
    return _run(_COLUMNS.format(who=who, by=by), values | {"first": first})


def _run(sql: str, values: dict[str, Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return int(cursor.rowcount)
