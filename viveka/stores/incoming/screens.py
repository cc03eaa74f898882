"""The screens between a file and the rows that come of it; managers alone come in."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from viveka.stores.access import manager_required
from viveka.stores.errors import Refused
from viveka.stores.forms import add_refusal, posted
from viveka.stores.incoming.columns import Columns, UnknownColumns, first_lines
from viveka.stores.incoming.forms import ColumnsForm, FileForm
from viveka.stores.incoming.kept import KeptFile, Report
from viveka.stores.incoming.outcomes import CREATED, OUTCOMES, UPDATED
from viveka.stores.middleware import StoreRequest
from viveka.stores.pages import go_on, render_page

LINES_SHOWN = 100
STEPS = ("preview", "confirm", "progress", "drop", "result")

_managers: Any = manager_required
for_reading = method_decorator([require_safe, _managers])
for_writing = method_decorator([require_POST, _managers])
for_both = method_decorator([require_http_methods(["GET", "HEAD", "POST"]), _managers])


class FileScreens:
    """Upload, columns, preview, confirmation, progress and result of one kind of file, each a view for `urls.py`.

    Addresses and templates go by `name`: of `billing:goods` the preview is `billing:goods-preview` and shown by
    `billing/goods_preview.html`. `start` is the address of the upload, `leave` where a dropped file leads to. Without
    `columns` nobody is asked what the columns hold.
    """

    def __init__(
        self,
        kept: type[KeptFile],
        form: Callable[[StoreRequest], FileForm],
        *,
        title: str,
        name: str,
        start: str,
        leave: str = "",
        columns: Columns | None = None,
    ) -> None:
        self.kept, self.form, self.columns_of = kept, form, columns
        self.title, self.name, self.start, self.leave = title, name, start, leave or start

    @for_both
    def upload(self, request: StoreRequest) -> HttpResponse:
        """Choose a file; what its lines would do is worked out and kept beside it."""
        kept, form = self._kept(request), self.form(request)
        if request.method == "POST" and form.is_valid():
            file = form.cleaned_data["file"]
            try:
                kept.look_at(file.read(), file.name, timezone.now(), **form.about)
            except UnknownColumns:
                return redirect(self._at("columns"))
            except Refused as refusal:
                add_refusal(form, refusal)
            else:
                return redirect(self._at("preview"))
        context = {"form": form, "waiting": kept.preview, "is_running": kept.is_running}
        return self._render(request, _template(self.start), context)

    @for_both
    def columns(self, request: StoreRequest) -> HttpResponse:
        """The first lines of the waiting file; what each column holds is said, then the preview follows."""
        kept = self._kept(request)
        data, about = kept.waiting, kept.about
        if data is None or not about["name"] or self.columns_of is None:
            return redirect(self.start)
        form = ColumnsForm(
            posted(request), kinds=self.columns_of, lines=first_lines(about["name"], data),
            columns=about.get("columns"), has_header=about.get("has_header", True),
        )  # fmt: skip
        if request.method == "POST" and form.is_valid():
            try:
                kept.say_columns(data, form.columns, has_header=form.has_header, now=timezone.now())
            except Refused as refusal:
                add_refusal(form, refusal)
            else:
                return redirect(self._at("preview"))
        context = {"form": form, "file": about["name"], "columns": form.told(), "start": reverse(self.start)}
        return self._render(request, "incoming/columns.html", context)

    @for_reading
    def preview(self, request: StoreRequest) -> HttpResponse:
        """What each line would do; nothing is written yet."""
        kept = self._kept(request)
        if report := kept.preview:
            return self._render(request, _template(self._at("preview")), self._lines(request, kept, report))
        if kept.is_running or kept.result:
            return redirect(self._at("result"))
        return redirect(self._at("columns") if self.columns_of and kept.waiting is not None else self.start)

    @for_writing
    def confirm(self, request: StoreRequest) -> HttpResponse:
        """Bring the file in as it was shown; judged anew, for the records may have changed since."""
        kept = self._kept(request)
        try:
            data = kept.take(request.POST.get("token", ""))
        except Refused as refusal:
            if not kept.is_running:
                messages.error(request, refusal.message)
            return go_on(request, self._at("preview"))
        try:
            report = kept.bring_in(data, by=request.user, now=timezone.now())
        except BaseException as fault:
            kept.put_back()
            if not isinstance(fault, Refused):
                raise
            messages.error(request, fault.message)
            return go_on(request, self._at("preview"))
        kept.done(report)
        return go_on(request, self._at("result"))

    @for_reading
    def progress(self, request: StoreRequest) -> HttpResponse:
        """How far the file is; the part asks again by itself as long as it is being brought in."""
        return self._progress(request, self._kept(request), "incoming/_progress.html")

    @for_writing
    def drop(self, request: StoreRequest) -> HttpResponse:
        """Leave the file be: it is removed, and nothing was written."""
        kept = self._kept(request)
        if kept.is_running:
            messages.error(request, f"The {kept.thing} is being brought in already.")
            return redirect(self._at("result"))
        kept.drop()
        messages.success(request, f"The {kept.thing} is removed. Nothing was changed.")
        return redirect(self.leave)

    @for_reading
    def result(self, request: StoreRequest) -> HttpResponse:
        """What became of each line; or how far it is, where it is not done."""
        kept = self._kept(request)
        if report := kept.result:
            return self._render(request, _template(self._at("result")), self._lines(request, kept, report))
        if kept.is_running:
            return self._progress(request, kept, "incoming/running.html")
        return redirect(self._at("preview") if kept.preview else self.start)

    def _kept(self, request: StoreRequest) -> KeptFile:
        return self.kept(request.store, request.user)

    def _at(self, step: str) -> str:
        return f"{self.name}-{step}"

    def _lines(self, request: StoreRequest, kept: KeptFile, report: Report) -> dict[str, Any]:
        show, counts = request.GET.get("show", ""), report.counts
        lines = [line for line in report.lines if line.outcome == show] if show in OUTCOMES else report.lines
        page = Paginator(lines, LINES_SHOWN).get_page(request.GET.get("page"))
        context = {"report": report, "lines": page, "show": show, "counts": counts, **kept.sums(report)}
        fields = self.columns_of.fields if self.columns_of else {}
        understood = [(heading, fields[name]) for name, heading in report.columns.items()]
        return context | {"writes": counts[CREATED] + counts[UPDATED], "understood": understood}

    def _progress(self, request: StoreRequest, kept: KeptFile, template: str) -> HttpResponse:
        done, total = kept.progress
        context = {"is_running": kept.is_running, "done": done, "total": total, "is_done": kept.result is not None}
        return self._render(request, template, context)

    def _render(self, request: StoreRequest, template: str, context: dict[str, Any]) -> HttpResponse:
        steps = (*STEPS, "columns") if self.columns_of else STEPS
        at = {step: reverse(self._at(step)) for step in steps}
        shared = {"title": self.title, "at": at, "thing": self.kept.thing, "counted": self.kept.counted}
        return render_page(request, template, {**shared, **context})


def _template(address: str) -> str:
    return f"{address.replace(':', '/').replace('-', '_')}.html"
