"""Carts, bills, returns and their money: what the database refuses."""

A_DEBT = "(SELECT debt_id FROM billing_payment AS one WHERE debt_id IS NOT NULL ORDER BY id DESC LIMIT 1)"
A_TIED = "(SELECT old_debt_id FROM billing_payment AS one WHERE old_debt_id IS NOT NULL ORDER BY id DESC LIMIT 1)"
AN_OLD_DEBT = "(SELECT id FROM billing_olddebt AS one ORDER BY created_at DESC LIMIT 1)"
SOME_BOOKS = "(SELECT id FROM billing_oldbooks AS one ORDER BY id DESC LIMIT 1)"
A_DEDUCTION = "(SELECT deduction_id FROM billing_payment AS one WHERE method = 'advance' ORDER BY id DESC LIMIT 1)"
A_DEBT_PAYMENT = "(SELECT debt_payment_id FROM billing_bill ORDER BY debt_payment_id DESC NULLS LAST LIMIT 1)"
A_KEPT_ADVANCE = "(SELECT kept_advance_id FROM billing_bill ORDER BY kept_advance_id DESC NULLS LAST LIMIT 1)"
A_REDUCTION = "(SELECT reduction_id FROM billing_moneyback AS one WHERE way = 'debt' ORDER BY id DESC LIMIT 1)"
AN_ADVANCE = "(SELECT advance_id FROM billing_moneyback AS one WHERE way = 'advance' ORDER BY id DESC LIMIT 1)"
A_USE = "(SELECT deduction_id FROM billing_moneyback AS one WHERE way = 'restored' ORDER BY id DESC LIMIT 1)"
AN_APPOINTMENT = "(SELECT id FROM advances_appointment AS one ORDER BY created_at DESC LIMIT 1)"
A_BOOKING = "(SELECT id FROM advances_booking AS one ORDER BY created_at DESC LIMIT 1)"
SOMEBODY = "(SELECT max(id) FROM stores_user)"
WORD = {"allowed_by_id": SOMEBODY, "allowed_why": "'x'", "allowed_amount": "1", "allowed_quantity": "1"}
A_VOID = "(SELECT bill_id FROM billing_return AS one WHERE is_void ORDER BY id DESC LIMIT 1)"

