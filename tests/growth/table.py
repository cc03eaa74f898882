"""What each page lists, URL by URL: for the sweep over query counts.

For a new page add an entry to PAGES: `Shows` with a pattern for each list on it (of what stands in a row and differs
from row to row), or `Still` with why nothing on it can become more. What a page lists is made by tests/growth.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.growth.shop import Grown
from viveka.stores.screen_lock import SESSION_LOCKED

Keys = Callable[[Grown], dict[str, Any]]

BIGGER = ""  # of a file that can't be read as text
AMOUNT = r"(?<![\d.])\d[\d,]*\.\d\d(?![\d.])"
BARCODE = r"89000000\d{5}"
BATCH = r'value="\d+"'
BILL = r"BILL-\d{4}-\d{6}"
BRANCH = r"Branch \d+"
BUYER = r"Buyer \d+"
CUSTOMER = r"CUST\d+"
CATEGORY = r"Category \d+"
CLERK = r"clerk-\d+"
GOOD = r"Good \d+"
ITEM = r"Item \d+"
MEMBER = r"(?:clerk|gone)-\d+"
PRODUCT = r"(?:Good|Service|Unlisted|Line) \d+"
RECORD = r"/(?:appointments|bookings|enquiries)/[0-9a-f-]{36}"
LINE = r"Line \d+"
LINK = r"/[a-z/]+/[0-9a-f-]{36}"


@dataclass(frozen=True)
class Shows:
    """A page, and patterns of what stands in the rows of its lists: of each there are more where more is there."""

    rows: tuple[str, ...]
    who: str = "manager"
    of: Keys | None = None
    query: Keys | None = None
    session: dict[str, Any] = field(default_factory=dict)
    at_till: bool = True
    paging: int = 0
    """So many more statements that turning pages may take, whatever their size."""


@dataclass(frozen=True)
class Still:
    """A page on which nothing becomes more: why. It is counted all the same."""

    why: str
    who: str = "manager"
    of: Keys | None = None
    query: Keys | None = None


def shows(*rows: str, **rest: Any) -> Shows:
    return Shows(rows, **rest)


def asks(**query: Any) -> Keys:
    return lambda shop: query


def customers_of(text: str = "Buyer", name: str = "q", **rest: Any) -> Shows:
    """A search for one of the customers."""
    return shows(BUYER, query=asks(**{name: text}), **rest)


FORM = Still("a form of one thing, without a choice among rows")
ONE = Still("one thing and its figures")
SAMPLE = Still("the same file for everybody")
ADDED_UP = Still("figures, added up in the database")
PROGRESS = Still("how far it is, and no more")
PIN = shows(CLERK, who="cashier")  # the managers who may allow it


def the(name: str) -> Keys:
    return lambda shop: {"pk": getattr(shop, name).pk}


def pieces(shop: Grown) -> dict[str, Any]:
    """One of each line comes back."""
    return {f"quantity-{position}": "1" for position in range(1, shop.times + 2)}


def paper(kind: str, name: str) -> Keys:
    return lambda shop: {"kind": kind, "pk": getattr(shop, name).pk}


def debt_payment(shop: Grown) -> dict[str, Any]:
    return {"kind": "debt_payment", "pk": shop.debts.payment.pk}


PAGES: dict[str, Shows | Still | list[Shows]] = {
    # The ground floor
    "home": shows(BRANCH, who="auditor"),
    "sign-in": FORM,
    "choose-store": shows(BRANCH, who="auditor"),
    "locked": shows(CLERK, session={SESSION_LOCKED: True}),
    "still-here": Still("an empty answer"),
    "change-password": FORM,
    "my-pin": FORM,
    "store-settings": shows(r"Footer \d+"),
    "members": shows(MEMBER),
    "tokens": shows(r"Program \d+", CLERK),
    # Customers
    "old-books": shows(r"/old-books/\d+/"),
    "old-books-run": shows(r"lines \d+", of=the("run")),
    "old-books-csv": shows(r"lines \d+", of=the("run")),
    "old-debts": shows(AMOUNT),
    "old-debts-assign": shows(AMOUNT, BUYER, query=lambda shop: {"debt": shop.old_debts, "q": "Buyer"}),
    "customers:list": [
        shows(CUSTOMER), shows(CUSTOMER, query=asks(sort="-total_purchases")),
        shows(BUYER, query=asks(q="Buyer", owes="on")), shows(BUYER, query=asks(q="Buyer", sort="name"), who="cashier"),
    ],
    "customers:export-csv": shows(BUYER),
    "customers:export-xlsx": shows(BUYER),
    "customers:import": FORM,
    "customers:import-template": SAMPLE,
    "customers:import-columns": shows(LINE),
    "customers:import-preview": shows(LINE),
    "customers:import-progress": PROGRESS,
    "customers:import-result": shows(LINE, who="importer"),
    "reports:customers": shows(BUYER),
    "reports:customers-csv": shows(BUYER),
    "reports:servers": shows(CLERK),
    "reports:servers-csv": shows(CLERK),
    "reports:servers-xlsx": shows(CLERK),
    "reports:advances": shows(BUYER),
    "reports:advances-csv": [shows(BUYER, query=asks(table="balances")), shows(query=asks(table="services"))],
    "reports:advances-xlsx": shows(BUYER, query=asks(table="balances")),
    "customers:add": FORM,
    "customers:edit": FORM,
    "customers:delete": FORM,
    "customer": [shows(r"Merged \d+|CUST9\d\d\d", r"96\d{3} \d{5}"), shows(of=the("gone"))],
    "customer-purchases": shows(BILL, r"CN-\d+"),
    "customer-changes": shows(r"Remark \d+", r"Merged \d+|CUST9\d\d\d"),
    "customer-merge": customers_of(),
    "customer-merge-pair": Still("one question a table, whose rows are counted in the database"),
    "customer-erase": FORM,
    "duplicates": shows(BUYER),
    "duplicates-progress": PROGRESS,
    # Money paid ahead
    "advances:list": shows(AMOUNT),
    "advances:export-csv": shows(AMOUNT),
    "advances:export-xlsx": shows(BIGGER),
    "advances:advance": shows(BILL, r"Asked \d+"),
    "advances:receipt": ONE,
    "advances:refund": PIN,
    "advances:reverse": PIN,
    "advances:of-customer": shows(AMOUNT),
    "advances:take": FORM,
    "advances:wallet": shows(AMOUNT),
    "advances:wallet-csv": shows(AMOUNT),
    "advances:wallet-xlsx": shows(BIGGER),
    # The counter
    "billing:counter": [shows(GOOD, CLERK, BUYER), shows(GOOD, CLERK, BUYER, who="cashier")],
    "billing:till": [shows(r"Tea \d+"), shows(r"Drawer \d+", at_till=False)],
    "billing:till-count": shows(CLERK, of=the("standing")),
    "billing:till-session": shows(r"Tea \d+", of=the("standing")),
    "billing:till-slip": shows(r"Tea \d+", of=the("standing")),
    "billing:tills": shows(r"/tills/sessions/\d+/"),
    "billing:cart-matches": shows(GOOD, query=asks(code="Good")),
    "billing:counter-upi": Still("one code"),
    "billing:buyer-matches": customers_of(name="name"),
    "billing:receipt": shows(GOOD),
    # The diary
    "diary:day": shows(CLERK, RECORD),
    "diary:week": shows(RECORD),
    "diary:of-customer": shows(RECORD),
    "diary:who": Still("whom one phone stands for", query=lambda shop: {"phone": shop.customer.phone}),
    "diary:products": shows(GOOD, query=asks(line_name="Good")),
    "diary:appointment-list": shows(RECORD),
    "diary:appointment-new": shows(CLERK),
    "diary:appointment": shows(ITEM, RECORD),
    "diary:appointment-edit": shows(ITEM, CLERK),
    "diary:appointment-cancel": FORM,
    "diary:booking-list": shows(RECORD),
    "diary:booking-new": FORM,
    "diary:booking": shows(ITEM, AMOUNT, r"Note \d+"),
    "diary:booking-edit": shows(ITEM),
    "diary:booking-cancel": shows(CLERK, r"Service \d+", who="cashier"),
    "diary:enquiry-list": shows(RECORD),
    "diary:enquiry-new": FORM,
    "diary:enquiry": shows(RECORD),
    "diary:enquiry-edit": FORM,
    "diary:enquiry-cancel": FORM,
    # Products and bills
    "billing:products": shows(PRODUCT),
    "billing:product-add": shows(CATEGORY),
    "billing:product": [
        shows(AMOUNT, BARCODE), shows(AMOUNT, BARCODE, who="cashier"), shows(BILL, of=the("short")),
        shows(BILL, of=lambda shop: {"pk": shop.goods[0].pk}),
    ],
    "billing:open-items": shows(r"Unlisted \d+"),
    "billing:item-complete": shows(CATEGORY),
    "billing:product-edit": shows(CATEGORY),
    "billing:batch-add": FORM,
    "billing:product-adjust": shows(BATCH),
    "billing:product-barcodes": shows(BARCODE),
    "billing:goods-upload": FORM,
    "billing:goods-template": SAMPLE,
    "billing:goods-preview": shows(LINE),
    "billing:goods-progress": PROGRESS,
    "billing:goods-result": shows(LINE, who="importer"),
    "billing:stock": shows(GOOD),
    "billing:stock-csv": shows(GOOD),
    "billing:stock-xlsx": shows(GOOD),
    "billing:expired": shows(BATCH),
    "billing:bills": [shows(BILL), shows(BILL, who="cashier")],
    "billing:bill": [
        shows(GOOD, CLERK, r"U\d+", r"RET\d+", r"Other way \d+", r"Hers \d+"),
        shows(GOOD, CLERK, r"U\d+", r"RET\d+", r"Other way \d+", r"Hers \d+", who="cashier"),
    ],
    "billing:return-add": shows(GOOD, CLERK, query=pieces, who="cashier"),
    "billing:exchange-add": shows(GOOD, CLERK, query=pieces, who="cashier"),
    "billing:bill-void": PIN,
    "billing:return": shows(GOOD, of=the("whole_return")),
    "billing:return-receipt": shows(GOOD, of=the("whole_return")),
    "billing:credit-notes": shows(r"CN-\d+"),
    "billing:credit-note-add": PIN,
    "billing:credit-note": shows(GOOD, of=the("note")),
    "billing:credit-note-receipt": shows(GOOD, of=the("note")),
    "billing:correct": [
        shows(r"UPI ₹\d+"), shows(of=debt_payment), shows(of=paper("advance", "advance")),
        shows(of=paper("return", "whole_return")), shows(of=paper("credit_note", "note")),
    ],
    # Debts
    "debts:openings": shows(LINE),
    "debts:openings-csv": shows(BUYER),
    "debts:openings-xlsx": shows(BUYER),
    "debts:openings-type": shows(LINE, who="typist"),
    "debts:openings-file": FORM,
    "debts:openings-template": SAMPLE,
    "debts:openings-columns": shows(LINE),
    "debts:openings-preview": [shows(LINE), shows(LINE, who="typist")],
    "debts:openings-progress": PROGRESS,
    "debts:openings-result": shows(LINE, who="importer"),
    "debts:opening": Still("one opening balance", of=the("opening")),
    "debts:opening-undo": Still("a form of one opening balance", of=the("opening")),
    "debts:list": [shows(AMOUNT), shows(BUYER, query=asks(q="Buyer", show="all"), who="cashier")],
    "debts:totals": ADDED_UP,
    "debts:export-csv": shows(r"Debt \d+"),
    "debts:export-xlsx": shows(r"Debt \d+"),
    "debts:add": customers_of(),
    "debts:enter": FORM,
    "debts:debt": shows(r"Paid \d+|/debts/payments/[0-9a-f-]{36}", r"Old \d+"),
    "debts:write-off": PIN,
    "debts:reverse": PIN,
    "debts:payment-add": customers_of(),
    "debts:pay": shows(AMOUNT),
    "debts:payment": shows(AMOUNT),
    "debts:payment-reverse": PIN,
    "debts:accounts": shows(BUYER),
    "debts:account-add": customers_of(),
    "debts:account": shows(AMOUNT),
    "debts:customer": shows(AMOUNT),
    "debts:due": shows(BUYER),
    "debts:aging": shows(BUYER),
    "debts:aging-csv": shows(BUYER),
    "debts:aging-xlsx": shows(BUYER),
    "debts:statement": shows(AMOUNT, paging=1),
    "debts:statement-pdf": shows(BIGGER),
    "debts:statement-csv": shows(AMOUNT),
    "debts:statement-xlsx": shows(BIGGER),
    "billing:received": [shows(LINK, query=asks(kind="bill")), shows(LINK, query=asks(kind="debt_payment"))],
    "billing:received-csv": shows(AMOUNT),
    "billing:received-xlsx": shows(BIGGER),
}  # fmt: skip


def goods_back(shop: Grown) -> dict[str, Any]:
    """Goods without their bill, one of which is sold whole alone: the form comes back with a word at the line."""
    names = [one.name for one in shop.goods][:30]
    count = len(names)
    return {
        "line_name": names, "line_quantity": ["1"] * (count - 1) + ["1.5"], "line_price": ["5"] * count,
        "line_cost": [""] * count, "line_place": ["shelf"] * count, "key": "0" * 32, "reason": "Torn", "method": "cash",
    }  # fmt: skip


# What comes of a form that is sent, or of a part of a page that is asked for live.
SENT: list[tuple[str, Shows]] = [
    ("billing:credit-note-add", shows(GOOD, query=goods_back)),
    ("billing:cart-add", shows(GOOD, query=lambda shop: {"product": shop.short.pk}, who="cashier")),
    ("debts:remind", shows(query=asks(way="call"))),
    *(("billing:paper-printed", shows(GOOD, of=one)) for one in (
        paper("bill", "bill"), paper("goods_return", "whole_return"), paper("credit_note", "note"))),
    ("billing:paper-printed", shows(AMOUNT, of=debt_payment)),
    ("billing:paper-printed", shows(of=paper("advance", "advance"))),
    ("billing:paper-pdf", shows(BIGGER, of=paper("bill", "bill"))),
]  # fmt: skip
