"""The list of customers and the form of one."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.html import format_html
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from customers.filters import CustomerFilter
from customers.forms import CustomerForm
from customers.models import Customer, Found
from customers.services import edit_customer, rename_customer
from customers.tables import CustomerTable
from viveka.stores.access import cashier_required, member_required
from viveka.stores.errors import Conflict, Missing, Refused
from viveka.stores.forms import add_refusal
from viveka.stores.middleware import StoreRequest
from viveka.stores.pages import render_page
from viveka.stores.paging import newest_page

read_or_post = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@member_required
def customer_list(request: StoreRequest) -> HttpResponse:
    customers = Customer.objects.of(request.store)
    found = CustomerFilter(request.GET, queryset=customers)
    page = newest_page(found.qs, request.GET, is_search=found.is_search, among=customers)
    context = {"filter": found, "page": page, "table": CustomerTable(page.rows, store=request.store)}
    return render_page(request, "customers/list.html", context, fragment="_table.html")


@read_or_post
@cashier_required
def customer_add(request: StoreRequest) -> HttpResponse:
    """A new customer; a phone that is on record updates that record instead."""
    form = CustomerForm(request.POST or None, store=request.store)
    if request.method == "POST" and form.is_valid() and not _namesakes(form):
        try:
            found = Customer.objects.find_or_create(
                store=request.store, phone=form.cleaned_data["phone"], details=form.details, overwrite=True
            )
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, _what_happened(found))
            return redirect(found.customer)
    return render_page(request, "customers/form.html", {"form": form})


def _namesakes(form: CustomerForm) -> bool:
    """Without a phone a name may be somebody on record: then the person at the screen decides, not we."""
    if form.cleaned_data["phone"]:
        return False
    known = Customer.objects.of(form.store).named(form.cleaned_data["name"]).newest_first()[:5]
    for customer in known:
        ending = f", phone ending in {customer.phone[-4:]}" if customer.phone else ""
        form.add_error(
            "name",
            format_html('This may be <a href="{}">{}</a>{}.', customer.get_absolute_url(), customer, ending),
        )
    if known:
        form.add_error("phone", "For another person of the same name give a phone, or a name that tells them apart.")
    return bool(known)


def _what_happened(found: Found) -> str:
    if found.is_new:
        return f"{found.customer} is a customer now."
    back = " and is active again" if found.came_back else ""
    return f"This phone was on record: {found.customer} is updated{back}."


@read_or_post
@cashier_required
def customer_edit(request: StoreRequest, pk: int) -> HttpResponse:
    customer = get_object_or_404(Customer.objects.of(request.store), pk=pk)
    form = CustomerForm(request.POST or None, store=request.store, customer=customer)
    if request.method == "POST" and form.is_valid():
        try:
            edit_customer(
                store=request.store,
                pk=pk,
                details=form.details,
                phone=form.cleaned_data["phone"],
                is_active=form.cleaned_data["is_active"],
            )
        except Refused as refusal:
            _add_conflict(form, refusal)
        else:
            messages.success(request, "The record is saved.")
            return redirect(customer)
    return render_page(request, "customers/form.html", {"form": form, "customer": customer})


def _add_conflict(form: CustomerForm, refusal: Refused) -> None:
    """A phone of somebody else is answered with the way to that record."""
    other = Customer.objects.of(form.store).filter(phone=form.cleaned_data["phone"] or None).first()
    if isinstance(refusal, Conflict) and "phone" in refusal.errors and other:
        link = format_html('<a href="{}">{}</a> has this phone.', other.get_absolute_url(), other)
        form.add_error("phone", link)
    else:
        add_refusal(form, refusal)


@require_POST
@cashier_required
def correct_name(request: StoreRequest, pk: int) -> HttpResponse:
    """Another name for the record; HTMX gets the line with number and name back, others the page they came from."""
    name = request.POST.get("name", "")
    customer = get_object_or_404(Customer.objects.of(request.store), pk=pk)
    error = ""
    try:
        customer = rename_customer(store=request.store, pk=pk, name=name)
    except Missing:
        raise
    except Refused as refusal:
        error = refusal.message
    if request.htmx:  # type: ignore[attr-defined]
        context = {"customer": customer, "name_error": error, "typed": name if error else ""}
        return render_page(request, "customers/_name.html", context, status=422 if error else 200)
    if error:
        messages.error(request, error)
    back = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return redirect(back if safe else customer)
