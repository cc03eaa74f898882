"""Old books: what the database refuses."""

# (table, constraint, what is changed in the copy)
REFUSED: list[tuple[str, str, dict[str, str]]] = [
    ("oldbooks", "old_books_once", {"name": "name"}),
    ("oldbooks", "old_books_have_a_name", {"name": "''"}),
    ("booksrun", "books_run_kind_known", {"kind": "'guess'"}),
    ("booksrun", "import_is_of_books", {"books_id": "NULL"}),
    ("booksrun", "books_run_ends_after_it_began", {"ended_at": "began_at - interval '1 second'"}),
    ("booksrun", "one_import_under_way", {"ended_at": "NULL"}),
    ("booksrunline", "books_run_line_outcome_known", {"outcome": "'lost'"}),
    ("booksrunline", "books_run_line_has_a_reason", {"reason": "''"}),
    ("olddebt", "old_debt_once", {"key": "key"}),
    ("olddebt", "old_debt_is_at_least_a_paisa", {"amount": "0"}),
    ("olddebt", "old_debt_has_a_number", {"key": "''"}),
    ("olddebt", "old_debt_phone_is_e164", {"phone": "'98765'"}),
    ("olddebt", "billing_olddebt_debt_id_key", {"debt_id": "debt_id"}),
    ("olddebtpayment", "old_payment_once", {"key": "key"}),
    ("olddebtpayment", "old_payment_is_at_least_a_paisa", {"amount": "0"}),
    ("olddebtpayment", "old_payment_mode_known", {"mode": "'advance'"}),
    ("olddebtpayment", "billing_olddebtpayment_payment_id_key", {"payment_id": "payment_id"}),
]
