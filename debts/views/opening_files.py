"""Opening balances out of a file; typed rows go the same way from the preview on."""

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from debts.openings.forms import OpeningsFileForm
from debts.openings.kept import KeptOpenings
from debts.openings.lines import COLUMNS
from viveka.stores.access import manager_required
from viveka.stores.downloads import csv_file
from viveka.stores.forms import posted
from viveka.stores.incoming.screens import FileScreens
from viveka.stores.middleware import StoreRequest

TEMPLATE = (
    ("Name", "Phone", "Owes", "Since", "Paid ahead"),
    ("Asha Rao", "98765 43210", "1250.00", "2026-04-01", ""),
    ("Ravi Kumar", "98765 43211", "", "", "300"),
)


def _form(request: StoreRequest) -> OpeningsFileForm:
    today = request.store.day_of(timezone.now())
    return OpeningsFileForm(posted(request), request.FILES or None, today=today)


screens = FileScreens(
    KeptOpenings,
    _form,
    title="Opening balances",
    name="debts:openings",
    start="debts:openings-file",
    leave="debts:openings",
    columns=COLUMNS,
)


@require_safe
@manager_required
def template(request: StoreRequest) -> HttpResponse:
    """A file with the headings that are understood, and lines to show how."""
    return csv_file(TEMPLATE, "opening-balances-template.csv")
