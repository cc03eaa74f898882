"""Goods out of a file."""

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from billing.forms.goods_files import GoodsFileForm
from billing.kept_goods import KeptGoods
from billing.services.import_rows import COLUMNS
from viveka.stores.access import manager_required
from viveka.stores.downloads import csv_file
from viveka.stores.forms import posted
from viveka.stores.incoming.screens import FileScreens
from viveka.stores.middleware import StoreRequest

EXAMPLE = (
    "Sugar", "SUG-1", "8901234567890", "Grocery", "kg", "45.00", "refuse", "5", "25", "40.00", "45.00", "50.00",
    "2027-03-31", "2026-10-01", "Rao & Sons", "INV-17", "18901234567897", "12",
)  # fmt: skip

screens = FileScreens(
    KeptGoods,
    lambda request: GoodsFileForm(posted(request), request.FILES or None),
    title="Receive goods from a file",
    name="billing:goods",
    start="billing:goods-upload",
)


@require_safe
@manager_required
def template(request: StoreRequest) -> HttpResponse:
    """A file with the headings that are understood, and a line to show how."""
    return csv_file((COLUMNS, EXAMPLE), "goods-template.csv")
