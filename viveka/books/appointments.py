"""Appointments, bookings and enquiries: advances, bills and lines are those of the same customer and store."""

from viveka.books.rule import sql_rule

_MERGED = " UNION ALL ".join(
    f"SELECT record.id::text FROM advances_{kind} AS record"
    " JOIN customers_customer AS customer ON customer.id = record.customer_id"
    " WHERE record.store_id = ANY(%(stores)s) AND customer.merged_into_id IS NOT NULL"
    for kind in ("appointment", "booking", "enquiry")
)
_LINES = " UNION ALL ".join(
    f"""
    SELECT line.id FROM advances_{kind}line AS line
      LEFT JOIN billing_product AS product ON product.id = line.product_id
     WHERE line.store_id = ANY(%(stores)s) AND line.product_id IS NOT NULL
       AND product.store_id IS DISTINCT FROM line.store_id
    """
    for kind in ("appointment", "booking")
)

RULES = [
    sql_rule(
        "advance_for_a_record_of_its_customer",
        "An advance that an appointment or a booking brought is of the customer whose it is.",
        """
        SELECT advance.id FROM advances_advancepayment AS advance
          LEFT JOIN advances_appointment AS appointment
            ON advance.reference_type = 'appointment' AND appointment.id = advance.reference_id
          LEFT JOIN advances_booking AS booking
            ON advance.reference_type = 'booking' AND booking.id = advance.reference_id
         WHERE advance.store_id = ANY(%(stores)s) AND advance.reference_type IN ('appointment', 'booking')
           AND (advance.store_id, advance.customer_id) IS DISTINCT FROM
               (coalesce(appointment.store_id, booking.store_id),
                coalesce(appointment.customer_id, booking.customer_id))
        """,
    ),
    sql_rule(
        "record_bill_closed_its_record",
        "An appointment or a booking with a bill that stands is closed, and has one such bill.",
        """
        SELECT id FROM (
            SELECT made.id, coalesce(appointment.status, booking.status) AS status,
                   count(*) OVER (PARTITION BY made.appointment_id, made.booking_id) AS bills
              FROM billing_recordbill AS made
              LEFT JOIN advances_appointment AS appointment ON appointment.id = made.appointment_id
              LEFT JOIN advances_booking AS booking ON booking.id = made.booking_id
             WHERE made.store_id = ANY(%(stores)s) AND made.released_at IS NULL
        ) AS standing WHERE bills > 1 OR status IS NULL OR status = 'open'
        """,
    ),
    sql_rule(
        "cart_bill_is_its_records",
        "The bill of a cart that an appointment or a booking became is that record's.",
        """
        SELECT bill.id FROM billing_cart AS cart JOIN billing_bill AS bill ON bill.cart_id = cart.id
          LEFT JOIN billing_recordbill AS made ON made.bill_id = bill.id
         WHERE cart.store_id = ANY(%(stores)s) AND num_nonnulls(cart.appointment_id, cart.booking_id) > 0
           AND (cart.appointment_id, cart.booking_id) IS DISTINCT FROM (made.appointment_id, made.booking_id)
        """,
    ),
    sql_rule(
        "record_line_product_of_one_store",
        "What a line of an appointment or a booking stands for is a product of the same store.",
        _LINES,
    ),
    sql_rule(
        "merged_customer_has_no_record",
        "No appointment, booking or enquiry belongs to a merged customer.",
        _MERGED,
    ),
]
