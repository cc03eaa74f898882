"""Putting stock right by hand, and writing off what is past its expiry date."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from billing.forms.adjusting import AdjustForm
from billing.models import Product, StockAdjustment
from billing.services.adjusting import Why, adjust_batch, adjust_product, write_off_expired
from viveka.stores.access import manager_required
from viveka.stores.errors import Refused
from viveka.stores.forms import add_refusal
from viveka.stores.idempotency import KeyedRequest
from viveka.stores.middleware import StoreRequest
from viveka.stores.money import show_quantity
from viveka.stores.pages import render_page

MOST_AT_ONCE = 500


@require_http_methods(["GET", "HEAD", "POST"])
@manager_required
def product_adjust(request: StoreRequest, pk: int) -> HttpResponse:
    """Count a product, or say what was damaged, lost, used or found."""
    product = get_object_or_404(Product.objects.of(request.store), pk=pk)
    if request.method == "POST":
        form = AdjustForm(request.POST, product=product, store=request.store)
    else:
        form = AdjustForm.fresh(product, request.store, request.GET.get("batch", ""))
    if request.method == "POST" and form.is_valid():
        try:
            made = _adjust(request, product, form)
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            _tell(request, product, made)
            return redirect(product)
    return render_page(request, "billing/adjust.html", {"form": form, "product": product})


def _adjust(request: StoreRequest, product: Product, form: AdjustForm) -> StockAdjustment | None:
    """None where this very form was sent before."""
    said: dict[str, Any] = form.cleaned_data
    why = Why(said["kind"], request.user, timezone.now(), said["note"])
    key = KeyedRequest(request.store, request.user, "POST", request.path, str(said["key"]), body=b"")
    with transaction.atomic():
        if key.claim("adjustment"):
            return None
        if said["batch"]:
            made = adjust_batch(store=request.store, batch_id=int(said["batch"]), quantity=said["quantity"], why=why)
        else:
            made = adjust_product(
                store=request.store, product_id=product.pk, quantity=said["quantity"], why=why,
                cost_price=said["cost_price"],
            )  # fmt: skip
        key.note_result(made.pk, 201)
    return made


def _tell(request: StoreRequest, product: Product, made: StockAdjustment | None) -> None:
    if made is None:
        messages.info(request, "This was entered already; nothing was changed.")
    elif not made.quantity:
        messages.success(request, f"{product.name} is counted; it was right.")
    else:
        more = "more" if made.quantity > 0 else "fewer"
        messages.success(
            request, f"{show_quantity(abs(made.quantity))} {more} of {product.name}: the shelf is put right."
        )


@require_POST
@manager_required
def expired_write_off(request: StoreRequest) -> HttpResponse:
    """Take out what is left of the expired batches that were ticked."""
    ids = [int(one) for one in request.POST.getlist("batch") if one.isascii() and one.isdigit() and len(one) < 19]
    if not ids or len(ids) > MOST_AT_ONCE:
        messages.error(request, "Tick the batches to write off.")
        return redirect("billing:expired")
    made = write_off_expired(store=request.store, batch_ids=ids, by=request.user, now=timezone.now())
    if made:
        messages.success(request, f"Written off: {len(made)} product{'s' if len(made) > 1 else ''}.")
    else:
        messages.info(request, "Nothing of these batches was left to write off.")
    return redirect("billing:expired")
