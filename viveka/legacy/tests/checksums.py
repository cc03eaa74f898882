"""What an import wrote, as one checksum a table: keys made by counters and moments of entry left out."""

from django.db import connection

_TABLES = {
    "billing_bill": ["created_at"],
    "billing_billline": ["product_id"],
    "billing_payment": ["id", "created_at"],
    "billing_return": ["id", "created_at"],
    "billing_returnline": ["id", "goods_return_id"],
    "billing_moneyback": ["id", "goods_return_id"],
    "billing_creditnote": ["created_at"],
    "billing_creditnoteline": ["id", "product_id"],
    "billing_creditnotemoney": ["id"],
    "billing_olddebt": ["created_at"],
    "billing_olddebtpayment": ["created_at"],
    "billing_product": ["id", "created_at", "updated_at"],
    "billing_booksrunline": ["id", "run_id"],
}


def checksums(store_id: int) -> dict[str, tuple[int, str]]:
    """By table: how many rows of the store, and a checksum of all of them."""
    found = {}
    with connection.cursor() as cursor:
        for table, without in _TABLES.items():
            columns = "to_jsonb(one)" + "".join(f" - '{name}'" for name in [*without, "store_id"])
            row = f"md5(({columns})::text)"
            cursor.execute(
                f"SELECT count(*), coalesce(md5(string_agg({row}, '' ORDER BY {row})), '')"
                f" FROM {table} AS one WHERE store_id = %s",
                [store_id],
            )
            found[table] = cursor.fetchone()
    return found
