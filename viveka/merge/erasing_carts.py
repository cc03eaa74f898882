"""Carts hold what was typed of a buyer, also before anybody was found by it."""

from collections.abc import Sequence
from uuid import UUID

from django.apps import apps
from django.db.models import F, Func, Q, Value

from billing.models import Cart, CartLine, CartReturn
from customers.models import CustomerPhone
from customers.names import is_real
from viveka.stores.errors import Refused
from viveka.stores.models import Store
from viveka.stores.passage import ERASED_WORD
from viveka.stores.phone import normalise_phone


def lock_carts(store: Store, customers: Sequence[int]) -> list[UUID]:
    """The carts that say something of these customers, locked: theirs, and those with a phone of theirs typed.

    In a cart that was given up, a name of theirs is enough.
    """
    history = apps.get_model("customers", "CustomerChange")._default_manager
    names = {name for (name,) in history.filter(store=store, pgh_obj__in=customers).values_list("name")}
    of_them = Q(customer__in=customers) | Q(bill__customer__in=customers)
    given_up = Q(dropped_at__isnull=False, customer_name__in=[name for name in names if is_real(name)])
    theirs = list(Cart.objects.filter(of_them | given_up, store=store).values_list("pk", flat=True))
    phones = set(CustomerPhone.objects.filter(store=store, customer__in=customers).values_list("phone", flat=True))
    typed = _typed_like(store, phones)
    locked = Cart.objects.filter(pk__in=[*theirs, *typed]).for_no_key_update()
    return list(locked.values_list("pk", flat=True))


def _typed_like(store: Store, phones: set[str]) -> list[UUID]:
    """Carts with one of these phones typed in some spelling. The last digits narrow it down for the one normaliser."""
    if not phones:
        return []
    digits = Func(F("phone"), Value("[^0-9]"), Value(""), Value("g"), function="regexp_replace")
    endings = Q(phone__regex="[^ -~]")  # digits of another script, or marks
    for phone in phones:
        endings |= Q(digits__endswith=phone[-6:])
    rows = Cart.objects.filter(store=store).exclude(phone="").annotate(digits=digits).filter(endings)
    return [pk for pk, phone in rows.values_list("pk", "phone") if _read(store, phone) in phones]


def _read(store: Store, phone: str) -> str:
    try:
        return normalise_phone(phone, store.region)
    except Refused:
        return ""


def blank_carts(carts: Sequence[UUID]) -> None:
    """Empty what was typed in these carts."""
    Cart.objects.filter(pk__in=carts).update(phone="", customer_name="")
    CartLine.objects.filter(cart__in=carts).exclude(allowed_why="").update(allowed_why=ERASED_WORD)
    CartReturn.objects.filter(cart__in=carts).update(reason=ERASED_WORD)
