"""Credit accounts: who may owe how much, and for how long."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_safe

from debts.filters import AccountFilter
from debts.forms import AccountForm
from debts.models import CreditAccount
from debts.services import set_credit_account
from debts.tables import AccountTable
from debts.views.once import customer_of
from viveka.stores.access import manager_required, member_required
from viveka.stores.changes import tell, with_previous
from viveka.stores.errors import Refused
from viveka.stores.forms import add_refusal, posted
from viveka.stores.middleware import StoreRequest
from viveka.stores.pages import render_page
from viveka.stores.paging import newest_page
from viveka.stores.tracing import changes_of

CHANGES_SHOWN = 50


@require_safe
@member_required
def account_list(request: StoreRequest) -> HttpResponse:
    """All credit accounts, the newest first."""
    found = AccountFilter(request.GET, store=request.store)
    accounts = found.qs.select_related("customer")
    page = newest_page(accounts, request.GET, is_search=found.is_search)
    context = {"filter": found, "page": page, "table": AccountTable(page.rows, store=request.store)}
    return render_page(request, "debts/accounts.html", context, fragment="debts/_accounts.html")


@require_http_methods(["GET", "HEAD", "POST"])
@manager_required
def account_edit(request: StoreRequest, pk: int) -> HttpResponse:
    """Open a customer's account, change its limit and terms, or stop it; every change leaves a trace."""
    customer = customer_of(request, pk)
    if not customer.is_on_record:
        return redirect(customer)
    account = CreditAccount.objects.filter(customer=customer).first()
    form = AccountForm.of(account, request.store, posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            set_credit_account(customer=customer, by=request.user, **form.cleaned_data)
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, f"The credit account of {customer} is saved.")
            return redirect("debts:account", customer.pk)
    context: dict[str, Any] = {"customer": customer, "account": account, "form": form, "changes": []}
    if account:
        events = changes_of(CreditAccount).filter(pgh_obj=account.pk)
        context["changes"] = [tell(one) for one in with_previous(events).order_by("-pgh_id")[:CHANGES_SHOWN]]
    return render_page(request, "debts/account.html", context)
