"""What only the database can hold: a bill, and a return, adds up when it is written, and nothing joins it later.

What was paid from the balance or on credit is of the bill's own customer, to the paisa.
"""

import pgtrigger

bill_adds_up = pgtrigger.Trigger(
    name="adds_up",
    operation=pgtrigger.Insert,
    when=pgtrigger.After,
    declare=[("lines", "RECORD"), ("paid", "NUMERIC"), ("tied", "BIGINT"), ("old", "BIGINT")],
    func="""
        SELECT count(*) AS n, sum(subtotal) AS subtotal, sum(discount) AS discount, sum(rounding) AS rounding,
               sum(total) AS total, sum(cost) AS cost
          INTO lines FROM billing_billline WHERE bill_id = NEW.id;
        SELECT coalesce(sum(amount), 0), count(deduction_id) + count(debt_id),
               count(*) FILTER (WHERE method = 'other' OR old_debt_id IS NOT NULL)
          INTO paid, tied, old FROM billing_payment WHERE bill_id = NEW.id;
        IF lines.n = 0 OR lines.subtotal <> NEW.subtotal OR lines.discount <> NEW.discount
           OR lines.rounding <> NEW.rounding OR lines.total <> NEW.total OR lines.cost <> NEW.total_cost
           OR paid <> NEW.total
        THEN
            RAISE EXCEPTION 'bill % does not add up: lines %, paid %', NEW.number, lines, paid
                USING ERRCODE = 'check_violation', CONSTRAINT = 'bill_adds_up';
        END IF;
        IF tied > 0 AND EXISTS (
            SELECT 1 FROM billing_payment AS payment
              LEFT JOIN advances_deduction AS deduction ON deduction.id = payment.deduction_id
              LEFT JOIN debts_debt AS debt ON debt.id = payment.debt_id
             WHERE payment.bill_id = NEW.id AND num_nonnulls(payment.deduction_id, payment.debt_id) > 0
               AND (coalesce(deduction.customer_id, debt.customer_id), coalesce(deduction.amount, debt.amount))
                   IS DISTINCT FROM (NEW.customer_id, payment.amount))
        THEN
            RAISE EXCEPTION 'bill % is paid with what is another customer''s', NEW.number
                USING ERRCODE = 'check_violation', CONSTRAINT = 'bill_paid_by_its_customer';
        END IF;
        IF old > 0 AND (NEW.imported_from_id IS NULL OR EXISTS (
            SELECT 1 FROM billing_payment AS payment LEFT JOIN billing_olddebt AS old_debt
                ON old_debt.id = payment.old_debt_id AND old_debt.books_id = NEW.imported_from_id
             WHERE payment.bill_id = NEW.id AND payment.old_debt_id IS NOT NULL
               AND old_debt.amount IS DISTINCT FROM payment.amount))
        THEN
            RAISE EXCEPTION 'bill % is paid as only a bill out of the same old books can be', NEW.number
                USING ERRCODE = 'check_violation', CONSTRAINT = 'bill_out_of_old_books';
        END IF;
        IF num_nonnulls(NEW.debt_payment_id, NEW.kept_advance_id) > 0 AND NEW.customer_id IS DISTINCT FROM coalesce(
            (SELECT customer_id FROM debts_debtpayment WHERE id = NEW.debt_payment_id),
            (SELECT customer_id FROM advances_advancepayment WHERE id = NEW.kept_advance_id))
        THEN
            RAISE EXCEPTION 'what is above bill % is kept for another customer', NEW.number
                USING ERRCODE = 'check_violation', CONSTRAINT = 'bill_keeps_for_its_customer';
        END IF;
        RETURN NULL;
    """,
)


return_adds_up = pgtrigger.Trigger(
    name="adds_up",
    operation=pgtrigger.Insert,
    when=pgtrigger.After,
    declare=[("lines", "RECORD"), ("given", "NUMERIC"), ("old", "BIGINT")],
    func="""
        SELECT count(*) AS n, sum(part.total) AS total, sum(part.cost) AS cost,
               bool_and(line.bill_id = NEW.bill_id) AS of_the_bill
          INTO lines FROM billing_returnline AS part JOIN billing_billline AS line ON line.id = part.bill_line_id
         WHERE part.goods_return_id = NEW.id;
        SELECT coalesce(sum(amount), 0), count(*) FILTER (WHERE way = 'other') INTO given, old
          FROM billing_moneyback WHERE goods_return_id = NEW.id;
        IF old > 0 AND NEW.imported_from_id IS NULL THEN
            RAISE EXCEPTION 'return % gives back as only one out of old books can', NEW.number
                USING ERRCODE = 'check_violation', CONSTRAINT = 'return_out_of_old_books';
        END IF;
        IF lines.n = 0 OR lines.total <> NEW.total OR lines.cost <> NEW.total_cost OR given <> NEW.total
           OR NOT lines.of_the_bill
        THEN
            RAISE EXCEPTION 'return % does not add up: lines %, given back %', NEW.number, lines, given
                USING ERRCODE = 'check_violation', CONSTRAINT = 'return_adds_up';
        END IF;
        IF NEW.is_void AND (
            EXISTS (SELECT 1 FROM billing_billline WHERE bill_id = NEW.bill_id AND returned <> quantity)
            OR EXISTS (SELECT 1 FROM billing_return WHERE bill_id = NEW.bill_id AND id <> NEW.id)
            OR NEW.day IS DISTINCT FROM (SELECT day FROM billing_bill WHERE id = NEW.bill_id))
        THEN
            RAISE EXCEPTION 'a void takes back a whole bill of the same day, not %', NEW.number
                USING ERRCODE = 'check_violation', CONSTRAINT = 'void_takes_the_whole_bill';
        END IF;
        RETURN NULL;
    """,
)


