"""The receipt of a bill, on screen and on paper."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from billing.models import Bill, PaymentMethod
from billing.services.balances_told import balances_told
from billing.upi import upi_code, upi_link
from debts.words import debt_link
from viveka.stores.access import member_required
from viveka.stores.middleware import StoreRequest
from viveka.stores.money import ZERO
from viveka.stores.pages import render_page


@require_safe
@member_required
def receipt(request: StoreRequest, pk: UUID) -> HttpResponse:
    bills = Bill.objects.of(request.store).with_status().select_related("cashier", "debt_payment", "kept_advance")
    bill = get_object_or_404(bills, pk=pk)
    payments = list(bill.payments.select_related("debt__customer"))
    told = balances_told(bill, payments)
    taken = sum((part.tendered or part.amount for part in payments if part.method == PaymentMethod.CASH), bill.kept)
    context: dict[str, Any] = {
        "cash_taken": taken,
        "bill": bill,
        "lines": bill.lines.select_related("served_by"),
        "payments": payments,
        "told": told,
    }
    due = sum((part.debt.balance for part in payments if part.debt), ZERO)
    context |= {"due": due, "upi": upi_code(upi_link(request.store, due, bill.number))}
    debt = next((part.debt for part in payments if part.debt), None)
    if debt and told and request.membership.sells:
        context["whatsapp"] = debt_link(request.store, debt, told.due_now)
    return render_page(request, "billing/receipt.html", context)
