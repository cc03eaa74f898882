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


record_is_the_customers = pgtrigger.Trigger(
    name="record_is_the_customers",
    operation=pgtrigger.Insert,
    when=pgtrigger.After,
    timing=pgtrigger.Deferred,  # the record may be written after its advance
    condition=pgtrigger.Q(new__reference_type__in=["appointment", "booking"]),
    func="""
        IF NOT EXISTS (
            SELECT 1 FROM advances_appointment
             WHERE NEW.reference_type = 'appointment'
               AND (store_id, id, customer_id) = (NEW.store_id, NEW.reference_id, NEW.customer_id)
             UNION ALL
            SELECT 1 FROM advances_booking
             WHERE NEW.reference_type = 'booking'
               AND (store_id, id, customer_id) = (NEW.store_id, NEW.reference_id, NEW.customer_id))
        THEN
            RAISE EXCEPTION 'an advance for a % that this customer has not', NEW.reference_type
                USING ERRCODE = 'check_violation', CONSTRAINT = 'advance_for_a_record_of_its_customer';
        END IF;
        RETURN NULL;
    """,
)
"""An advance brought by an appointment or a booking: there is one, of the same store and customer."""


def only_while_open(record: str, key: str) -> pgtrigger.Trigger:
    """On the lines of a record (table `record`, pointed at by `key`): they change while it is open."""
    return pgtrigger.Trigger(
        name="only_while_open",
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        when=pgtrigger.Before,
        declare=[("line", "RECORD")],
        func=f"""
            line := CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
            IF NOT EXISTS (SELECT 1 FROM {record} WHERE id = line.{key} AND status = 'open') THEN
                RAISE EXCEPTION 'lines of what is closed in {record} stay as they are'
                    USING ERRCODE = 'check_violation', CONSTRAINT = TG_TABLE_NAME || '_of_an_open_record';
            END IF;
            RETURN line;
        """,
    )
