"""The lock screen: who goes on at this machine, by PIN. The sale on the page goes along."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from billing.models import Cart
from billing.services.held_carts import take_up_cart
from viveka.stores.access import member_required
from viveka.stores.errors import Missing, Refused
from viveka.stores.machine import machine_of
from viveka.stores.middleware import StoreRequest
from viveka.stores.models import Membership
from viveka.stores.pages import render_page, safe_next
from viveka.stores.screen_lock import is_locked, lock, unlock, who_can_unlock


@require_POST
@member_required
def lock_now(request: StoreRequest) -> HttpResponse:
    """Lock this machine: somebody else goes on, or nobody is there."""
    lock(request)
    return redirect(f"{reverse('locked')}?{urlencode({'next': safe_next(request)})}")


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
@never_cache
def locked(request: StoreRequest) -> HttpResponse:
    """Choose who you are and type your PIN."""
    if request.method != "POST":
        return show_locked(request, {}) if is_locked(request) else redirect("home")
    machine, before, now = machine_of(request), request.user, timezone.now()
    cart = Cart.objects.current(request.store, before, machine)
    on = safe_next(request)
    try:
        membership = unlock(request, chosen=request.POST.get("person", ""), pin=request.POST.get("pin", ""), now=now)
    except Refused as refusal:
        return show_locked(request, {name: " ".join(said) for name, said in refusal.errors.items()})
    if cart and membership.sells and membership.user_id != before.pk:
        _bring_along(membership, machine, cart.pk)
    return redirect(on or "home")


def _bring_along(membership: Membership, machine: str, cart_id: UUID) -> None:
    """The customer still stands there: what was in the cart is in front of who goes on."""
    try:
        take_up_cart(store=membership.store, by=membership.user, machine=machine, cart_id=cart_id, now=timezone.now())
    except Missing:
        pass  # finished at another window meanwhile


def show_locked(request: StoreRequest, errors: dict[str, str]) -> HttpResponse:
    """The lock screen, with the person chosen before, or who was here last."""
    people = who_can_unlock(request.store)
    sent = request.POST.get("person", "")
    chosen = next((one.pk for one in people if str(one.pk) == sent), request.membership.pk)
    asked = request.POST.get("next") or request.GET.get("next", "")
    return render_page(
        request, "stores/locked.html", {"people": people, "chosen": chosen, "errors": errors, "next": asked}
    )


@require_safe
@member_required
def still_here(request: HttpRequest) -> HttpResponse:
    """Somebody is at work on a page without asking it anything; the answer notes it."""
    return HttpResponse()
