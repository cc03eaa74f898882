"""Products, batches and what moves them: what the database refuses."""

A_RETURN_LINE = "(SELECT id FROM billing_returnline AS one ORDER BY id DESC LIMIT 1)"
AN_ADJUSTMENT = "(SELECT id FROM billing_stockadjustment AS one ORDER BY id DESC LIMIT 1)"

# (table, constraint, what is changed in the copy)
REFUSED: list[tuple[str, str, dict[str, str]]] = [
    ("stockmovement", "movement_of_a_return_is_in_or_written_off", {"return_line_id": A_RETURN_LINE}),
    ("product", "product_has_a_name", {"name": "''"}),
    ("product", "product_that_is_another_is_off_sale", {"turned_out_id": "id", "is_active": "true"}),
    ("product", "product_that_is_another_is_off_sale", {"turned_out_id": "id", "to_complete": "true"}),
    ("product", "product_unit_known", {"unit": "'stone'"}),
    ("product", "product_stock_policy_known", {"stock_policy": "'maybe'"}),
    ("product", "service_keeps_no_stock", {"stock_policy": "'none'", "current_stock": "1"}),
    ("product", "short_only_where_allowed", {"short": "1"}),
    ("product", "stock_below_zero_only_by_what_is_short", {"current_stock": "-1"}),
    (
        "product",
        "stock_below_zero_only_by_what_is_short",
        {"stock_policy": "'allow'", "short": "1", "current_stock": "-2"},
    ),
    ("product", "barcode_once_in_the_store", {"barcode": "'18901234567890'"}),
    ("productbarcode", "barcode_once_in_the_store", {"barcode": "'8901'"}),
    ("productbarcode", "further_barcode_once", {"barcode": "barcode"}),
    ("productbarcode", "further_barcode_is_one", {"barcode": "''"}),
    ("productbarcode", "further_barcode_stands_for_something", {"quantity": "0"}),
    ("stockadjustment", "adjustment_kind_known", {"kind": "'rats'"}),
    ("stockadjustment", "adjustment_sign_follows_kind", {"quantity": "1"}),
    ("stockadjustment", "adjustment_sign_follows_kind", {"kind": "'found'"}),
    ("stockadjustment", "other_adjustment_has_a_note", {"kind": "'other'", "note": "''"}),
    ("stockadjustment", "only_a_count_was_counted", {"counted": "1"}),
    ("stockmovement", "movement_sign_follows_reason", {"reason": "'settled'"}),
    ("stockmovement", "movement_sign_follows_reason", {"reason": "'settled'", "quantity": "-1"}),
    ("stockmovement", "movement_fits_its_adjustment", {"adjustment_id": AN_ADJUSTMENT, "reason": "'returned'"}),
    ("stockshortage", "shortage_has_a_quantity", {"quantity": "0", "open": "0"}),
    ("stockshortage", "shortage_open_within_it", {"open": "quantity + 0.001"}),
    ("stockshortage", "billing_stockshortage_bill_line_id_key", {"bill_line_id": "bill_line_id"}),
    ("shortagesettlement", "billing_shortagesettlement_movement_id_key", {"movement_id": "movement_id"}),
    ("product", "product_sku_once", {"sku": "sku"}),
    ("product", "product_barcode_once", {"barcode": "barcode"}),
    ("batch", "batch_has_a_quantity", {"quantity": "0", "remaining": "0"}),
    ("batch", "batch_remaining_within_received", {"remaining": "quantity + 0.001"}),
    ("batch", "batch_price_within_mrp", {"selling_price": "120.01"}),
    ("stockmovement", "movement_moves_something", {"quantity": "0", "reason": "'adjusted'"}),
    ("stockmovement", "movement_sign_follows_reason", {"quantity": "-1"}),
    ("stockmovement", "movement_sign_follows_reason", {"quantity": "-1", "reason": "'sold'"}),
    ("stockmovement", "movement_sign_follows_reason", {"reason": "'lost'"}),
]
