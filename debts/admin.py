"""What customers owe, in the admin: the ledger to read, credit accounts by the same service as on the screen."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from debts.models import (
    Allocation,
    CreditAccount,
    Debt,
    DebtPayment,
    DebtReduction,
    OpeningBalance,
    OpeningUndo,
    PaymentPromise,
    PaymentReversal,
    Reminder,
)
from debts.services import set_credit_account
from viveka.stores.admin_site import ReadOnlyInline, StoreModelAdmin, person
from viveka.stores.errors import Refused
from viveka.stores.form_fields import AmountField


class LedgerAdmin(StoreModelAdmin):
    """To read, never to write."""

    read_only = True
    show_facets = admin.ShowFacets.NEVER


class AllocationInline(ReadOnlyInline):
    model = Allocation
    follows = ("payment", "debt")
    fields = ("payment", "debt", "amount", "at")


class ReductionInline(ReadOnlyInline):
    model = DebtReduction
    follows = ("by",)
    fields = ("cause", "amount", "reason", "by", "at")


@admin.register(Debt)
class DebtAdmin(LedgerAdmin):
    list_display = ("at", "customer", "amount", "paid", "returned", "written_off", "balance", "due_on", "status", "by")
    list_select_related = ("customer", "by")
    list_filter = ("status", ("at", admin.DateFieldListFilter), ("due_on", admin.DateFieldListFilter))
    search_fields = ("=customer__number", "=customer__phone")
    ordering = ("-at", "-id")
    inlines = (AllocationInline, ReductionInline)


@admin.register(DebtPayment)
class DebtPaymentAdmin(LedgerAdmin):
    list_display = ("at", "customer", "amount", "mode", "kept_amount", "reference", "by")
    list_select_related = ("customer", "by")
    list_filter = ("mode", ("at", admin.DateFieldListFilter))
    search_fields = ("=customer__number", "=customer__phone", "=reference")
    ordering = ("-at", "-id")
    inlines = (AllocationInline,)


@admin.register(Allocation)
class AllocationAdmin(LedgerAdmin):
    list_display = ("at", "payment", "debt", "amount")
    list_select_related = ("payment", "debt")
    ordering = ("-id",)


@admin.register(DebtReduction)
class DebtReductionAdmin(LedgerAdmin):
    list_display = ("at", "debt", "cause", "amount", "reason", "by")
    list_select_related = ("debt", "by")
    list_filter = ("cause",)
    ordering = ("-id",)


@admin.register(PaymentReversal)
class PaymentReversalAdmin(LedgerAdmin):
    list_display = ("at", "payment", "reason", "by")
    list_select_related = ("payment", "by")
    ordering = ("-id",)


@admin.register(Reminder)
class ReminderAdmin(LedgerAdmin):
    list_display = ("at", "customer", "way", "owed", "by")
    list_select_related = ("customer", "by")
    list_filter = ("way",)
    ordering = ("-id",)


@admin.register(OpeningBalance)
class OpeningBalanceAdmin(LedgerAdmin):
    list_display = ("created_at", "customer", "debt", "advance", "at", "file", "line", "is_undone", "by")
    list_select_related = ("customer", "debt", "advance", "by")
    list_filter = ("is_undone",)
    search_fields = ("=customer__number", "=customer__phone")
    exclude = ("row_key",)
    ordering = ("-id",)


@admin.register(OpeningUndo)
class OpeningUndoAdmin(LedgerAdmin):
    list_display = ("at", "opening", "reason", "by")
    list_select_related = ("opening", "by")
    ordering = ("-id",)


@admin.register(PaymentPromise)
class PaymentPromiseAdmin(LedgerAdmin):
    list_display = ("at", "customer", "promised_on", "note", "by")
    list_select_related = ("customer", "by")
    ordering = ("-id",)


class CreditAccountForm(forms.ModelForm):
    credit_limit = AmountField(required=False, help_text="Empty: no limit.")

    class Meta:
        model = CreditAccount
        fields = ("credit_limit", "terms_days", "is_active")


@admin.register(CreditAccount)
class CreditAccountAdmin(StoreModelAdmin):
    """Accounts are opened on the customer's page; here they are found, and changed by the same rules."""

    form = CreditAccountForm
    list_display = ("customer", "credit_limit", "terms_days", "is_active", "updated_at")
    list_select_related = ("customer",)
    list_filter = ("is_active",)
    show_facets = admin.ShowFacets.NEVER
    search_fields = ("=customer__number", "=customer__phone")
    ordering = ("-id",)
    readonly_fields = ("customer", "by", "created_at", "updated_at")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: CreditAccount, form: forms.ModelForm, change: bool) -> None:
        told = {name: form.cleaned_data[name] for name in CreditAccountForm.Meta.fields}
        set_credit_account(customer=obj.customer, by=person(request), **told)

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """What the service refuses is a message, not a fault."""
        try:
            return super().changeform_view(request, *args, **kwargs)
        except Refused as refusal:
            self.message_user(request, f"{refusal.message} Nothing was saved.", messages.ERROR)
            return redirect(request.get_full_path())
