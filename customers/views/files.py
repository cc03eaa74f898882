"""Customers out of a file, in two steps: what each line would do is shown before anything is written."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from customers.forms import ImportForm
from customers.import_files import first_lines, read_file
from customers.import_lines import UnknownColumns
from customers.importing import import_customers
from customers.kept_imports import OUTCOMES, KeptImport, Report, judge, tell_plan
from customers.views.directory import csv_file
from viveka.stores.access import manager_required
from viveka.stores.errors import Conflict, Refused
from viveka.stores.forms import add_refusal
from viveka.stores.middleware import StoreRequest
from viveka.stores.pages import go_on, render_page

LINES_SHOWN = 100
TEMPLATE = (
    ("Phone", "Name", "Email", "Address", "GST number", "Gender", "Note"),
    ("98765 43210", "Asha Rao", "asha@example.com", "12 MG Road, Pune", "", "female", "Prefers calls after six"),
)


@require_http_methods(["GET", "HEAD", "POST"])
@manager_required
def import_upload(request: StoreRequest) -> HttpResponse:
    """Choose a file; what its lines would do is worked out and kept beside it."""
    form = ImportForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            _keep(request, form)
        except UnknownColumns:
            return redirect("customers:import-columns")
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            return redirect("customers:import-preview")
    kept = KeptImport(request.store, request.user)
    context = {"form": form, "waiting": kept.preview, "is_running": kept.is_running}
    return render_page(request, "customers/import.html", context)


def _keep(request: StoreRequest, form: ImportForm) -> None:
    """Read and judge the file, and keep it. Raises Refused for what is no table, and while another one is loaded;
    UnknownColumns, with the file kept, where somebody has to say which column is what."""
    kept = KeptImport(request.store, request.user)
    if kept.is_running:
        raise Conflict("Your last file is being brought in. Wait until it is done.", "file")
    upload, without = form.cleaned_data["file"], form.cleaned_data["without_bad_phones"]
    data = upload.read()
    try:
        table = read_file(request.store, upload.name, data, without_bad_phones=without)
    except UnknownColumns:
        if first_lines(upload.name, data):
            kept.keep(data, upload.name, without_bad_phones=without)
            raise
        raise Refused("There is no line in this file.", "file") from None
    kept.keep(data, upload.name, without_bad_phones=without)
    judge(kept, table)


@require_safe
@manager_required
def import_preview(request: StoreRequest) -> HttpResponse:
    """What each line would do; nothing is written yet."""
    kept = KeptImport(request.store, request.user)
    report = kept.preview
    if report is None:
        there = "customers:import-result" if kept.is_running or kept.result else "customers:import"
        return redirect("customers:import-columns" if kept.waiting is not None else there)
    return render_page(request, "customers/import_preview.html", _lines_of(report, request))


def _lines_of(report: Report, request: StoreRequest) -> dict[str, object]:
    show = request.GET.get("show", "")
    lines = [line for line in report.lines if line.outcome == show] if show in OUTCOMES else report.lines
    page = Paginator(lines, LINES_SHOWN).get_page(request.GET.get("page"))
    counts = report.counts
    writes = counts["created"] + counts["updated"]
    return {"report": report, "lines": page, "show": show, "counts": counts, "writes": writes}


@require_POST
@manager_required
def import_confirm(request: StoreRequest) -> HttpResponse:
    """Bring the file in as it was shown; judged anew, for the records may have changed since."""
    kept = KeptImport(request.store, request.user)
    try:
        data = kept.take(request.POST.get("token", ""))
    except Refused as refusal:
        if not kept.is_running:
            messages.error(request, refusal.message)
        return go_on(request, "customers:import-preview")
    try:
        table = kept.read(data)
        plan = import_customers(store=request.store, lines=table.lines, now=timezone.now(), watch=kept.note_progress)
    except Refused as refusal:
        kept.put_back()
        messages.error(request, refusal.message)
        return go_on(request, "customers:import-preview")
    except BaseException:
        kept.put_back()
        raise
    kept.done(tell_plan(kept, table, plan))
    return go_on(request, "customers:import-result")


@require_safe
@manager_required
def import_progress(request: StoreRequest) -> HttpResponse:
    """How far the file is; the part asks again by itself as long as it is being brought in."""
    kept = KeptImport(request.store, request.user)
    done, total = kept.progress
    context = {"is_running": kept.is_running, "done": done, "total": total, "is_done": kept.result is not None}
    return render_page(request, "customers/_import_progress.html", context)


@require_POST
@manager_required
def import_drop(request: StoreRequest) -> HttpResponse:
    """Leave the file be: it is removed, and nothing was written."""
    kept = KeptImport(request.store, request.user)
    if kept.is_running:
        messages.error(request, "The file is being brought in already.")
        return redirect("customers:import-result")
    kept.drop()
    messages.success(request, "The file is removed. Nothing was changed.")
    return redirect("customers:import")


@require_safe
@manager_required
def import_result(request: StoreRequest) -> HttpResponse:
    """What became of each line; or how far it is, where it is not done."""
    kept = KeptImport(request.store, request.user)
    report = kept.result
    if report is not None:
        return render_page(request, "customers/import_result.html", _lines_of(report, request))
    if kept.is_running:
        done, total = kept.progress
        context = {"is_running": True, "done": done, "total": total}
        return render_page(request, "customers/import_running.html", context)
    return redirect("customers:import-preview" if kept.preview else "customers:import")


@require_safe
@manager_required
def import_template(request: StoreRequest) -> HttpResponse:
    """A file with the headings that are understood, and a line to show how."""
    return csv_file(TEMPLATE, "customers-template.csv")
