"""The list of all money received: "I paid 500 on the 3rd"."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_safe

from customers.models import Customer
from customers.views.directory import csv_file
from viveka.reports.received import MODES, Wanted, as_rows, money_received, money_totals
from viveka.stores.access import member_required, reviewer_required
from viveka.stores.form_fields import AmountField, DayField
from viveka.stores.middleware import StoreRequest
from viveka.stores.pages import render_page

DAYS_SHOWN = 30
LONGEST = timedelta(days=366)
FILE_MOST = 50_000


class ReceivedForm(forms.Form):
    """Which money: of which days, how it came, how much."""

    first = DayField(label="From", required=False)
    last = DayField(label="To", required=False)
    mode = forms.ChoiceField(label="Mode", required=False, choices=[("", "Any way"), *MODES.items()])
    amount = AmountField(label="Amount", required=False)
    customer = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput)

    def __init__(self, data: Any, *, today: date) -> None:
        self.today = today
        super().__init__(data)
        for field in self.fields.values():
            field.widget.attrs["class"] = "form-select" if isinstance(field.widget, forms.Select) else "form-control"

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        last = cleaned["last"] = cleaned.get("last") or self.today
        first = cleaned["first"] = cleaned.get("first") or last - timedelta(days=DAYS_SHOWN)
        if not timedelta(0) <= last - first <= LONGEST:
            self.add_error("last", "From and to are at most a year apart, the first day first.")
        return cleaned

    @property
    def wanted(self) -> Wanted:
        """What was asked for; the last days where that can't be read."""
        if not self.is_valid():
            return Wanted(self.today - timedelta(days=DAYS_SHOWN), self.today)
        said = self.cleaned_data
        return Wanted(said["first"], said["last"], said["mode"], said["amount"], said["customer"])


def _form(request: StoreRequest) -> ReceivedForm:
    return ReceivedForm(request.GET, today=request.store.day_of(timezone.now()))


@require_safe
@member_required
def received(request: StoreRequest) -> HttpResponse:
    """The newest first, with what came in by mode."""
    form = _form(request)
    wanted = form.wanted
    rows, older = money_received(request.store, wanted, request.GET.get("before", ""))
    customer = None
    if wanted.customer_id:
        customer = Customer.objects.of(request.store).filter(pk=wanted.customer_id).first()
    context = {
        "form": form, "wanted": wanted, "rows": rows, "older": older, "totals": money_totals(request.store, wanted),
        "chosen": customer,
    }  # fmt: skip
    return render_page(request, "reports/received.html", context, fragment="reports/_received.html")


@require_safe
@reviewer_required
def received_csv(request: StoreRequest) -> HttpResponse:
    """All of it as a file."""
    form = _form(request)
    if not form.is_valid():
        return redirect("reports:received")
    rows, _ = money_received(request.store, form.wanted, most=FILE_MOST)
    return csv_file(as_rows(request.store, rows), f"money-received-{form.wanted.last}.csv")
