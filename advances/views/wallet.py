"""What one customer paid ahead: the advances with what each paid for, and the wallet line by line."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_safe

from advances.models import AdvancePayment
from advances.reading import wallet_page, with_uses
from advances.tables import wallet_rows
from advances.words import balance_text, message_link
from customers.models import Customer
from viveka.stores.access import member_required, reviewer_required
from viveka.stores.downloads import ask_again, table_file, why_not
from viveka.stores.middleware import StoreRequest
from viveka.stores.pages import render_page
from viveka.stores.paging import newest_page

PANEL_ROWS = 10


@require_safe
@member_required
def customer_advances(request: StoreRequest, customer_pk: int) -> HttpResponse:
    """The customer's advances, newest first; used-up ones too where they are asked for. The profile's panel."""
    customer = _customer(request, customer_pk)
    shows_all = request.GET.get("all") == "1"
    advances = AdvancePayment.objects.of(request.store).filter(customer=customer)
    page = newest_page(with_uses(advances if shows_all else advances.open()), request.GET, by="at", size=PANEL_ROWS)
    context = {"customer": customer, "page": page, "shows_all": shows_all}
    return render_page(request, "advances/customer.html", context, fragment="advances/_customer.html")


@require_safe
@member_required
def wallet_history(request: StoreRequest, customer_pk: int) -> HttpResponse:
    """All that changed the customer's balance, newest first, with the balance after each line."""
    customer = _customer(request, customer_pk)
    page, lines = wallet_page(customer, request.GET)
    message = message_link(customer, balance_text(request.store, customer))
    context = {"customer": customer, "page": page, "lines": lines, "message": message}
    return render_page(request, "advances/wallet.html", context)


@require_safe
@reviewer_required
def wallet_export(request: StoreRequest, customer_pk: int, kind: str) -> HttpResponse:
    """The whole wallet as a file, from its beginning."""
    customer = _customer(request, customer_pk)
    if why := why_not(kind, customer.wallet.all()):
        return ask_again(request, why, "advances:wallet", customer_pk)
    name = f"wallet-{customer.number}-{request.store.day_of(timezone.now())}.{kind}"
    return table_file(wallet_rows(request.store, customer), name, sheet="Wallet history")


def _customer(request: StoreRequest, pk: int) -> Customer:
    customer: Customer = get_object_or_404(Customer.objects.of(request.store), pk=pk)
    return customer
