"""Which column of a file is what: asked where the headings don't say it, and open to correction where they do."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from customers.forms import ColumnsForm
from customers.import_files import first_lines
from customers.kept_imports import KeptImport, judge
from viveka.stores.access import manager_required
from viveka.stores.errors import Refused
from viveka.stores.forms import add_refusal, posted
from viveka.stores.middleware import StoreRequest
from viveka.stores.pages import render_page


@require_http_methods(["GET", "HEAD", "POST"])
@manager_required
def import_columns(request: StoreRequest) -> HttpResponse:
    """The first lines of the waiting file; what each column holds is said, then the preview follows."""
    kept = KeptImport(request.store, request.user)
    data = kept.waiting
    if data is None:
        return redirect("customers:import")
    about = kept.about
    lines = first_lines(about["name"], data)
    form = ColumnsForm(
        posted(request), lines=lines, columns=about.get("columns"), has_header=about.get("has_header", True)
    )
    if request.method == "POST" and form.is_valid():
        try:
            kept.note_columns(form.columns, has_header=form.has_header)
            judge(kept, kept.read(data))
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            return redirect("customers:import-preview")
    context = {"form": form, "file": about["name"], "columns": form.told()}
    return render_page(request, "customers/import_columns.html", context)
