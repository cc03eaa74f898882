"""Books broken by SQL of the tables' owner, and what a rule says of them."""

from typing import Any

from django.db import connection

from tests.books.trade import Ids
from viveka.books.check import RULES, check_books


def unfence() -> None:
    """Take away every trigger and constraint of the shop's tables, until the test is rolled back."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SET CONSTRAINTS ALL IMMEDIATE;
            DO $$ DECLARE one record; BEGIN
                FOR one IN SELECT conrelid::regclass AS tab, conname FROM pg_constraint
                            WHERE connamespace = current_schema::regnamespace AND contype IN ('c', 'u', 'f')
                              AND conrelid::regclass::text
                                  ~ '^(billing|customers|advances|debts|stores_counter|stores_till)' LOOP
                    EXECUTE format('ALTER TABLE %s DROP CONSTRAINT IF EXISTS %I CASCADE', one.tab, one.conname);
                END LOOP;
                FOR one IN SELECT indexrelid::regclass AS name FROM pg_index
                            WHERE indrelid::regclass::text ~ '^(billing|customers|advances|debts|stores_till)'
                              AND indisunique AND NOT indisprimary LOOP
                    EXECUTE format('DROP INDEX %s', one.name);
                END LOOP;
                FOR one IN SELECT DISTINCT tgrelid::regclass AS tab FROM pg_trigger
                            WHERE NOT tgisinternal
                              AND tgrelid::regclass::text ~ '^(billing|customers|advances|debts|stores_till)' LOOP
                    EXECUTE format('ALTER TABLE %s DISABLE TRIGGER USER', one.tab);
                END LOOP;
            END $$;
            """
        )


def run(sql: str, ids: Ids) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, ids)


def wrong(rule: str) -> list[Any]:
    (verdict,) = check_books(rules=[one for one in RULES if one.name == rule])
    return verdict.wrong
