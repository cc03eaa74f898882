"""Appointments, bookings and enquiries for the test of check_books, and each way of breaking what holds of them."""

from typing import Any

from django.utils import timezone

from advances.services import Line
from advances.services.record_changes import advances_of
from advances.tests.factories import appointment_of, booking_of, enquiry_of
from billing.services.checkout import complete_cart
from billing.services.record_sales import carry_to_counter, with_products
from billing.services.tender import Tender
from billing.tests.factories import stocked_product
from viveka.stores.models import Store, User

PHONE = "98111 22233"


def trade_by_appointment(store: Store, by: User) -> dict[str, Any]:
    """Somebody asks twice, comes to an appointment and takes a booking; the ids of all that came of it by name."""
    facial = stocked_product(store, batches=[], stock_policy="none", selling_price=90, by=by, name="Facial")
    lines = with_products(store, [Line("Facial"), Line("Flowers")])
    made: dict[str, Any] = {"asked": enquiry_of(store, PHONE)}
    made["appointment"] = appointment_of(store, PHONE, lines=lines, advance=90, enquiry_id=made["asked"].pk)
    made["booking"] = booking_of(store, PHONE, lines=lines, advance=60, enquiry_id=enquiry_of(store, PHONE).pk)
    for kind in ("appointment", "booking"):
        made[f"{kind}_advance"] = advances_of(made[kind]).get()
        cart = carry_to_counter(store=store, by=by, kind=kind, pk=made[kind].pk).cart
        sale = complete_cart(store=store, by=by, cart_id=cart.pk, tenders=[Tender("cash")], now=timezone.now())
        made |= {f"{kind}_bill": sale.bill, f"{kind}_tie": sale.bill.of_record}
    made |= {"facial": facial, "appointment_line": made["appointment"].lines.get(position=1)}
    return {name: row.pk for name, row in made.items()}


# (rule, whose id it reports, what breaks it). "table: change" is an UPDATE of the row that is reported.
BREAKS = [
    ("advance_for_a_record_of_its_customer", "appointment_advance", "advancepayment: reference_id = %(booking)s"),
    (
        "advance_for_a_record_of_its_customer",
        "booking_advance",
        "UPDATE advances_booking SET customer_id = %(asha)s WHERE id = %(booking)s",
    ),
    (
        "record_bill_closed_its_record",
        "booking_tie",
        "UPDATE advances_booking SET status = 'open' WHERE id = %(booking)s",
    ),
    (
        "record_bill_closed_its_record",
        "appointment_tie",
        "DELETE FROM advances_appointment WHERE id = %(appointment)s",
    ),
    ("cart_bill_is_its_records", "booking_bill", "DELETE FROM billing_recordbill WHERE id = %(booking_tie)s"),
    (
        "record_line_product_of_one_store",
        "appointment_line",
        "UPDATE advances_appointmentline SET product_id = 0 WHERE id = %(appointment_line)s",
    ),
    (
        "merged_customer_has_no_record",
        "asked",
        "UPDATE advances_enquiry SET customer_id = %(twin)s WHERE id = %(asked)s",
    ),
]
