"""Every text column of the database: about a buyer or not. A test fails for a column that is in neither list.

What is in `PERSONAL` an erasure empties wherever it is about the person who is erased.
"""

PERSONAL: dict[str, set[str]] = {
    "customers_customer": {"phone", "name", "email", "address", "gst_number", "gender", "note", "search"},
    "customers_customerchange": {"phone", "name", "email", "address", "gst_number", "gender", "note"},
    "customers_customerphone": {"phone"},
    "customers_recordevent": {"phone", "reason"},
    "customers_merge": {"reason", "before", "after"},
    "customers_mergeundo": {"reason"},
    "billing_bill": {"customer_name", "customer_phone", "for_name"},
    "billing_return": {"reason"},
    "billing_creditnote": {"customer_name", "customer_phone", "reason"},
    "billing_billmove": {"reason"},
    "billing_methodchange": {"reason"},
    "billing_reassignment": {"reason"},
    "billing_olddebt": {"name", "phone", "typed_phone", "note"},
    "billing_cart": {"phone", "customer_name"},
    "billing_cartline": {"allowed_why"},
    "billing_billline": {"allowed_why"},
    "billing_cartreturn": {"reason"},
    "advances_advancepayment": {"notes"},
    "advances_walletentry": {"reason"},
    "advances_appointment": {"notes", "closed_why"},
    "advances_appointmentchange": {"notes", "closed_why"},
    "advances_booking": {"notes", "closed_why"},
    "advances_bookingchange": {"notes", "closed_why"},
    "advances_enquiry": {"asked", "notes", "closed_why"},
    "advances_enquirychange": {"asked", "notes", "closed_why"},
    "debts_debt": {"for_name", "note", "allowed_why"},
    "debts_debtpayment": {"note"},
    "debts_debtreduction": {"reason"},
    "debts_openingbalance": {"row_key", "file"},  # a key made of what the row said
    "debts_openingundo": {"reason"},
    "debts_paymentpromise": {"note"},
    "debts_paymentreversal": {"reason"},
    "django_admin_log": {"object_repr", "change_message"},
    "stores_requestkey": {"body_digest"},
}

NOT_PERSONAL: dict[str, set[str]] = {
    # Of the record: the number stays, so that bills can still be told apart.
    "customers_customer": {"number"},
    "customers_customerchange": {"number", "pgh_label"},
    "customers_recordevent": {"what"},
    "customers_merge": {"moved"},  # keys of rows
    "customers_likelypair": {"reasons"},  # names of fields
    # Of bills and goods. A line's note and a reference say what was sold and how it was paid.
    "billing_bill": {"number", "year", "customer_number", "reference_number"},
    "billing_billline": {"name", "unit", "note"},
    "billing_payment": {"method", "reference"},
    "billing_cart": {"machine"},  # which till's browser
    "billing_return": {"number", "year"},
    "billing_moneyback": {"way", "reference"},
    "billing_creditnote": {"number", "year", "customer_number", "reference_number"},
    "billing_creditnoteline": {"name", "unit"},
    "billing_creditnotemoney": {"way", "reference"},
    "billing_billmove": {"from_number", "to_number"},
    "billing_methodchange": {"from_method", "to_method", "reference"},
    "billing_receiptprint": {"way"},
    "billing_cartreturn": {"lines", "method", "reference"},  # keys and quantities
    "billing_oldbooks": {"name"},
    "billing_booksrun": {"kind", "source", "fingerprint", "counts"},
    "billing_booksrunline": {"outcome", "place", "about", "reason"},  # where it stands, never who it is about
    "billing_olddebt": {"key", "why"},
    "billing_olddebtpayment": {"key", "mode", "reference"},
    "billing_product": {"name", "sku", "barcode", "category", "unit", "stock_policy", "search"},
    "billing_productchange": {"name", "sku", "barcode", "category", "unit", "stock_policy", "pgh_label"},
    "billing_batch": {"supplier", "supplier_bill", "note"},
    "billing_batchchange": {"pgh_label", "supplier", "supplier_bill", "note"},
    "billing_stockmovement": {"reason", "note"},
    "billing_stockadjustment": {"kind", "note"},
    "billing_productbarcode": {"barcode"},
    "billing_productbarcodechange": {"barcode", "pgh_label"},
    # Of money paid ahead and owed. A reference says how it was paid.
    "advances_advancepayment": {"reference_type", "mode", "payment_reference", "status"},
    "advances_walletentry": {"cause", "mode"},
    # Of what was arranged: services and items, as on a bill.
    "advances_appointment": {"status", "summary"},
    "advances_appointmentchange": {"status", "summary", "pgh_label"},
    "advances_appointmentline": {"name"},
    "advances_booking": {"status", "summary"},
    "advances_bookingchange": {"status", "summary", "pgh_label"},
    "advances_bookingline": {"name"},
    "advances_enquiry": {"status"},
    "advances_enquirychange": {"status", "pgh_label"},
    "debts_debt": {"status"},
    "debts_debtpayment": {"mode", "reference"},
    "debts_debtreduction": {"cause"},
    "debts_reminder": {"way"},
    "debts_creditaccountchange": {"pgh_label"},
    # Of the store and its staff.
    "stores_store": {
        "slug", "name", "region", "currency", "timezone", "bill_prefix", "receipt_header", "receipt_footer",
        "default_stock_policy", "reminder_text", "upi_id",
    },
    # What cash was taken out for, why a count differed: of the drawer, never of a buyer.
    "stores_till": {"name"},
    "stores_tillchange": {"name", "pgh_label"},
    "stores_tillentry": {"direction", "reason"},
    "stores_tillcount": {"pieces", "note"},
    "stores_storechange": {
        "name", "region", "currency", "timezone", "bill_prefix", "receipt_header", "receipt_footer",
        "default_stock_policy", "reminder_text", "upi_id", "pgh_label",
    },
    "stores_user": {"password", "username", "first_name", "last_name", "email"},
    "stores_membership": {"role", "pin_hash"},
    "stores_pintry": {"what"},
    "stores_membershipchange": {"role", "pgh_label"},
    "stores_apitoken": {"name", "digest"},
    "stores_counter": {"name"},
    "stores_requestkey": {"method", "path", "key", "made_id"},  # POST paths carry ids, a key is the caller's own
    "pghistory_context": {"metadata"},  # who, and the address of the page without its query
    # Of Django and its apps. A session holds who is signed in and what was said last; it ends by itself.
    "django_session": {"session_key", "session_data"},
    "django_admin_log": {"object_id"},
    "django_content_type": {"app_label", "model"},
    "django_migrations": {"app", "name"},
    "auth_group": {"name"},
    "auth_permission": {"name", "codename"},
    "axes_accessattempt": {"user_agent", "ip_address", "username", "http_accept", "path_info", "get_data", "post_data"},
    "axes_accessfailurelog": {"user_agent", "ip_address", "username", "http_accept", "path_info"},
    "axes_accesslog": {"user_agent", "ip_address", "username", "http_accept", "path_info", "session_hash"},
}  # fmt: skip
