"""Opening balances out of a file, in two steps: what each line would do is shown before anything is written."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from customers.import_files import first_lines
from customers.import_lines import UnknownColumns
from customers.kept_imports import OUTCOMES, Report
from customers.views.directory import csv_file
from debts.openings.entering import enter_openings
from debts.openings.forms import OpeningColumnsForm, OpeningsFileForm
from debts.openings.kept import KeptOpenings, totals
from viveka.stores.access import manager_required
from viveka.stores.errors import Conflict, Refused
from viveka.stores.forms import add_refusal, posted
from viveka.stores.middleware import StoreRequest
from viveka.stores.pages import go_on, render_page

LINES_SHOWN = 100
TEMPLATE = (
    ("Name", "Phone", "Owes", "Since", "Paid ahead"),
    ("Asha Rao", "98765 43210", "1250.00", "2026-04-01", ""),
    ("Ravi Kumar", "98765 43211", "", "", "300"),
)
RUNNING = "Your last list is being brought in. Wait until it is done."

read_or_post = require_http_methods(["GET", "HEAD", "POST"])


@read_or_post
@manager_required
def openings_file(request: StoreRequest) -> HttpResponse:
    """Choose a file; what its lines would do is worked out and kept beside it."""
    today = request.store.day_of(timezone.now())
    form = OpeningsFileForm(posted(request), request.FILES or None, today=today)
    if request.method == "POST" and form.is_valid():
        try:
            _keep(request, form)
        except UnknownColumns:
            return redirect("debts:openings-columns")
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            return redirect("debts:openings-preview")
    kept = KeptOpenings(request.store, request.user)
    context = {"form": form, "waiting": kept.preview, "is_running": kept.is_running}
    return render_page(request, "debts/openings_file.html", context)


def _keep(request: StoreRequest, form: OpeningsFileForm) -> None:
    """Read, judge and keep the file. Raises Refused for what is no list, and while another one is brought in;
    UnknownColumns, with the file kept, where somebody has to say which column is what."""
    kept = KeptOpenings(request.store, request.user)
    if kept.is_running:
        raise Conflict(RUNNING, "file")
    upload, day = form.cleaned_data["file"], form.cleaned_data["day"]
    data = upload.read()
    if not first_lines(upload.name, data):
        raise Refused("There is no line in this file.", "file")
    kept.keep_file(data, upload.name, day)
    try:
        kept.judge_openings(kept.read_openings(data), timezone.now())
    except UnknownColumns:
        raise
    except Refused:
        kept.drop()
        raise


@read_or_post
@manager_required
def openings_columns(request: StoreRequest) -> HttpResponse:
    """The first lines of the waiting file; what each column holds is said, then the preview follows."""
    kept = KeptOpenings(request.store, request.user)
    data = kept.waiting
    if data is None or kept.is_typed:
        return redirect("debts:openings-file")
    about = kept.about
    lines = first_lines(about["name"], data)
    form = OpeningColumnsForm(
        posted(request), lines=lines, columns=about.get("columns"), has_header=about.get("has_header", True)
    )
    if request.method == "POST" and form.is_valid():
        try:
            kept.note_columns(form.columns, has_header=form.has_header)
            kept.judge_openings(kept.read_openings(data), timezone.now())
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            return redirect("debts:openings-preview")
    context = {"form": form, "file": about["name"], "columns": form.told()}
    return render_page(request, "debts/openings_columns.html", context)


@require_safe
@manager_required
def openings_preview(request: StoreRequest) -> HttpResponse:
    """What each line would do; nothing is written yet."""
    kept = KeptOpenings(request.store, request.user)
    report = kept.preview
    if report is not None:
        return render_page(request, "debts/openings_preview.html", _lines_of(report, request))
    if kept.is_running or kept.result:
        return redirect("debts:openings-result")
    return redirect("debts:openings-columns" if kept.waiting is not None else "debts:openings-file")


def _lines_of(report: Report, request: StoreRequest) -> dict[str, Any]:
    show = request.GET.get("show", "")
    lines = [line for line in report.lines if line.outcome == show] if show in OUTCOMES else report.lines
    page = Paginator(lines, LINES_SHOWN).get_page(request.GET.get("page"))
    return {"report": report, "lines": page, "show": show, "counts": report.counts, "totals": totals(report)}


@require_POST
@manager_required
def openings_confirm(request: StoreRequest) -> HttpResponse:
    """Enter the list as it was shown; judged anew, for the books may have changed since."""
    kept = KeptOpenings(request.store, request.user)
    try:
        data = kept.take(request.POST.get("token", ""))
    except Refused as refusal:
        if not kept.is_running:
            messages.error(request, refusal.message)
        return go_on(request, "debts:openings-preview")
    try:
        table = kept.read_openings(data)
        plan = enter_openings(
            store=request.store, lines=table.lines, source=kept.source, by=request.user, now=timezone.now(),
            watch=kept.note_progress,
        )  # fmt: skip
    except Refused as refusal:
        kept.put_back()
        messages.error(request, refusal.message)
        return go_on(request, "debts:openings-preview")
    except BaseException:
        kept.put_back()
        raise
    kept.done(kept.tell(table, plan))
    return go_on(request, "debts:openings-result")


@require_safe
@manager_required
def openings_progress(request: StoreRequest) -> HttpResponse:
    """How far the list is; the part asks again by itself as long as it is being brought in."""
    kept = KeptOpenings(request.store, request.user)
    done, total = kept.progress
    context = {"is_running": kept.is_running, "done": done, "total": total, "is_done": kept.result is not None}
    return render_page(request, "debts/_openings_progress.html", context)


@require_POST
@manager_required
def openings_drop(request: StoreRequest) -> HttpResponse:
    """Leave the list be: it is removed, and nothing was written."""
    kept = KeptOpenings(request.store, request.user)
    if kept.is_running:
        messages.error(request, "The list is being brought in already.")
        return redirect("debts:openings-result")
    kept.drop()
    messages.success(request, "The list is removed. Nothing was changed.")
    return redirect("debts:openings")


@require_safe
@manager_required
def openings_result(request: StoreRequest) -> HttpResponse:
    """What became of each line; or how far it is, where it is not done."""
    kept = KeptOpenings(request.store, request.user)
    report = kept.result
    if report is not None:
        return render_page(request, "debts/openings_result.html", _lines_of(report, request))
    if kept.is_running:
        done, total = kept.progress
        context = {"is_running": True, "done": done, "total": total}
        return render_page(request, "debts/openings_running.html", context)
    return redirect("debts:openings-preview" if kept.preview else "debts:openings-file")


@require_safe
@manager_required
def openings_template(request: StoreRequest) -> HttpResponse:
    """A file with the headings that are understood, and lines to show how."""
    return csv_file(TEMPLATE, "opening-balances-template.csv")
