"""Signing in and out, choosing the store, its settings and its people."""

from copy import copy

from django.contrib import messages
from django.contrib.auth import logout, update_session_auth_hash
from django.contrib.auth.views import LoginView
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from viveka.stores.access import manager_required, member_required
from viveka.stores.changes import tell, with_previous
from viveka.stores.errors import Refused
from viveka.stores.forms import MemberForm, PasswordForm, PinForm, SignInForm, StoreForm, add_refusal
from viveka.stores.middleware import SESSION_STORE, StoreRequest
from viveka.stores.models import Membership, Store
from viveka.stores.pages import render_page
from viveka.stores.pin import set_pin
from viveka.stores.requests import SiteRequest
from viveka.stores.services import add_member, end_membership
from viveka.stores.tracing import changes_of

CHANGES_SHOWN = 50

read_or_post = require_http_methods(["GET", "HEAD", "POST"])


class SignIn(LoginView):
    """The sign-in page; who is signed in already goes on to the start page."""

    template_name = "stores/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True
    http_method_names = ["get", "head", "post"]


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    return redirect("sign-in")


@read_or_post
def choose_store(request: SiteRequest) -> HttpResponse:
    """The stores in which the person has a role; posting one of them enters it."""
    memberships = request.memberships
    if request.method == "POST":
        asked = request.POST.get("store", "")
        if asked not in {str(one.store_id) for one in memberships}:
            raise Http404
        request.session[SESSION_STORE] = int(asked)
        return redirect("home")
    return render_page(request, "stores/choose_store.html", {})


@read_or_post
@manager_required
def store_settings(request: StoreRequest) -> HttpResponse:
    """What the store has set, and below it who changed what."""
    store = copy(request.store)  # what is typed and refused must not show elsewhere on the page
    form = StoreForm(request.POST or None, instance=store)
    if request.method == "POST" and form.is_valid():
        if form.changed_data:
            store.save(update_fields=form.changed_data)
        messages.success(request, "The settings are saved.")
        return redirect("store-settings")
    events = changes_of(Store).filter(pgh_obj=store.pk, pgh_label="update")
    changes = [tell(event) for event in with_previous(events).order_by("-pgh_id")[:CHANGES_SHOWN]]
    return render_page(request, "stores/settings.html", {"form": form, "changes": changes})


@read_or_post
@manager_required
def member_list(request: StoreRequest) -> HttpResponse:
    """Who works in the store and who did; posting adds a person."""
    form = MemberForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            membership, is_new = add_member(store=request.store, **form.cleaned_data)
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            known = "" if is_new else " The account was there already; its password stays."
            role = membership.get_role_display().lower()
            messages.success(request, f"{membership.user} is now {role} of {request.store}.{known}")
            return redirect("members")
    members = request.store.memberships.select_related("user").order_by("-ended_at", "user__username", "-pk")
    return render_page(request, "stores/members.html", {"form": form, "members": members})


@require_POST
@manager_required
def member_end(request: StoreRequest, pk: int) -> HttpResponse:
    membership = get_object_or_404(Membership.objects.select_related("user"), store=request.store, pk=pk)
    try:
        end_membership(membership=membership, now=timezone.now())
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, f"{membership.user} has left {request.store}.")
    return redirect("members")


@read_or_post
def change_password(request: SiteRequest) -> HttpResponse:
    """The person's own password; every other session of theirs ends, this one stays."""
    form = PasswordForm(request.user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        update_session_auth_hash(request, form.save())
        messages.success(request, "Your password is changed. You are signed out everywhere else.")
        return redirect("home")
    return render_page(request, "stores/change_password.html", {"form": form})


@read_or_post
@member_required
def my_pin(request: StoreRequest) -> HttpResponse:
    """The person's PIN in the store, set by nobody else."""
    form = PinForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            set_pin(membership=request.membership, now=timezone.now(), **form.cleaned_data)
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, f"Your PIN in {request.store} is set.")
            return redirect("home")
    return render_page(request, "stores/my_pin.html", {"form": form})
