"""Credit notes, corrections, prints and exchanges: what the database refuses."""


def _one(table: str, column: str) -> str:
    return f"(SELECT {column} FROM billing_{table} AS one WHERE {column} IS NOT NULL ORDER BY id DESC LIMIT 1)"


NONE = {"advance_id": "NULL", "instead_advance_id": "NULL"}
NEW = "gen_random_uuid()"
BY_EXCHANGE = {"method": "'exchange'", "tendered": "NULL"}
A_REDUCTION, AN_ADVANCE = _one("creditnotemoney", "reduction_id"), _one("creditnotemoney", "advance_id")

# (table, constraint, what is changed in the copy)
REFUSED: list[tuple[str, str, dict[str, str]]] = [
    ("creditnote", "credit_note_number_once", {"number": "number"}),
    ("creditnote", "credit_note_sequence_once", {"sequence": "sequence"}),
    ("creditnote", "credit_note_is_in_one_series", {"sequence": "NULL"}),
    ("creditnote", "billing_creditnote_sequence_check", {"sequence": "-1"}),
    ("creditnote", "credit_note_has_a_reason", {"reason": "''"}),
    ("creditnote", "credit_note_names_its_customer", {"customer_number": "''"}),
    ("creditnote", "credit_note_names_its_customer", {"customer_id": "NULL"}),
    ("creditnoteline", "credit_note_line_position_once", {"note_id": "note_id"}),
    ("creditnoteline", "billing_creditnoteline_position_check", {"position": "-1"}),
    ("creditnoteline", "credit_note_line_has_a_quantity", {"quantity": "0", "total": "0"}),
    ("creditnoteline", "credit_note_line_is_quantity_times_price", {"total": "total + 0.01"}),
    ("creditnoteline", "credit_note_line_costs_what_came_in", {"cost": "1"}),
    ("creditnoteline", "credit_note_line_costs_what_came_in", {"is_restocked": "true"}),
    ("creditnoteline", "billing_creditnoteline_batch_id_key", {"batch_id": _one("creditnoteline", "batch_id")}),
    ("creditnotemoney", "credit_note_money_is_at_least_a_paisa", {"amount": "0"}),
    ("creditnotemoney", "credit_note_way_known", {"way": "'gold'"}),
    ("creditnotemoney", "credit_note_instrument_follows_way", {"way": "'debt'"}),
    ("creditnotemoney", "credit_note_instrument_follows_way", {"way": "'advance'"}),
    ("creditnotemoney", "credit_note_instrument_follows_way", {"reduction_id": A_REDUCTION}),
    ("creditnotemoney", "credit_note_instrument_follows_way", {"advance_id": AN_ADVANCE}),
    ("creditnotemoney", "billing_creditnotemoney_reduction_id_key", {"way": "'debt'", "reduction_id": A_REDUCTION}),
    ("creditnotemoney", "billing_creditnotemoney_advance_id_key", {"way": "'advance'", "advance_id": AN_ADVANCE}),
    ("billmove", "bill_move_has_a_reason", {"reason": "''"}),
    ("billmove", "bill_move_goes_somewhere", {"to_number": "from_number"}),
    ("billmove", "bill_move_names_both", {"from_number": "'CUST9'"}),
    ("billmove", "bill_move_names_both", {"to_customer_id": "NULL"}),
    ("billmove", "bill_move_frees_what_it_uses", {"freed_id": NEW}),
    ("billmove", "bill_move_frees_what_it_uses", {"used_id": NEW}),
    ("billmove", "billing_billmove_freed_id_key", {"freed_id": _one("billmove", "freed_id"), "used_id": NEW}),
    ("billmove", "billing_billmove_used_id_key", {"used_id": _one("billmove", "used_id"), "freed_id": NEW}),
    ("methodchange", "method_change_has_a_reason", {"reason": "''"}),
    ("methodchange", "method_change_of_one_payment", {"payment_id": "NULL"}),
    ("methodchange", "method_change_of_one_payment", {"advance_id": NEW}),
    ("methodchange", "method_change_of_one_payment", {"debt_payment_id": NEW}),
    ("methodchange", "method_change_of_one_payment", {"money_back_id": "1"}),
    ("methodchange", "method_change_of_one_payment", {"note_money_id": "1"}),
    ("methodchange", "method_change_is_of_something", {"amount": "0"}),
    ("methodchange", "method_change_between_money", {"to_method": "from_method"}),
    ("methodchange", "method_change_between_money", {"to_method": "'advance'"}),
    ("methodchange", "method_change_between_money", {"from_method": "'credit'"}),
    ("reassignment", "reassignment_has_a_reason", {"reason": "''"}),
    ("reassignment", "reassignment_of_one_thing", {"advance_id": "NULL"}),
    ("reassignment", "reassignment_of_one_thing", {"debt_payment_id": NEW}),
    ("reassignment", "billing_reassignment_advance_id_key", {"advance_id": "advance_id"}),
    ("reassignment", "billing_reassignment_instead_advance_id_key", {"instead_advance_id": "instead_advance_id"}),
    (
        "reassignment",
        "billing_reassignment_debt_payment_id_key",
        NONE | {"debt_payment_id": _one("reassignment", "debt_payment_id"), "instead_payment_id": NEW},
    ),
    (
        "reassignment",
        "billing_reassignment_instead_payment_id_key",
        NONE | {"debt_payment_id": NEW, "instead_payment_id": _one("reassignment", "instead_payment_id")},
    ),
    ("receiptprint", "receipt_print_of_one_paper", {"bill_id": "NULL"}),
    ("receiptprint", "receipt_print_of_one_paper", {"advance_id": NEW}),
    ("receiptprint", "receipt_print_way_known", {"way": "'fax'"}),
    ("cartreturn", "billing_cartreturn_cart_id_key", {"cart_id": "cart_id"}),
    ("cartreturn", "cart_return_method_known", {"method": "'gold'"}),
    ("payment", "payment_by_exchange_has_what_came_back", BY_EXCHANGE),
    ("payment", "payment_by_exchange_has_what_came_back", {"money_back_id": "1"}),
    ("payment", "billing_payment_money_back_id_key", BY_EXCHANGE | {"money_back_id": _one("payment", "money_back_id")}),
]
