"""Further barcodes of a product."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_POST

from billing.forms.products import BarcodeForm
from billing.models import Product
from billing.services.barcodes import add_barcode, remove_barcode
from viveka.stores.access import manager_required
from viveka.stores.errors import Missing, Refused
from viveka.stores.forms import add_refusal
from viveka.stores.middleware import StoreRequest
from viveka.stores.pages import render_page


@require_http_methods(["GET", "HEAD", "POST"])
@manager_required
def product_barcodes(request: StoreRequest, pk: int) -> HttpResponse:
    """The further barcodes of a product, and one more."""
    product = get_object_or_404(Product.objects.of(request.store).select_related("store"), pk=pk)
    form = BarcodeForm(request.POST or None) if request.method == "POST" else BarcodeForm()
    if request.method == "POST" and form.is_valid():
        try:
            added = add_barcode(product=product, **form.cleaned_data)
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, f"{added.barcode} is on the list.")
            return redirect("billing:product-barcodes", pk=product.pk)
    context = {"form": form, "product": product, "barcodes": product.barcodes.all()}
    return render_page(request, "billing/barcodes.html", context)


@require_POST
@manager_required
def barcode_remove(request: StoreRequest, pk: int) -> HttpResponse:
    """Take a further barcode off its product."""
    try:
        gone = remove_barcode(store=request.store, pk=pk)
    except Missing:
        raise Http404 from None
    messages.success(request, f"{gone.barcode} stands for nothing any more.")
    return redirect("billing:product-barcodes", pk=gone.product_id)