# (table, constraint, what is changed in the copy)
REFUSED: list[tuple[str, str, dict[str, str]]] = [
    ("bill", "bill_total_adds_up", {"total": "total + 1"}),
    ("bill", "bill_names_its_customer", {"customer_number": "''"}),
    ("bill", "bill_names_its_customer", {"customer_id": "NULL"}),
    ("bill", "bill_number_once", {"number": "number"}),
    ("bill", "bill_sequence_once", {"sequence": "sequence"}),
    ("bill", "bill_is_in_one_series", {"sequence": "NULL"}),
    ("bill", "bill_is_in_one_series", {"imported_from_id": SOME_BOOKS}),
    ("bill", "bill_debt_payment_once", {"debt_payment_id": A_DEBT_PAYMENT}),
    ("bill", "bill_kept_advance_once", {"kept_advance_id": A_KEPT_ADVANCE}),
    ("bill", "bill_money_above_goes_one_way", {"debt_payment_id": A_DEBT_PAYMENT, "kept_advance_id": A_KEPT_ADVANCE}),
    ("bill", "billing_bill_cart_id_key", {"cart_id": "cart_id"}),
    ("bill", "billing_bill_sequence_check", {"sequence": "-1"}),
    ("billline", "bill_line_adds_up", {"total": "total + 1"}),
    ("billline", "bill_line_has_a_quantity", {"quantity": "0"}),
    ("billline", "bill_line_position_once", {"bill_id": "bill_id"}),
    ("billline", "billing_billline_position_check", {"position": "-1"}),
    ("billline", "billing_billline_item_check", {"item": "-1"}),
    ("billline", "bill_line_returned_at_most_what_was_sold", {"returned": "quantity + 0.001"}),
    ("billline", "bill_line_allowed_with_a_reason", {"allowed_by_id": SOMEBODY}),
    ("billline", "bill_line_allowed_with_a_reason", {"allowed_why": "'x'"}),
    ("billline", "bill_line_of_unknown_cost_has_none", {"is_cost_unknown": "true"}),
    ("return", "return_number_once", {"number": "number"}),
    ("return", "return_sequence_once", {"sequence": "sequence"}),
    ("return", "return_is_in_one_series", {"sequence": "NULL"}),
    ("return", "return_is_in_one_series", {"imported_from_id": SOME_BOOKS}),
    ("return", "billing_return_sequence_check", {"sequence": "-1"}),
    ("return", "return_has_a_reason", {"reason": "''"}),
    ("return", "bill_void_once", {"is_void": "true", "bill_id": A_VOID}),
    ("returnline", "return_line_has_a_quantity", {"quantity": "0"}),
    ("returnline", "return_line_once", {"goods_return_id": "goods_return_id"}),
    ("moneyback", "money_back_is_at_least_a_paisa", {"amount": "0"}),
    ("moneyback", "money_back_way_known", {"way": "'gold'"}),
    ("moneyback", "money_back_instrument_follows_way", {"way": "'debt'"}),
    ("moneyback", "money_back_instrument_follows_way", {"way": "'restored'"}),
    ("moneyback", "money_back_instrument_follows_way", {"way": "'advance'"}),
    ("moneyback", "money_back_instrument_follows_way", {"reduction_id": A_REDUCTION}),
    ("moneyback", "money_back_instrument_follows_way", {"deduction_id": A_USE}),
    ("moneyback", "money_back_instrument_follows_way", {"advance_id": AN_ADVANCE}),
    ("moneyback", "billing_moneyback_reduction_id_key", {"way": "'debt'", "reduction_id": A_REDUCTION}),
    ("moneyback", "billing_moneyback_advance_id_key", {"way": "'advance'", "advance_id": AN_ADVANCE}),
    ("payment", "payment_is_at_least_a_paisa", {"amount": "0"}),
    ("payment", "payment_method_known", {"method": "'cheque'", "tendered": "NULL"}),
    ("payment", "payment_tender_covers_it", {"tendered": "amount - 0.01"}),
    ("payment", "payment_tender_covers_it", {"method": "'card'"}),
    ("payment", "payment_instrument_follows_method", {"method": "'credit'", "tendered": "NULL"}),
    ("payment", "payment_instrument_follows_method", {"method": "'advance'", "tendered": "NULL"}),
    ("payment", "payment_instrument_follows_method", {"debt_id": A_DEBT}),
    ("payment", "payment_instrument_follows_method", {"deduction_id": A_DEDUCTION}),
    ("payment", "payment_instrument_follows_method", {"old_debt_id": AN_OLD_DEBT}),
    (
        "payment",
        "payment_instrument_follows_method",
        {"method": "'credit'", "tendered": "NULL", "debt_id": A_DEBT, "old_debt_id": AN_OLD_DEBT},
    ),
    ("payment", "billing_payment_old_debt_id_key", {"method": "'credit'", "tendered": "NULL", "old_debt_id": A_TIED}),
    ("payment", "billing_payment_debt_id_key", {"method": "'credit'", "tendered": "NULL", "debt_id": A_DEBT}),
    (
        "payment",
        "billing_payment_deduction_id_key",
        {"method": "'advance'", "tendered": "NULL", "deduction_id": A_DEDUCTION},
    ),
    ("returnline", "return_line_short_within_it", {"short": "quantity + 0.001"}),
    ("returnline", "return_line_short_within_it", {"short": "quantity", "is_restocked": "false"}),
    ("cartline", "cart_line_has_a_quantity", {"quantity": "0"}),
    ("cartline", "cart_line_amount_is_money", {"amount": "0"}),
    ("cartline", "cart_line_allowed_with_a_reason", {"allowed_by_id": SOMEBODY}),
    ("cartline", "cart_line_allowed_with_a_reason", {"allowed_why": "'x'"}),
    ("cartline", "cart_line_word_has_a_figure", {"allowed_by_id": SOMEBODY, "allowed_why": "'x'"}),
    ("cartline", "cart_line_word_has_a_figure", {"allowed_amount": "1", "allowed_quantity": "1"}),
    ("cartline", "cart_line_word_has_a_figure", WORD | {"allowed_quantity": "0"}),
    ("cartline", "cart_line_once_per_price", {"product_id": "product_id"}),
    ("cart", "cart_of_at_most_one_record", {"appointment_id": AN_APPOINTMENT, "booking_id": A_BOOKING}),
    ("recordbill", "record_bill_is_of_one_record", {"booking_id": A_BOOKING}),
    ("recordbill", "record_bill_is_of_one_record", {"appointment_id": "NULL"}),
    ("recordbill", "appointment_billed_once", {"released_at": "NULL"}),
    ("recordbill", "booking_billed_once", {"released_at": "NULL", "appointment_id": "NULL", "booking_id": A_BOOKING}),
    ("recordbill", "billing_recordbill_bill_id_key", {"bill_id": "bill_id"}),
]
