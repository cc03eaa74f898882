"""Bills and what follows them, and the money received."""

from tests.url_table.objects import bill, bill_paper, credit_note, returned
from tests.url_table.row import MANAGERS, REVIEWERS, SELLERS, Row

ROWS = [
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
    Row("billing:received"),
    Row("billing:received-csv", REVIEWERS),
    Row("billing:received-xlsx", REVIEWERS),
]
