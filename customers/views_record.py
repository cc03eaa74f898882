"""One customer's record: the form, the name put right, deleting, restoring, letting a former phone go."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import SafeString
from django.views.decorators.http import require_http_methods, require_POST

from customers.forms import CustomerForm, ReasonForm
from customers.models import SWITCHES, Customer, Found
from customers.records import delete_customer, free_former_phone, restore_customer
from customers.services import PhoneTaken, edit_customer, rename_customer, save_customer
from viveka.stores.access import cashier_required, manager_required
from viveka.stores.errors import Missing, Refused
from viveka.stores.forms import add_refusal, posted
from viveka.stores.middleware import StoreRequest
from viveka.stores.pages import render_page
from viveka.stores.phone import show_phone

read_or_post = require_http_methods(["GET", "HEAD", "POST"])


@read_or_post
@cashier_required
def customer_add(request: StoreRequest) -> HttpResponse:
    """A new customer; a phone that is on record updates that record instead."""
    form = CustomerForm(posted(request), store=request.store)
    if request.method == "POST" and form.is_valid() and not _namesakes(form):
        phone = form.cleaned_data["phone"]
        try:
            found = save_customer(store=request.store, phone=phone, details=form.details)
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, _what_happened(found, phone))
            return redirect(found.customer)
    return render_page(request, "customers/form.html", {"form": form})


def _namesakes(form: CustomerForm) -> bool:
    """Without a phone a name may be somebody on record: then the person at the screen decides, not we."""
    if form.cleaned_data["phone"]:
        return False
    known = Customer.objects.of(form.store).on_record().named(form.cleaned_data["name"]).newest_first()[:5]
    for customer in known:
        ending = f", phone ending in {customer.phone[-4:]}" if customer.phone else ""
        form.add_error(
            "name",
            format_html('This may be <a href="{}">{}</a>{}.', customer.get_absolute_url(), customer, ending),
        )
    if known:
        form.add_error("phone", "For another person of the same name give a phone, or a name that tells them apart.")
    return bool(known)


def _what_happened(found: Found, phone: str) -> str:
    customer = found.customer
    if found.is_new:
        return f"{customer} is a customer now."
    back = f" {customer.number} is active again, with the same number." if found.came_back else ""
    if phone and customer.phone != phone:
        return f"This phone leads to {customer}. What was empty there is filled in.{back}"
    return f"This {'phone' if phone else 'name'} was on record: {customer} is updated.{back}"


@read_or_post
@cashier_required
def customer_edit(request: StoreRequest, pk: int) -> HttpResponse:
    """The form of a record. What is deleted or part of another record has none; its page says what to do."""
    customer = get_object_or_404(Customer.objects.of(request.store), pk=pk)
    if not customer.is_on_record:
        return redirect(customer)
    form = CustomerForm(posted(request), store=request.store, customer=customer)
    if request.method == "POST" and form.is_valid():
        try:
            saved = edit_customer(
                store=request.store,
                pk=pk,
                details=form.details,
                phone=form.cleaned_data["phone"],
                **{field: form.cleaned_data[field] for field in SWITCHES},
            )
        except Refused as refusal:
            _add_conflict(form, refusal, offers_merge=request.membership.manages)
        else:
            messages.success(request, _saved(customer, saved))
            return redirect(saved)
    return render_page(request, "customers/form.html", {"form": form, "customer": customer})


def _saved(before: Customer, after: Customer) -> str:
    if after.is_active and not before.is_active:
        return f"The record is saved, and {after.number} is active again."
    return "The record is saved."


def _add_conflict(form: CustomerForm, refusal: Refused, *, offers_merge: bool) -> None:
    """A phone of somebody else is answered with the way to that record, and to the merge."""
    if not isinstance(refusal, PhoneTaken) or refusal.customer is None or form.customer is None:
        add_refusal(form, refusal)
    elif refusal.customer.pk == form.customer.pk:
        form.add_error("phone", "This phone is of a record that was merged into this one. It leads here already.")
    else:
        phone = form.cleaned_data["phone"]
        form.add_error("phone", _other_has_it(phone, form.customer, refusal.customer, offers_merge=offers_merge))


def _other_has_it(phone: str, customer: Customer, other: Customer, *, offers_merge: bool) -> SafeString:
    link = format_html('<a href="{}">{}</a>', other.get_absolute_url(), other)
    if other.deleted_at:
        return format_html("{} has this phone and was deleted. A manager can restore or erase that record.", link)
    former = "" if other.phone == phone else " as a former phone"
    if not offers_merge:
        return format_html("{} has this phone{}. A manager can merge the two records.", link, former)
    merge = reverse("customer-merge-pair", args=[customer.pk, other.pk])
    return format_html(
        '{} has this phone{}. Is it the same person? <a href="{}">Merge the two</a>.', link, former, merge
    )


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
    if request.htmx:
        context = {"customer": customer, "name_error": error, "typed": name if error else ""}
        return render_page(request, "customers/_name.html", context, status=422 if error else 200)
    if error:
        messages.error(request, error)
    back = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return redirect(back if safe else customer)


@read_or_post
@manager_required
def customer_delete(request: StoreRequest, pk: int) -> HttpResponse:
    """Asks once more, and says how much is owed or held in advance where that forbids it."""
    customer = get_object_or_404(Customer.objects.of(request.store), pk=pk)
    if not customer.is_on_record:
        return redirect(customer)
    form = ReasonForm(posted(request), submit="Delete the record", cancel=customer.get_absolute_url())
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        try:
            delete_customer(store=request.store, pk=pk, by=request.user, now=timezone.now(), reason=reason)
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, f"{customer} is deleted. Bills and history stay, and you can restore the record.")
            return redirect(customer)
    return render_page(request, "customers/delete.html", {"form": form, "customer": customer})


@require_POST
@manager_required
def customer_restore(request: StoreRequest, pk: int) -> HttpResponse:
    customer = get_object_or_404(Customer.objects.of(request.store), pk=pk)
    try:
        restore_customer(store=request.store, pk=pk, by=request.user, now=timezone.now())
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, f"{customer} is back among the customers.")
    return redirect(customer)


@require_POST
@manager_required
def phone_free(request: StoreRequest, pk: int) -> HttpResponse:
    """Lets a former phone go, so that it can be another person's."""
    customer = get_object_or_404(Customer.objects.of(request.store), pk=pk)
    phone = request.POST.get("phone", "")
    try:
        free_former_phone(store=request.store, pk=pk, phone=phone, by=request.user, now=timezone.now())
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        shown = show_phone(phone, request.store.region)
        messages.success(request, f"{shown} no longer leads to {customer}. It can be another customer's now.")
    return redirect(customer)
