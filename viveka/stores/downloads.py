"""Lists taken along as files: CSV, sent as it is made, or XLSX, whose rows are held in memory."""

from collections.abc import Iterable, Sequence
from typing import Any, cast

from django.contrib import messages
from django.db.models import QuerySet
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from viveka.stores.sheets import csv_lines, xlsx_bytes

XLSX_MOST = 50_000
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def why_not(kind: str, rows: QuerySet[Any] | Sequence[Any], form: BaseForm | None = None) -> str:
    """Why the list can't be taken as a file of this kind, "" where it can; `form` is what was asked for."""
    if form is not None and not form.is_valid():
        return "Put right what was asked for, then take the file again."
    if kind != "xlsx":
        return ""
    count = rows.order_by()[: XLSX_MOST + 1].count() if isinstance(rows, QuerySet) else len(rows)
    return f"An XLSX file holds at most {XLSX_MOST:,} rows here. Take a CSV file." if count > XLSX_MOST else ""


def ask_again(request: HttpRequest, why: str, address: str, *args: Any) -> HttpResponse:
    """Back to the page of this address with what was asked for there, which says why there is no file."""
    messages.error(request, why)
    return redirect(f"{reverse(address, args=args)}?{request.GET.urlencode()}")


def table_file(rows: Iterable[Sequence[Any]], name: str, *, sheet: str) -> HttpResponse:
    """A file to keep, of the kind that the name's ending says."""
    if name.endswith(".xlsx"):
        return HttpResponse(xlsx_bytes(rows, sheet=sheet), headers=_as(name, XLSX_TYPE))
    return csv_file(rows, name)


def csv_file(rows: Iterable[Sequence[Any]], name: str) -> HttpResponse:
    """A CSV file to keep, sent as it is made; stored nowhere on the way."""
    streamed = StreamingHttpResponse(csv_lines(rows), headers=_as(name, "text/csv; charset=utf-8"))
    return cast(HttpResponse, streamed)


def _as(name: str, kind: str) -> dict[str, str]:
    return {
        "Content-Type": kind,
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "no-store",
    }
