"""Tables as files to keep: CSV sent as it is made, XLSX whole; neither is stored on the way."""

from collections.abc import Iterable, Sequence
from typing import Any, Literal, cast

from django.http import HttpResponse, StreamingHttpResponse

from viveka.stores.sheets import csv_lines, xlsx_bytes

Kind = Literal["csv", "xlsx"]
XLSX_MOST = 50_000
_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def as_file(rows: Iterable[Sequence[Any]], name: str, kind: Kind, *, title: str) -> HttpResponse:
    """The rows under this name (without its ending). An XLSX file is made in memory: bound the rows by `XLSX_MOST`."""
    headers = {
        "Content-Type": _TYPES[kind],
        "Content-Disposition": f'attachment; filename="{name}.{kind}"',
        "Cache-Control": "no-store",
    }
    if kind == "xlsx":
        return HttpResponse(xlsx_bytes(rows, sheet=title), headers=headers)
    return cast(HttpResponse, StreamingHttpResponse(csv_lines(rows), headers=headers))
