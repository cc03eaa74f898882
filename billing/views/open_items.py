"""Things that are not on the list: sold at the counter by price, completed by a manager."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from billing.filters import categories
from billing.forms.counter import read_key
from billing.forms.products import CompleteForm
from billing.models import Product
from billing.services.carts import match_products
from billing.services.open_items import add_open_item, complete_item, items_to_complete, join_item
from billing.views.till import CART, Said, Unlisted, answer, till_of
from viveka.stores.access import cashier_required, manager_required
from viveka.stores.errors import Refused
from viveka.stores.forms import add_refusal
from viveka.stores.middleware import StoreRequest
from viveka.stores.money import read_amount, show_quantity
from viveka.stores.pages import render_page
from viveka.stores.paging import newest_page


@require_POST
@cashier_required
def open_item(request: StoreRequest) -> HttpResponse:
    """Sell something that is not on the list, by its price."""
    said = Said()
    sent = {name: request.POST.get(name, "").strip() for name in ("barcode", "name", "price")}
    try:
        price = read_amount(sent["price"], field="price")
        add_open_item(**till_of(request), price=price, name=sent["name"], barcode=sent["barcode"])
    except Refused as refusal:
        said.unlisted = Unlisted(**sent, sentence=refusal.message)
    return answer(request, CART, said)


@require_safe
@manager_required
def item_list(request: StoreRequest) -> HttpResponse:
    """What was sold without being on the list, the newest first."""
    page = newest_page(items_to_complete(request.store), request.GET)
    return render_page(request, "billing/open_items.html", {"page": page})


@require_http_methods(["GET", "HEAD", "POST"])
@manager_required
def item_complete(request: StoreRequest, pk: int) -> HttpResponse:
    """Say what it is: a product of its own, or one that is on the list already."""
    product = get_object_or_404(items_to_complete(request.store), pk=pk)
    form = CompleteForm(request.POST) if request.method == "POST" else CompleteForm.of(product)
    if request.method == "POST" and form.is_valid():
        try:
            saved = complete_item(product=product, by=request.user, now=timezone.now(), **form.cleaned_data)
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, f"{saved.name} is on the list.")
            return redirect("billing:open-items")
    context: dict[str, Any] = {"form": form, "product": product, "categories": categories(request.store)}
    return render_page(request, "billing/open_item.html", {**context, **_matches(request, product)})


@require_POST
@manager_required
def item_join(request: StoreRequest, pk: int) -> HttpResponse:
    """It was another product all along."""
    product: Any = get_object_or_404(items_to_complete(request.store), pk=pk)
    try:
        into = join_item(product=product, into_id=read_key(request.POST.get("product")) or 0)
    except Refused as refusal:
        messages.error(request, refusal.message)
        return redirect("billing:item-complete", pk)
    messages.success(request, f"From now on this is {into.name}.")
    if product.sold and into.keeps_stock:
        sold = show_quantity(product.sold)
        messages.info(request, f"{sold} of it left without its stock: adjust the stock of {into.name} by that.")
    return redirect("billing:open-items")


def _matches(request: StoreRequest, product: Product) -> dict[str, Any]:
    """Products that it may be, by the text looked for."""
    typed = request.GET.get("q", "")
    try:
        found = match_products(request.store, typed) if typed.strip() else []
    except Refused:
        found = []
    return {"q": typed, "matches": [one for one in found if one.pk != product.pk and not one.to_complete]}
