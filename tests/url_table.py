"""Who may open what: one row per URL name. A URL without a row fails tests/test_urls.py.

For a new page add a row to ROWS: its name, who may come in, whether it is read (`get`) or written to (`post`), and,
where the address names an object, how to name the shop's own one (`of`). An API call goes to API_CALLS, and its
refusals are tested beside the API.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from billing.models import CreditNote
from debts.models import OpeningBalance
from tests.world import Shop
from viveka.legacy.tests.factories import ROW_OF_OLD_BOOKS
from viveka.stores.models import ApiToken, TillSession

ALL = frozenset({"cashier", "auditor", "manager"})
SELLERS = frozenset({"cashier", "manager"})
REVIEWERS = frozenset({"auditor", "manager"})
MANAGERS = frozenset({"manager"})


def nothing(shop: Shop) -> dict[str, Any]:
    return {}


@dataclass(frozen=True)
class Row:
    name: str
    who: frozenset[str] = ALL
    get: bool = True
    post: bool = False
    of: Callable[[Shop], dict[str, Any]] | None = None
    public: bool = False
    missing: int = 404  # what an object that is not there is answered with

    def __str__(self) -> str:
        return self.name

    @property
    def methods(self) -> list[str]:
        return ["get"] * self.get + ["post"] * self.post


def customer(shop: Shop) -> dict[str, Any]:
    return {"pk": shop.customer.pk}


def token(shop: Shop) -> dict[str, Any]:
    return {"pk": ApiToken.objects.filter(store=shop.store).first().pk}  # type: ignore[union-attr]


def pair(shop: Shop) -> dict[str, Any]:
    return {"pk": shop.customer.pk, "other": shop.namesake.pk}


def gone(shop: Shop) -> dict[str, Any]:
    return {"pk": shop.gone.pk}


def books_run(shop: Shop) -> dict[str, Any]:
    return {"pk": ROW_OF_OLD_BOOKS["billing.booksrun"](shop)}


def merge(shop: Shop) -> dict[str, Any]:
    return {"pk": shop.merge.pk}


def likely_pair(shop: Shop) -> dict[str, Any]:
    return {"pk": shop.likely.pk}


def open_item(shop: Shop) -> dict[str, Any]:
    return {"pk": shop.open_item.pk}


def product(shop: Shop) -> dict[str, Any]:
    return {"pk": shop.product.pk}


def further_barcode(shop: Shop) -> dict[str, Any]:
    return {"pk": shop.product.barcodes.first().pk}


def bill(shop: Shop) -> dict[str, Any]:
    return {"pk": shop.bill.pk}


def returned(shop: Shop) -> dict[str, Any]:
    return {"pk": shop.bill.returns.first().pk}


def bill_paper(shop: Shop) -> dict[str, Any]:
    return {"kind": "bill", "pk": shop.bill.pk}


def credit_note(shop: Shop) -> dict[str, Any]:
    return {"pk": CreditNote.objects.of(shop.store).first().pk}  # type: ignore[union-attr]


def cart(shop: Shop) -> dict[str, Any]:
    return {"pk": shop.cart.pk}


def line(shop: Shop) -> dict[str, Any]:
    return {"pk": shop.line.pk}


def till(shop: Shop) -> dict[str, Any]:
    return {"pk": shop.till.till_id}


def till_session(shop: Shop) -> dict[str, Any]:
    return {"pk": shop.till.pk}


def open_session(shop: Shop) -> dict[str, Any]:
    return {"pk": TillSession.objects.of(shop.store).open().get().pk}


def owing(shop: Shop) -> dict[str, Any]:
    return {"pk": shop.debts.customer.pk}


def debt(shop: Shop) -> dict[str, Any]:
    return {"pk": shop.debts.debt.pk}


def opening(shop: Shop) -> dict[str, Any]:
    return {"pk": OpeningBalance.objects.of(shop.store).standing().get().pk}


def debt_payment(shop: Shop) -> dict[str, Any]:
    return {"pk": shop.debts.payment.pk}


def advance(shop: Shop) -> dict[str, Any]:
    return {"pk": shop.advance.pk}


def advances_of(shop: Shop) -> dict[str, Any]:
    return {"customer_pk": shop.customer.pk}


def membership(shop: Shop) -> dict[str, Any]:
    return {"pk": shop.staff["auditor"].pk}


def record(kind: str) -> Callable[[Shop], dict[str, Any]]:
    return lambda shop: {"pk": shop.records[kind].pk}


def diary(kind: str) -> list[Row]:
    """The pages of an appointment, a booking or an enquiry."""
    of = record(kind)
    with_money = [] if kind == "enquiry" else ["counter", "advance"]
    return [
        Row(f"diary:{kind}-list"),
        Row(f"diary:{kind}-new", SELLERS, post=True),
        Row(f"diary:{kind}", of=of),
        *(Row(f"diary:{kind}-{page}", SELLERS, post=True, of=of) for page in ("edit", "cancel")),
        *(Row(f"diary:{kind}-{deed}", SELLERS, get=False, post=True, of=of)
          for deed in ("done", "reopen", *with_money)),
    ]  # fmt: skip


ROWS = [
    # The ground floor
    Row("home"),
    Row("sign-in", post=True, public=True),
    Row("sign-out", get=False, post=True),
    Row("choose-store", post=True),
    Row("lock", get=False, post=True),
    Row("locked", post=True),
    Row("still-here"),
    Row("change-password", post=True),
    Row("my-pin", post=True),
    Row("store-settings", MANAGERS, post=True),
    Row("members", MANAGERS, post=True),
    Row("tokens", MANAGERS, post=True),
    Row("token-revoke", MANAGERS, get=False, post=True, of=token),
    Row("member-end", MANAGERS, get=False, post=True, of=membership),
    # Customers
    Row("old-books", MANAGERS),
    Row("old-books-run", MANAGERS, of=books_run),
    Row("old-books-csv", MANAGERS, of=books_run),
    Row("old-debts", MANAGERS),
    Row("old-debts-assign", MANAGERS, post=True),
    Row("old-debts-unknown", MANAGERS, get=False, post=True),
    Row("customers:list"),
    Row("customers:export-csv", REVIEWERS),
    Row("customers:export-xlsx", REVIEWERS),
    Row("customers:import", MANAGERS, post=True),
    Row("customers:import-template", MANAGERS),
    Row("customers:import-columns", MANAGERS, post=True),
    Row("customers:import-preview", MANAGERS),
    Row("customers:import-confirm", MANAGERS, get=False, post=True),
    Row("customers:import-progress", MANAGERS),
    Row("customers:import-drop", MANAGERS, get=False, post=True),
    Row("customers:import-result", MANAGERS),
    Row("reports:customers", REVIEWERS),
    Row("reports:customers-csv", REVIEWERS),
    Row("reports:servers", REVIEWERS),
    Row("reports:servers-csv", REVIEWERS),
    Row("reports:servers-xlsx", REVIEWERS),
    Row("reports:advances", REVIEWERS),
    Row("reports:advances-csv", REVIEWERS),
    Row("reports:advances-xlsx", REVIEWERS),
    Row("customers:add", SELLERS, post=True),
    Row("customers:edit", SELLERS, post=True, of=customer),
    Row("customers:correct-name", SELLERS, get=False, post=True, of=customer),
    Row("customers:delete", MANAGERS, post=True, of=customer),
    Row("customers:restore", MANAGERS, get=False, post=True, of=customer),
    Row("customers:free-phone", MANAGERS, get=False, post=True, of=customer),
    Row("customer", of=customer),
    Row("customer-purchases", of=customer),
    Row("customer-changes", REVIEWERS, of=customer),
    Row("customer-merge", MANAGERS, of=customer),
    Row("customer-merge-pair", MANAGERS, post=True, of=pair),
    Row("customer-erase", MANAGERS, post=True, of=gone),
    Row("merge-undo", MANAGERS, get=False, post=True, of=merge),
    Row("duplicates", MANAGERS),
    Row("duplicates-look", MANAGERS, get=False, post=True),
    Row("duplicates-progress", MANAGERS),
    Row("duplicate-dismiss", MANAGERS, get=False, post=True, of=likely_pair),
    # Money paid ahead
    Row("advances:list"),
    Row("advances:export-csv", REVIEWERS),
    Row("advances:export-xlsx", REVIEWERS),
    Row("advances:advance", of=advance),
    Row("advances:receipt", of=advance),
    Row("advances:refund", SELLERS, post=True, of=advance),
    Row("advances:reverse", SELLERS, post=True, of=advance),
    Row("advances:of-customer", of=advances_of),
    Row("advances:take", SELLERS, post=True, of=advances_of),
    Row("advances:wallet", of=advances_of),
    Row("advances:wallet-csv", REVIEWERS, of=advances_of),
    Row("advances:wallet-xlsx", REVIEWERS, of=advances_of),
    Row("customer-settle", SELLERS, get=False, post=True, of=customer),
    # The counter; a line that is gone (another window took it out) shows the cart as it is
    Row("billing:counter", SELLERS),
    Row("billing:till", SELLERS),
    Row("billing:till-open", SELLERS, get=False, post=True),
    Row("billing:till-leave", SELLERS, get=False, post=True),
    Row("billing:till-join", SELLERS, get=False, post=True, of=open_session),
    Row("billing:till-move", SELLERS, get=False, post=True, of=open_session),
    Row("billing:till-count", SELLERS, post=True, of=open_session),
    Row("billing:till-session", of=till_session),
    Row("billing:till-slip", of=till_session),
    Row("billing:tills", REVIEWERS),
    Row("billing:till-add", MANAGERS, get=False, post=True),
    Row("billing:till-change", MANAGERS, get=False, post=True, of=till),
    Row("billing:cart-matches", SELLERS),
    Row("billing:cart-add", SELLERS, get=False, post=True),
    Row("billing:line-quantity", SELLERS, get=False, post=True, of=line, missing=200),
    Row("billing:line-price", SELLERS, get=False, post=True, of=line, missing=200),
    Row("billing:line-discount", SELLERS, get=False, post=True, of=line, missing=200),
    Row("billing:counter-upi", SELLERS),
    Row("billing:open-item", SELLERS, get=False, post=True),
    Row("billing:line-packet", SELLERS, get=False, post=True, of=line, missing=200),
    Row("billing:line-server", SELLERS, get=False, post=True, of=line, missing=200),
    Row("billing:cart-server", SELLERS, get=False, post=True),
    Row("billing:cart-discount", SELLERS, get=False, post=True),
    Row("billing:line-remove", SELLERS, get=False, post=True, of=line, missing=302),
    Row("billing:cart-buyer", SELLERS, get=False, post=True),
    Row("billing:buyer-matches", SELLERS),
    Row("billing:buyer-clear", SELLERS, get=False, post=True),
    Row("billing:buyer-correct-name", SELLERS, get=False, post=True),
    Row("billing:cart-hold", SELLERS, get=False, post=True),
    Row("billing:cart-take-up", SELLERS, get=False, post=True, of=cart, missing=200),
    Row("billing:cart-drop", SELLERS, get=False, post=True),
    Row("billing:cart-complete", SELLERS, get=False, post=True),
    Row("billing:receipt", of=bill),
    # The diary
    Row("diary:day"),
    Row("diary:week"),
    Row("diary:of-customer", of=advances_of),
    Row("diary:who", SELLERS),
    Row("diary:products", SELLERS),
    Row("diary:appointment-move", SELLERS, get=False, post=True, of=record("appointment")),
    *diary("appointment"),
    *diary("booking"),
    *diary("enquiry"),
    # Products and bills
    Row("billing:products"),
    Row("billing:product-add", MANAGERS, post=True),
    Row("billing:product", of=product),
    Row("billing:open-items", MANAGERS),
    Row("billing:item-complete", MANAGERS, post=True, of=open_item),
    Row("billing:item-join", MANAGERS, get=False, post=True, of=open_item),
    Row("billing:product-edit", MANAGERS, post=True, of=product),
    Row("billing:batch-add", MANAGERS, post=True, of=product),
    Row("billing:product-adjust", MANAGERS, post=True, of=product),
    Row("billing:product-barcodes", MANAGERS, post=True, of=product),
    Row("billing:barcode-remove", MANAGERS, get=False, post=True, of=further_barcode),
    Row("billing:goods-upload", MANAGERS, post=True),
    Row("billing:goods-template", MANAGERS),
    Row("billing:goods-preview", MANAGERS),
    Row("billing:goods-confirm", MANAGERS, get=False, post=True),
    Row("billing:goods-progress", MANAGERS),
    Row("billing:goods-drop", MANAGERS, get=False, post=True),
    Row("billing:goods-result", MANAGERS),
    Row("billing:stock", REVIEWERS),
    Row("billing:stock-csv", REVIEWERS),
    Row("billing:stock-xlsx", REVIEWERS),
    Row("billing:expired", REVIEWERS),
    Row("billing:expired-write-off", MANAGERS, get=False, post=True),
    Row("billing:bills"),
    Row("billing:bill", of=bill),
    Row("billing:return-add", SELLERS, post=True, of=bill),
    Row("billing:exchange-add", SELLERS, post=True, of=bill),
    Row("billing:exchange-drop", SELLERS, get=False, post=True),
    Row("billing:bill-void", SELLERS, post=True, of=bill),
    Row("billing:return", of=returned),
    Row("billing:return-receipt", of=returned),
    Row("billing:credit-notes"),
    Row("billing:credit-note-add", SELLERS, post=True),
    Row("billing:credit-note", of=credit_note),
    Row("billing:credit-note-receipt", of=credit_note),
    Row("billing:correct", MANAGERS, post=True, of=bill_paper),
    Row("billing:paper-printed", SELLERS, get=False, post=True, of=bill_paper),
    Row("billing:paper-pdf", SELLERS, get=False, post=True, of=bill_paper),
    # Debts
    Row("debts:openings", REVIEWERS),
    Row("debts:openings-csv", REVIEWERS),
    Row("debts:openings-xlsx", REVIEWERS),
    Row("debts:openings-type", MANAGERS, post=True),
    Row("debts:openings-file", MANAGERS, post=True),
    Row("debts:openings-template", MANAGERS),
    Row("debts:openings-columns", MANAGERS, post=True),
    Row("debts:openings-preview", MANAGERS),
    Row("debts:openings-confirm", MANAGERS, get=False, post=True),
    Row("debts:openings-progress", MANAGERS),
    Row("debts:openings-drop", MANAGERS, get=False, post=True),
    Row("debts:openings-result", MANAGERS),
    Row("debts:opening", REVIEWERS, of=opening),
    Row("debts:opening-undo", MANAGERS, post=True, of=opening),
    Row("debts:list"),
    Row("debts:totals"),
    Row("debts:export-csv", REVIEWERS),
    Row("debts:export-xlsx", REVIEWERS),
    Row("debts:add", SELLERS, post=True),
    Row("debts:enter", SELLERS, post=True, of=owing),
    Row("debts:debt", of=debt),
    Row("debts:write-off", SELLERS, post=True, of=debt),
    Row("debts:reverse", SELLERS, post=True, of=debt),
    Row("debts:payment-add", SELLERS),
    Row("debts:pay", SELLERS, post=True, of=owing),
    Row("debts:payment", of=debt_payment),
    Row("debts:payment-reverse", SELLERS, post=True, of=debt_payment),
    Row("debts:accounts"),
    Row("debts:account-add", MANAGERS, post=True),
    Row("debts:account", MANAGERS, post=True, of=owing),
    Row("debts:customer", of=owing),
    Row("debts:due"),
    Row("debts:aging"),
    Row("debts:aging-csv", REVIEWERS),
    Row("debts:aging-xlsx", REVIEWERS),
    Row("debts:statement", of=owing),
    Row("debts:statement-pdf", of=owing),
    Row("debts:statement-csv", REVIEWERS, of=owing),
    Row("debts:statement-xlsx", REVIEWERS, of=owing),
    Row("billing:received"),
    Row("billing:received-csv", REVIEWERS),
    Row("billing:received-xlsx", REVIEWERS),
    Row("debts:remind", SELLERS, get=False, post=True, of=owing),
    Row("debts:promise", SELLERS, get=False, post=True, of=owing),
]

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