credit_note_adds_up = pgtrigger.Trigger(
    name="adds_up",
    operation=pgtrigger.Insert,
    when=pgtrigger.After,
    declare=[("lines", "RECORD"), ("given", "NUMERIC"), ("old", "BIGINT")],
    func="""
        SELECT count(*) AS n, sum(line.total) AS total, sum(line.cost) AS cost,
               bool_and(batch.id IS NULL
                        OR (batch.product_id, batch.quantity, round(batch.quantity * batch.cost_price, 2))
                           = (line.product_id, line.quantity, line.cost)) AS came_in
          INTO lines FROM billing_creditnoteline AS line LEFT JOIN billing_batch AS batch ON batch.id = line.batch_id
         WHERE line.note_id = NEW.id;
        SELECT coalesce(sum(amount), 0), count(*) FILTER (WHERE way = 'other') INTO given, old
          FROM billing_creditnotemoney WHERE note_id = NEW.id;
        IF old > 0 AND NEW.imported_from_id IS NULL THEN
            RAISE EXCEPTION 'credit note % gives back as only one out of old books can', NEW.number
                USING ERRCODE = 'check_violation', CONSTRAINT = 'credit_note_out_of_old_books';
        END IF;
        IF lines.n = 0 OR lines.total <> NEW.total OR lines.cost <> NEW.total_cost OR given <> NEW.total
           OR NOT lines.came_in
        THEN
            RAISE EXCEPTION 'credit note % does not add up: lines %, given %', NEW.number, lines, given
                USING ERRCODE = 'check_violation', CONSTRAINT = 'credit_note_adds_up';
        END IF;
        IF EXISTS (
            SELECT 1 FROM billing_creditnotemoney AS part
              LEFT JOIN debts_debtreduction AS less ON less.id = part.reduction_id
              LEFT JOIN debts_debt AS debt ON debt.id = less.debt_id
              LEFT JOIN advances_advancepayment AS advance ON advance.id = part.advance_id
             WHERE part.note_id = NEW.id AND num_nonnulls(part.reduction_id, part.advance_id) > 0
               AND (coalesce(debt.customer_id, advance.customer_id), coalesce(less.amount, advance.amount))
                   IS DISTINCT FROM (NEW.customer_id, part.amount))
        THEN
            RAISE EXCEPTION 'credit note % goes to another customer', NEW.number
                USING ERRCODE = 'check_violation', CONSTRAINT = 'credit_note_goes_to_its_customer';
        END IF;
        RETURN NULL;
    """,
)


def nothing_added_to_a_bill(what: str) -> pgtrigger.Trigger:
    """Lines and payments are written before their bill; once it stands, more of them are refused."""
    return pgtrigger.Trigger(
        name="bill_is_closed",
        operation=pgtrigger.Insert,
        when=pgtrigger.After,
        level=pgtrigger.Statement,
        referencing=pgtrigger.Referencing(new="added"),
        func=f"""
            IF EXISTS (SELECT 1 FROM added JOIN billing_bill ON billing_bill.id = added.bill_id) THEN
                RAISE EXCEPTION 'no {what} can be added to a finished bill'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'bill_is_closed';
            END IF;
            RETURN NULL;
        """,
    )


def _barcode_once(elsewhere: str, lock: str) -> pgtrigger.Trigger:
    return pgtrigger.Trigger(
        name="barcode_once_in_the_store",
        operation=pgtrigger.Insert | pgtrigger.Update,
        when=pgtrigger.Before,
        func=f"""
            IF NEW.barcode = '' OR TG_OP = 'UPDATE' AND NEW.barcode = OLD.barcode THEN
                RETURN NEW;
            END IF;
            PERFORM {lock}(8102, NEW.store_id::int);
            IF EXISTS (SELECT 1 FROM {elsewhere} WHERE store_id = NEW.store_id AND barcode = NEW.barcode) THEN
                RAISE EXCEPTION 'another product has the barcode %', NEW.barcode
                    USING ERRCODE = 'unique_violation', CONSTRAINT = 'barcode_once_in_the_store';
            END IF;
            RETURN NEW;
        """,
    )


# A barcode is one product's, whichever of the two tables it stands in. Products come and go side by side; a further
# barcode waits for those that are being written, and they for it, so that neither overlooks the other.
barcode_of_a_product = _barcode_once("billing_productbarcode", "pg_advisory_xact_lock_shared")
further_barcode = _barcode_once("billing_product", "pg_advisory_xact_lock")


def assigned_once(column: str) -> pgtrigger.Trigger:
    """A column that is filled once, and then stays."""
    return pgtrigger.Trigger(
        name="assigned_once",
        operation=pgtrigger.Update,
        when=pgtrigger.Before,
        condition=pgtrigger.Condition(f"OLD.{column} IS NOT NULL AND OLD.{column} IS DISTINCT FROM NEW.{column}"),
        func="RAISE EXCEPTION 'Cannot update rows of %: it is assigned already', TG_TABLE_NAME;",
    )
