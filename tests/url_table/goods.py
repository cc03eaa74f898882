"""Products and stock."""

from tests.url_table.objects import further_barcode, open_item, product
from tests.url_table.row import MANAGERS, REVIEWERS, Row

ROWS = [
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
]
