"""Customers out of a file."""

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from customers.forms import ImportForm
from customers.import_lines import COLUMNS
from customers.kept_imports import KeptImport
from viveka.stores.access import manager_required
from viveka.stores.downloads import csv_file
from viveka.stores.forms import posted
from viveka.stores.incoming.screens import FileScreens
from viveka.stores.middleware import StoreRequest

TEMPLATE = (
    ("Phone", "Name", "Email", "Address", "GST number", "Gender", "Note"),
    ("98765 43210", "Asha Rao", "asha@example.com", "12 MG Road, Pune", "", "female", "Prefers calls after six"),
)

screens = FileScreens(
    KeptImport,
    lambda request: ImportForm(posted(request), request.FILES or None),
    title="Import customers",
    name="customers:import",
    start="customers:import",
    columns=COLUMNS,
)


@require_safe
@manager_required
def template(request: StoreRequest) -> HttpResponse:
    """A file with the headings that are understood, and a line to show how."""
    return csv_file(TEMPLATE, "customers-template.csv")
