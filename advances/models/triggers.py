"""What only the database can hold: a header is the sum of its parts when it is written, and no part joins it later."""

import pgtrigger


def parts_add_up(parts: str, key: str, *, kept: str = "0") -> pgtrigger.Trigger:
    """On a header whose parts (table `parts`, pointing at it by `key`) are written before it.

    `kept` is the column of what the parts leave out.
    """
    return pgtrigger.Trigger(
        name="adds_up",
        operation=pgtrigger.Insert,
        when=pgtrigger.After,
        declare=[("whole", "NUMERIC")],
        func=f"""
            SELECT coalesce(sum(amount), 0) INTO whole FROM {parts} WHERE {key} = NEW.id;
            IF whole + {kept} <> NEW.amount THEN
                RAISE EXCEPTION 'parts of % do not make %', whole, NEW.amount
                    USING ERRCODE = 'check_violation', CONSTRAINT = TG_TABLE_NAME || '_adds_up';
            END IF;
            RETURN NULL;
        """,
    )


def nothing_added_to(header: str, key: str) -> pgtrigger.Trigger:
    """On the parts: once their header stands, no more of them are written."""
    return pgtrigger.Trigger(
        name="header_is_closed",
        operation=pgtrigger.Insert,
        when=pgtrigger.After,
        level=pgtrigger.Statement,
        referencing=pgtrigger.Referencing(new="added"),
        func=f"""
            IF EXISTS (SELECT 1 FROM added JOIN {header} AS header ON header.id = added.{key}) THEN
                RAISE EXCEPTION 'nothing can be added to what stands in {header}'
                    USING ERRCODE = 'check_violation', CONSTRAINT = TG_TABLE_NAME || '_is_closed';
            END IF;
            RETURN NULL;
        """,
    )
