"""May this customer owe more? Judged under the customer's lock, on what would be owed afterwards."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db import transaction

from customers.models import Customer
from debts.models import CreditAccount
from viveka.stores.errors import Conflict, Refused
from viveka.stores.models import Membership, Role, Store, User
from viveka.stores.models.store import TEN_YEARS
from viveka.stores.money import MAX_MONEY, ZERO, show_amount


class CreditStopped(Conflict):
    """This customer may owe nothing more: credit is stopped, or needs an account."""


class CreditLimitPassed(Conflict):
    """More would be owed than the customer may owe."""


@dataclass(frozen=True, slots=True)
class Permission:
    """A manager lets a debt pass the limit, with the reason."""

    by: User
    why: str


@dataclass(frozen=True, slots=True)
class Standing:
    """The limit and terms that hold for a customer; None is no limit, and due from the day it is made."""

    limit: Decimal | None
    terms_days: int | None

    def due_on(self, day: date) -> date | None:
        return day + timedelta(days=self.terms_days) if self.terms_days is not None else None

    def left(self, owed: Decimal) -> Decimal | None:
        """What may still be owed; None: any amount."""
        return None if self.limit is None else max(self.limit - owed, ZERO)


def standing_of(customer: Customer) -> Standing:
    """The customer's own limit and terms, or the store's. Raises CreditStopped."""
    return standing_by(customer, CreditAccount.objects.filter(customer=customer).first())


def standing_by(customer: Customer, account: CreditAccount | None) -> Standing:
    """The same, where the account is at hand."""
    store = customer.store
    if account is None:
        if store.credit_needs_account:
            raise CreditStopped(f"{customer} has no credit account. A manager can open one.", "amount")
        return Standing(store.default_credit_limit, store.default_terms_days)
    if not account.is_active:
        raise CreditStopped(f"Credit of {customer} is stopped.", "amount")
    return Standing(account.credit_limit, account.terms_days)


def check_credit(
    customer: Customer, amount: Decimal, permission: Permission | None = None
) -> tuple[Standing, Permission | None]:
    """Whether the locked customer may owe `amount` more; the second value is the permission where it was needed.

    Raises Refused where there is neither phone nor real name, or for a permission that is none; CreditStopped;
    CreditLimitPassed above the limit, unless a manager permits it.
    """
    if customer.phone is None and not customer.has_real_name:
        raise Refused("Credit needs the customer's phone or name.", "customer")
    standing = standing_of(customer)
    owed = customer.debt_balance
    if owed + amount > MAX_MONEY:
        raise Refused(f"The debt would pass {MAX_MONEY}.", "amount")
    if standing.limit is None or owed + amount <= standing.limit:
        return standing, None
    if permission is None:
        left = max(standing.limit - owed, ZERO)
        shown = [show_amount(part, customer.store.currency) for part in (standing.limit, owed, left)]
        raise CreditLimitPassed(f"The credit limit is {shown[0]}, {shown[1]} is owed, {shown[2]} is left.", "amount")
    _check_permission(customer.store, permission)
    return standing, permission


def _check_permission(store: Store, permission: Permission) -> None:
    if not permission.why.strip():
        raise Refused("Say why the limit may be passed.", "permission")
    if not Membership.objects.standing().filter(store=store, user=permission.by, role=Role.MANAGER).exists():
        raise Refused("Only a manager can let a debt pass the limit.", "permission")


@transaction.atomic
def set_credit_account(
    *, customer: Customer, by: User, credit_limit: Decimal | None, terms_days: int | None, is_active: bool = True
) -> CreditAccount:
    """Open a customer's credit account, or change it. For managers. Raises Refused naming the field."""
    if credit_limit is not None and not ZERO <= credit_limit <= MAX_MONEY:
        raise Refused(f"A limit is between 0.00 and {MAX_MONEY}.", "credit_limit")
    if terms_days is not None and not 0 <= terms_days <= TEN_YEARS:
        raise Refused(f"Terms are between 0 and {TEN_YEARS} days.", "terms_days")
    customer = Customer.objects.lock(customer.store, customer.pk)
    told = {"credit_limit": credit_limit, "terms_days": terms_days, "is_active": is_active}
    account = CreditAccount.objects.filter(customer=customer).first()
    if account is None:
        return CreditAccount.objects.create(store=customer.store, customer=customer, by=by, **told)
    for name, value in told.items():
        setattr(account, name, value)
    account.save(update_fields=[*told, "updated_at"])
    return account
