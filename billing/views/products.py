"""The shelves: products, their batches, and how goods came and went."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from billing.filters import ProductFilter, categories
from billing.forms.products import BatchForm, ProductForm
from billing.models import Batch, Product
from billing.services.products import clean_batch, create_product, update_product, with_next_price
from billing.services.stock import receive_batch
from billing.tables import ProductTable
from viveka.stores.access import manager_required, member_required
from viveka.stores.errors import Refused
from viveka.stores.forms import add_refusal
from viveka.stores.idempotency import KeyedRequest
from viveka.stores.middleware import StoreRequest
from viveka.stores.pages import render_page
from viveka.stores.paging import newest_page

SHELVES_SHOWN = 50
EMPTIED_SHOWN = 10


@require_safe
@member_required
def product_list(request: StoreRequest) -> HttpResponse:
    """All products, the newest first, by words or code and category."""
    found = ProductFilter(request.GET, queryset=Product.objects.of(request.store), store=request.store)
    today = request.store.day_of(timezone.now())
    page = newest_page(with_next_price(found.qs, today), request.GET, is_search=found.is_search)
    context = {"filter": found, "page": page, "table": ProductTable(page.rows, store=request.store)}
    if request.membership.manages:
        context["to_complete"] = Product.objects.to_complete(request.store).count()
    return render_page(request, "billing/products.html", context, fragment="billing/_products.html")


@require_safe
@member_required
def product_page(request: StoreRequest, pk: int) -> HttpResponse:
    """A product with what is on the shelf and how it moved."""
    product = get_object_or_404(Product.objects.of(request.store), pk=pk)
    movements = product.movements.select_related(
        "batch", "by", "bill_line__bill", "return_line__goods_return", "adjustment"
    )
    context = {
        "product": product,
        "today": request.store.day_of(timezone.now()),
        "shelf": product.batches.in_stock().oldest_first()[:SHELVES_SHOWN],
        "emptied": product.batches.filter(remaining=0).order_by("-received_at", "-id")[:EMPTIED_SHOWN],
        "barcodes": product.barcodes.all(),
        "short": product.shortages.open().oldest_first().select_related("bill_line__bill")[:SHELVES_SHOWN],
        "page": newest_page(movements, request.GET),
    }
    return render_page(request, "billing/product.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@manager_required
def product_add(request: StoreRequest) -> HttpResponse:
    """A new product."""
    form = ProductForm(request.POST or None, initial={"stock_policy": request.store.default_stock_policy})
    if request.method == "POST" and form.is_valid():
        try:
            product = create_product(store=request.store, **form.cleaned_data)
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, f"{product.name} is on the list.")
            return redirect(product)
    context = {"form": form, "categories": categories(request.store)}
    return render_page(request, "billing/product_form.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@manager_required
def product_edit(request: StoreRequest, pk: int) -> HttpResponse:
    """Change a product."""
    product = get_object_or_404(Product.objects.of(request.store), pk=pk)
    form = ProductForm(request.POST or None, initial=ProductForm.initial_of(product))
    if request.method == "POST" and form.is_valid():
        try:
            product = update_product(product=product, **form.cleaned_data)
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, f"{product.name} is saved.")
            return redirect(product)
    context = {"form": form, "product": product, "categories": categories(request.store)}
    return render_page(request, "billing/product_form.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@manager_required
def batch_add(request: StoreRequest, pk: int) -> HttpResponse:
    """Receive a batch of a product."""
    product = get_object_or_404(Product.objects.of(request.store), pk=pk)
    now = timezone.now()
    form = BatchForm(request.POST) if request.method == "POST" else BatchForm.fresh(request.store, now)
    if request.method == "POST" and form.is_valid():
        try:
            batch = _receive(request, product, form, now)
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            _tell(request, product, batch)
            return redirect(product)
    return render_page(request, "billing/batch_form.html", {"form": form, "product": product})


def _receive(request: StoreRequest, product: Product, form: BatchForm, now: Any) -> Batch | None:
    """Put the lot on the shelf; None where this very form was sent before."""
    fields = dict(form.cleaned_data)
    key = KeyedRequest(request.store, request.user, "POST", request.path, str(fields.pop("key")), body=b"")
    fields["received_at"] = form.received_at(request.store, now)
    del fields["received_on"]
    fields = clean_batch(fields)
    with transaction.atomic():
        if key.claim("batch"):
            return None
        batch = receive_batch(product=product, now=now, by=request.user, **fields)
        key.note_result(batch.pk, 201)
    return batch


def _tell(request: StoreRequest, product: Product, batch: Batch | None) -> None:
    if batch is None:
        messages.info(request, "This batch was received already; nothing was added.")
        return
    messages.success(request, f"The batch of {product.name} is on the shelf.")
    price = product.selling_price if batch.selling_price is None else batch.selling_price
    if price is None:
        messages.warning(request, "It has no selling price yet, and the product has none: the till will ask for one.")
    elif price < batch.cost_price:
        messages.warning(request, "It sells below what it cost.")
    if batch.expiry_date and batch.expiry_date < request.store.day_of(timezone.now()):
        messages.warning(request, "It is past its expiry date, so it will not be sold.")
