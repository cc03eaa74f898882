"""All debts of the store, narrowed and added up; and those of one customer for the profile."""

from decimal import Decimal
from typing import Any, cast

from django.db.models import Count, Sum
from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from customers.models import Customer
from debts.exporting import debt_rows
from debts.filters import DebtFilter
from debts.models import CreditAccount, Debt, DebtPayment, PaymentPromise, Reminder
from debts.models.debt import DebtQuerySet
from debts.services import CreditStopped, standing_by
from debts.tables import DebtTable
from debts.views.once import customer_of
from viveka.stores.access import member_required, reviewer_required
from viveka.stores.downloads import ask_again, table_file, why_not
from viveka.stores.middleware import StoreRequest
from viveka.stores.money import ZERO
from viveka.stores.pages import render_page
from viveka.stores.paging import newest_page

PANEL_ROWS = 5


@require_safe
@member_required
def debt_list(request: StoreRequest) -> HttpResponse:
    """The debts that were asked for, the newest first."""
    today = request.store.day_of(timezone.now())
    found = DebtFilter(request.GET, store=request.store, today=today)
    debts = found.qs.select_related("customer", "payment__bill")
    page = newest_page(debts, request.GET, by="at", is_search=found.is_search, among=found.all_shown())
    for debt in page.rows:
        debt.store = request.store
    context = {"filter": found, "page": page, "table": DebtTable(page.rows, store=request.store, today=today)}
    return render_page(request, "debts/list.html", context, fragment="debts/_list.html")


@require_safe
@member_required
def debt_totals(request: StoreRequest) -> HttpResponse:
    """All of what the list shows, added up."""
    found = DebtFilter(request.GET, store=request.store, today=request.store.day_of(timezone.now()))
    totals = found.qs.order_by().aggregate(
        count=Count("pk"), amount=Sum("amount"), paid=Sum("paid"), balance=Sum("balance")
    )
    context = {"filter": found, "totals": totals}
    return render_page(request, "debts/totals.html", context, fragment="debts/_totals.html")


@require_safe
@reviewer_required
def debt_export(request: StoreRequest, kind: str) -> HttpResponse:
    """What the list shows for the same query, all of it, in the same order."""
    today = request.store.day_of(timezone.now())
    found = DebtFilter(request.GET, store=request.store, today=today)
    if why := why_not(kind, found.qs, found.form):
        return ask_again(request, why, "debts:list")
    rows = debt_rows(request.store, cast(DebtQuerySet, found.qs.order_by("-at", "-id")))
    return table_file(rows, f"debts-{today}.{kind}", sheet="Debts")


@require_safe
@member_required
def customer_debts(request: StoreRequest, pk: int) -> HttpResponse:
    """The debts panel of the profile: what is owed, what is overdue, what may still be owed."""
    customer = customer_of(request, pk)
    today = request.store.day_of(timezone.now())
    debts = list(customer.debts.open().oldest_first().select_related("payment__bill")[: PANEL_ROWS + 1])
    for debt in debts:
        debt.store = request.store
    overdue = Debt.objects.overdue(request.store, today).filter(customer=customer)
    payments = DebtPayment.objects.filter(customer=customer, reversal__isnull=True)
    context: dict[str, Any] = {
        "customer": customer,
        "debts": debts[:PANEL_ROWS],
        "has_more": len(debts) > PANEL_ROWS,
        "overdue": overdue.owed(),
        "last_payment": payments.order_by("-at", "-id").first(),
        "promise": PaymentPromise.objects.filter(customer=customer).first() if customer.debt_balance else None,
        "reminder": Reminder.objects.filter(customer=customer).select_related("by").first(),
        "today": today,
    } | _credit_of(customer)
    return render_page(request, "debts/customer.html", context, fragment="debts/_panel.html")


def _credit_of(customer: Customer) -> dict[str, Any]:
    """The limit that holds, what is left of it, or that credit is stopped."""
    account = CreditAccount.objects.filter(customer=customer).first()
    try:
        standing = standing_by(customer, account)
    except CreditStopped as refusal:
        return {"account": account, "stopped": refusal.message, "limit": None, "left": ZERO}
    left: Decimal | None = standing.left(customer.debt_balance)
    return {"account": account, "stopped": "", "limit": standing.limit, "left": left, "terms": standing.terms_days}
