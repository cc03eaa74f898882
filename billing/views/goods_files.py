"""Goods out of a file, in two steps: what each line would do is shown before anything is written."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from billing.forms.goods_files import GoodsFileForm
from billing.kept_goods import KeptGoods, tell_goods
from billing.services.import_products import import_products, preview_products
from billing.services.import_rows import COLUMNS, read_file
from customers.kept_imports import OUTCOMES, Report
from customers.views.directory import csv_file
from viveka.stores.access import manager_required
from viveka.stores.errors import Conflict, Refused
from viveka.stores.forms import add_refusal
from viveka.stores.middleware import StoreRequest
from viveka.stores.pages import go_on, render_page

LINES_SHOWN = 100
MOST_LINES = 50_000
EXAMPLE = (
    "Sugar", "SUG-1", "8901234567890", "Grocery", "kg", "45.00", "refuse", "5", "25", "40.00", "45.00", "50.00",
    "2027-03-31", "2026-10-01", "Rao & Sons", "INV-17", "18901234567897", "12",
)  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@manager_required
def goods_upload(request: StoreRequest) -> HttpResponse:
    """Choose a file; what its lines would do is worked out and kept beside it."""
    form = GoodsFileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            _keep(request, form)
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            return redirect("billing:goods-preview")
    kept = KeptGoods(request.store, request.user)
    context = {"form": form, "waiting": kept.preview, "is_running": kept.is_running, "columns": COLUMNS}
    return render_page(request, "billing/goods_upload.html", context)


def _keep(request: StoreRequest, form: GoodsFileForm) -> None:
    """Read and judge the file, and keep it. Raises Refused for what is no such file, and while another is loaded."""
    kept = KeptGoods(request.store, request.user)
    if kept.is_running:
        raise Conflict("Your last file is being brought in. Wait until it is done.", "file")
    upload = form.cleaned_data["file"]
    data = upload.read()
    try:
        reading = read_file(data, request.store)
    except Refused as refusal:
        raise Refused(refusal.message, "file") from None
    if not reading.count:
        raise Refused("There is no line in this file.", "file")
    if reading.count > MOST_LINES:
        raise Refused(f"The file has more than {MOST_LINES:,} lines. Divide it into several.", "file")
    told = preview_products(store=request.store, reading=reading, now=timezone.now())
    kept.keep(data, upload.name)
    kept.note_preview(tell_goods(kept, reading, told))


@require_safe
@manager_required
def goods_preview(request: StoreRequest) -> HttpResponse:
    """What each line would do; nothing is written yet."""
    kept = KeptGoods(request.store, request.user)
    report = kept.preview
    if report is None:
        return redirect("billing:goods-result" if kept.is_running or kept.result else "billing:goods-upload")
    return render_page(request, "billing/goods_preview.html", _lines_of(report, request))


def _lines_of(report: Report, request: StoreRequest) -> dict[str, Any]:
    show = request.GET.get("show", "")
    lines = [line for line in report.lines if line.outcome == show] if show in OUTCOMES else report.lines
    page = Paginator(lines, LINES_SHOWN).get_page(request.GET.get("page"))
    counts = report.counts
    return {
        "report": report, "lines": page, "show": show, "counts": counts,
        "writes": counts["created"] + counts["updated"],
    }  # fmt: skip


@require_POST
@manager_required
def goods_confirm(request: StoreRequest) -> HttpResponse:
    """Bring the file in as it was shown; judged anew, for the shelves may have changed since."""
    kept = KeptGoods(request.store, request.user)
    try:
        data = kept.take(request.POST.get("token", ""))
    except Refused as refusal:
        if not kept.is_running:
            messages.error(request, refusal.message)
        return go_on(request, "billing:goods-preview")
    try:
        reading = read_file(data, request.store)
        done = import_products(
            store=request.store, by=request.user, reading=reading, now=timezone.now(), watch=kept.watch
        )
    except Refused as refusal:
        kept.put_back()
        messages.error(request, refusal.message)
        return go_on(request, "billing:goods-preview")
    except BaseException:
        kept.put_back()
        raise
    kept.done(tell_goods(kept, reading, done))
    return go_on(request, "billing:goods-result")


@require_safe
@manager_required
def goods_progress(request: StoreRequest) -> HttpResponse:
    """How far the file is; the part asks again by itself as long as it is being brought in."""
    kept = KeptGoods(request.store, request.user)
    done, total = kept.progress
    context = {"is_running": kept.is_running, "done": done, "total": total, "is_done": kept.result is not None}
    return render_page(request, "billing/_goods_progress.html", context)


@require_POST
@manager_required
def goods_drop(request: StoreRequest) -> HttpResponse:
    """Leave the file be: it is removed, and nothing was written."""
    kept = KeptGoods(request.store, request.user)
    if kept.is_running:
        messages.error(request, "The file is being brought in already.")
        return redirect("billing:goods-result")
    kept.drop()
    messages.success(request, "The file is removed. Nothing was changed.")
    return redirect("billing:goods-upload")


@require_safe
@manager_required
def goods_result(request: StoreRequest) -> HttpResponse:
    """What became of each line; or how far it is, where it is not done."""
    kept = KeptGoods(request.store, request.user)
    report = kept.result
    if report is not None:
        return render_page(request, "billing/goods_result.html", _lines_of(report, request))
    if kept.is_running:
        done, total = kept.progress
        context = {"is_running": True, "done": done, "total": total}
        return render_page(request, "billing/goods_running.html", context)
    return redirect("billing:goods-preview" if kept.preview else "billing:goods-upload")


@require_safe
@manager_required
def goods_template(request: StoreRequest) -> HttpResponse:
    """A file with the headings that are understood, and a line to show how."""
    return csv_file((COLUMNS, EXAMPLE), "goods-template.csv")
