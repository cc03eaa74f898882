"""Who may open what: one row per URL name. A URL without a row fails tests/test_urls.py.

For a new page add a row to the file of its part of the shop: its name, who may come in, whether it is read (`get`) or
written to (`post`), and, where the address names an object, how to name the shop's own one (`of`, in `objects.py`).
An API call goes to API_CALLS, and its refusals are tested beside the API.
"""

from tests.url_table import counter, debts, diary, goods, ground, papers, people
from tests.url_table.objects import nothing
from tests.url_table.row import ALL, Row

__all__ = ["ADMIN_PAGES", "ALL", "API_CALLS", "ROWS", "Row", "nothing"]

ROWS = [*ground.ROWS, *people.ROWS, *counter.ROWS, *diary.ROWS, *goods.ROWS, *papers.ROWS, *debts.ROWS]

# Swept by the API's own tests: 401, 403, 404 and what they write.
API_CALLS = {
    "api:openapi-json",
    "api:docs",
    "api:save_customer",
    "api:list_customers",
    "api:find_or_create",
    "api:customer_by_phone",
    "api:get_customer",
    "api:change_customer",
    "api:remove_customer",
    "api:get_history",
    "api:get_customer_sale",
    "api:get_statement",
    "api:list_advances",
    "api:take_advance",
    "api:give_back_advance",
    "api:list_customer_accounts",
    "api:open_customer_account",
    "api:change_customer_account",
    "api:list_debts",
    "api:add_debt",
    "api:pay_debts",
    "api:list_products",
    "api:add_product",
    "api:add_batch",
    "api:sell",
    "api:list_bills",
    "api:add_return",
    "api:get_bill",
    "api:list_appointments",
    "api:add_appointment",
    "api:get_appointment",
    "api:list_bookings",
    "api:add_booking",
    "api:get_booking",
    "api:list_enquiries",
    "api:add_enquiry",
    "api:get_enquiry",
    "api:unknown",
}

# The admin's own pages; those of its models follow from the models registered (tests/test_admin_urls.py).
ADMIN_PAGES = {
    "admin:index",
    "admin:login",
    "admin:logout",
    "admin:password_change",
    "admin:password_change_done",
    "admin:autocomplete",
    "admin:jsi18n",
    "admin:app_list",
}
