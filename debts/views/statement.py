"""The statement of a customer: on the screen, on paper, as a file."""

from datetime import date, timedelta
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from customers.models import Customer
from debts.statement import Statement, read_statement, read_statement_page
from debts.statement_paper import statement_paper
from debts.statement_rows import net_words, shown_lines, statement_rows, statement_text
from debts.views.once import customer_of
from viveka.stores.access import member_required, reviewer_required
from viveka.stores.downloads import ask_again, table_file, why_not
from viveka.stores.middleware import StoreRequest
from viveka.stores.models import Store
from viveka.stores.pages import render_page
from viveka.stores.phone import whatsapp_link
from viveka.stores.spans import SpanForm


@require_safe
@member_required
def statement_page(request: StoreRequest, pk: int) -> HttpResponse:
    """All that moved what the customer owes and what is held for them, between two days."""
    customer = customer_of(request, pk)
    form, span = _span(request)
    context: dict[str, Any] = {"customer": customer, "form": form, "periods": _periods(request.store)}
    if span:
        page = read_statement_page(customer, *span, _page_number(request))
        statement = page.statement
        context |= {
            "page": page,
            "statement": statement,
            "lines": shown_lines(statement.lines),
            "net": net_words(request.store, statement.net),
            "whatsapp": _whatsapp(request.store, statement),
        }
    return render_page(request, "debts/statement.html", context, fragment="debts/_statement.html")


@require_safe
@member_required
def statement_pdf(request: StoreRequest, pk: int) -> HttpResponse:
    """The same as pages of A4, for sending."""
    customer = customer_of(request, pk)
    statement = _asked(request, customer)
    if statement is None:
        return _ask_again(request, customer)
    name = _file_name(customer, statement, "pdf")
    headers = {"Content-Disposition": f'inline; filename="{name}"', "Cache-Control": "no-store"}
    return HttpResponse(statement_paper(request.store, statement), "application/pdf", headers=headers)


@require_safe
@reviewer_required
def statement_file(request: StoreRequest, pk: int, kind: str) -> HttpResponse:
    """The same as rows of a CSV or XLSX file."""
    customer = customer_of(request, pk)
    statement = _asked(request, customer)
    if statement is None:
        return _ask_again(request, customer)
    if why := why_not(kind, statement.lines):
        return ask_again(request, why, "debts:statement", customer.pk)
    return table_file(
        statement_rows(request.store, statement), _file_name(customer, statement, kind), sheet="Statement"
    )


def _span(request: StoreRequest) -> tuple[SpanForm, tuple[date | None, date] | None]:
    """The form, and the days that it asks for; None where they can't be understood."""
    today = request.store.day_of(timezone.now())
    form = SpanForm(request.GET, usual=(_year_began(request.store, today), today))
    if not form.is_valid():
        return form, None
    return form, (form.cleaned_data["first"], form.cleaned_data["last"] or today)


def _page_number(request: StoreRequest) -> int | None:
    text = request.GET.get("page", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _asked(request: StoreRequest, customer: Customer) -> Statement | None:
    """The whole statement that was asked for; None where its days can't be understood."""
    _, span = _span(request)
    return read_statement(customer, *span) if span else None


def _ask_again(request: StoreRequest, customer: Customer) -> HttpResponse:
    return ask_again(request, "Put the days right, then take the file again.", "debts:statement", customer.pk)


def _periods(store: Store) -> list[tuple[str, str]]:
    """What is asked for most, and the query that asks for it."""
    today = store.day_of(timezone.now())
    month = today.replace(day=1)
    before = month - timedelta(days=1)
    spans = [
        ("This month", month, today),
        ("Last month", before.replace(day=1), before),
        ("This financial year", _year_began(store, today), today),
    ]
    return [(called, f"?first={first}&last={last}") for called, first, last in spans] + [("All", "?first=&last=")]


def _year_began(store: Store, today: date) -> date:
    year = today.year if today.month >= store.year_begins else today.year - 1
    return date(year, store.year_begins, 1)


def _whatsapp(store: Store, statement: Statement) -> str:
    customer = statement.customer
    return whatsapp_link(str(customer.phone), statement_text(store, statement)) if customer.may_be_messaged else ""


def _file_name(customer: Customer, statement: Statement, kind: str) -> str:
    return f"statement-{customer.number}-{statement.first or 'begin'}-{statement.last}.{kind}"
