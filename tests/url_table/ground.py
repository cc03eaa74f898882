"""The ground floor, and old books."""

from tests.url_table.objects import books_run, membership, token
from tests.url_table.row import MANAGERS, Row

ROWS = [
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
    Row("old-books", MANAGERS),
    Row("old-books-run", MANAGERS, of=books_run),
    Row("old-books-csv", MANAGERS, of=books_run),
    Row("old-debts", MANAGERS),
    Row("old-debts-assign", MANAGERS, post=True),
    Row("old-debts-unknown", MANAGERS, get=False, post=True),
]
