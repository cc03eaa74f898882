"""Two records side by side: what each has, and which value of each field stays."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from customers.models import DETAILS, Customer
from customers.names import is_real
from debts.models import CreditAccount
from viveka.merge.registry import MOVES
from viveka.stores.errors import Missing, Refused
from viveka.stores.fields import field_of
from viveka.stores.models import Store
from viveka.stores.money import show_amount

Side = Literal["survivor", "loser"]
FIELDS = ("phone", *DETAILS)
ACCOUNT = "credit_account"


@dataclass(frozen=True, slots=True)
class FieldChoice:
    """A field of both records; `stays` is whose value is kept unless somebody says otherwise."""

    field: str
    label: str
    survivor: str
    loser: str
    stays: Side

    @property
    def differs(self) -> bool:
        return self.survivor != self.loser


@dataclass(frozen=True, slots=True)
class Preview:
    """What a merge would do."""

    survivor: Customer
    loser: Customer
    fields: list[FieldChoice]
    moving: dict[str, int]
    """How many rows of each kind would move, by the plural of what they are."""

    @property
    def total_purchases(self) -> Decimal:
        return Decimal(self.survivor.total_purchases + self.loser.total_purchases)


def preview_merge(*, store: Store, survivor_id: int, loser_id: int) -> Preview:
    """What would stay and what would move. Reads only. Raises Missing."""
    both = {row.pk: row for row in Customer.objects.of(store).filter(pk__in=[survivor_id, loser_id])}
    if len(both) < 2:
        raise Missing("No such customer.", "customer_id")
    survivor, loser = both[survivor_id], both[loser_id]
    moving = {}
    for move in MOVES:
        if count := move.count(store.pk, loser.pk, survivor.pk):
            moving[str(move.model._meta.verbose_name_plural)] = count
    return Preview(survivor, loser, [*choices(survivor, loser), *account_choice(store, survivor, loser)], moving)


def choices(survivor: Customer, loser: Customer) -> list[FieldChoice]:
    """Every field with both values; the survivor's stays unless it is empty (or a placeholder) and the loser's not."""
    found = []
    for field in FIELDS:
        ours, theirs = getattr(survivor, field) or "", getattr(loser, field) or ""
        is_empty = not is_real(ours) if field == "name" else not ours
        has_better = is_real(theirs) if field == "name" else bool(theirs)
        label = str(field_of(Customer, field).verbose_name)
        found.append(FieldChoice(field, label, ours, theirs, "loser" if is_empty and has_better else "survivor"))
    return found


def account_choice(store: Store, survivor: Customer, loser: Customer) -> list[FieldChoice]:
    """Of two credit accounts one stays, the survivor's unless somebody says otherwise. Nothing to choose else."""
    accounts = CreditAccount.objects.filter(store=store, customer__in=[survivor, loser])
    said = {account.customer_id: _told(store, account) for account in accounts}
    if len(said) < 2:
        return []
    return [FieldChoice(ACCOUNT, "credit account", said[survivor.pk], said[loser.pk], "survivor")]


def _told(store: Store, account: CreditAccount) -> str:
    """The account in a few words."""
    if not account.is_active:
        return "Credit is stopped"
    limit = "no limit" if account.credit_limit is None else f"up to {show_amount(account.credit_limit, store.currency)}"
    days = account.terms_days
    return f"{limit}, due after {days} day{'' if days == 1 else 's'}" if days else f"{limit}, due at once"


def chosen(survivor: Customer, loser: Customer, keep: Mapping[str, str]) -> dict[str, Any]:
    """The values that the survivor takes from the loser. Raises Refused for a choice that is none."""
    for field, side in keep.items():
        if field not in (*FIELDS, ACCOUNT) or side not in ("survivor", "loser"):
            raise Refused("Pick for each field whose value stays.", field)
    taken = {}
    for choice in choices(survivor, loser):
        if keep.get(choice.field, choice.stays) == "loser" and choice.differs:
            taken[choice.field] = getattr(loser, choice.field)
    if "phone" in taken and not taken["phone"]:
        del taken["phone"]  # no phone is not a phone to keep
    return taken
