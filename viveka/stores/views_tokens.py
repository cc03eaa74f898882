"""The keys of programs: made and shown once, when last used, revoked."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from viveka.stores.access import manager_required
from viveka.stores.errors import Refused
from viveka.stores.form_fields import offer_rows
from viveka.stores.forms import form_helper
from viveka.stores.middleware import StoreRequest
from viveka.stores.models import ApiToken, Membership, Store
from viveka.stores.pages import render_page
from viveka.stores.text import clean_text

SHOWN = 200


class TokenForm(forms.Form):
    """Whom a program acts as, and what it is for."""

    member = forms.ModelChoiceField(
        Membership.objects.none(),
        label="Acts as",
        help_text="With the role that this person has then.",
    )
    name = forms.CharField(
        max_length=80, label="What for", help_text="For example: mobile till, website.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip

    def __init__(self, data: Any = None, *, store: Store) -> None:
        super().__init__(data)
        standing = Membership.objects.standing().filter(store=store).select_related("user")
        offer_rows(self, "member", standing)
        self.helper = form_helper("member", "name", submit="Make a token")

    def clean_name(self) -> str:
        try:
            name = clean_text(self.cleaned_data["name"], field="name", most=80)
        except Refused as refusal:
            raise forms.ValidationError(refusal.message) from None
        if not name:
            raise forms.ValidationError("Say what the token is for.")
        return name


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@manager_required
def token_list(request: StoreRequest) -> HttpResponse:
    """The store's tokens, newest first; posting makes one and shows its secret, this once."""
    form, secret = TokenForm(request.POST or None, store=request.store), ""
    if request.method == "POST" and form.is_valid():
        user = form.cleaned_data["member"].user
        _, secret = ApiToken.objects.issue(store=request.store, user=user, name=form.cleaned_data["name"])
        form = TokenForm(store=request.store)
    tokens = ApiToken.objects.filter(store=request.store).select_related("user").order_by("-pk")[:SHOWN]
    return render_page(request, "stores/tokens.html", {"form": form, "tokens": tokens, "secret": secret})


@require_POST
@manager_required
def token_revoke(request: StoreRequest, pk: int) -> HttpResponse:
    """The token is none from now on; whoever revoked it before, the first time stays."""
    token = get_object_or_404(ApiToken, store=request.store, pk=pk)
    ApiToken.objects.filter(pk=token.pk, revoked_at__isnull=True).update(revoked_at=timezone.now())
    messages.success(request, f"The token {token.name or 'without a name'} is revoked.")
    return redirect("tokens")
