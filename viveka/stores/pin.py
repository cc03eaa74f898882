"""The PIN of a member: a manager allows one action on a cashier's screen, and both names are recorded.

A screen that may need a manager makes an `Allowing` of its request, includes `stores/_manager_pin.html` (with it as
`allowing`) where a rule said that a manager is needed, and asks it before it calls the service again:

    allowing = Allowing(request, what="pass a credit limit")
    if allowing.is_given:
        by, why = allowing.allowed(now)  # Refused at `pin` or `pin_why`

Wrong tries count though the action is refused, so none of this is called within a caller's transaction.
"""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.utils.functional import cached_property

from viveka.stores.errors import Refused
from viveka.stores.middleware import StoreRequest
from viveka.stores.models import Membership, PinTry, Role, User
from viveka.stores.text import clean_text

MOST_WRONG = 5
LOCKED_FOR = timedelta(minutes=15)
LOCKED = "Too many wrong tries. Wait a quarter of an hour."
_PIN = re.compile(r"[0-9]{4,8}", re.ASCII)
_ROWS = "01234567890 09876543210"


class Allowed(NamedTuple):
    """The manager who allows an action, and why."""

    by: User
    why: str


def set_pin(*, membership: Membership, pin: str, again: str, password: str, now: datetime) -> None:
    """Give a person a PIN for the store. The password is asked for: nobody sets one at a screen left open.

    Raises Refused naming the field.
    """
    person = membership.user
    if not _is_right(membership, person, lambda: person.check_password(password), "set the PIN", "password", now):
        raise Refused("This is not your password.", "password")
    if not _PIN.fullmatch(pin):
        raise Refused("A PIN has four to eight digits.", "pin")
    if len(set(pin)) == 1 or pin in _ROWS:
        raise Refused("This PIN is guessed at once. Take another one.", "pin")
    if pin != again:
        raise Refused("These two are not the same.", "again")
    membership.pin_hash, membership.pin_set_at = make_password(pin), now
    membership.save(update_fields=["pin_hash", "pin_set_at"])


def try_pin(*, membership: Membership, pin: str, by: User, what: str, now: datetime) -> None:
    """Whether this is the person's PIN, typed at the screen of `by`. Raises Refused; also after too many wrong ones."""
    hashed = membership.pin_hash
    if not _is_right(membership, by, lambda: bool(hashed) and check_password(pin, hashed), what, "pin", now):
        raise Refused("This PIN is not right.", "pin")


def _is_right(
    membership: Membership, by: User, check: Callable[[], bool], what: str, field: str, now: datetime
) -> bool:
    """Check under the lock of the membership, and note the try. Raises Refused where too many were wrong before."""
    with transaction.atomic():
        Membership.objects.select_for_update(no_key=True, of=("self",)).get(pk=membership.pk)
        since = PinTry.objects.filter(membership=membership, at__gt=now - LOCKED_FOR)
        last_right = since.filter(is_right=True).order_by("-at").values_list("at", flat=True).first()
        wrong = since.filter(is_right=False, **({"at__gt": last_right} if last_right else {}))
        if wrong.count() >= MOST_WRONG:
            raise Refused(LOCKED, field)
        is_right = check()
        PinTry.objects.create(membership=membership, by=by, what=what, is_right=is_right, at=now)
    return is_right


class Allowing:
    """A manager's word for one action, as it was sent from a screen: whose PIN, the PIN, and why.

    A manager at her own screen needs no PIN, but a reason.
    """

    def __init__(self, request: StoreRequest, *, what: str) -> None:
        self.what, self.store, self.by, self.membership = what, request.store, request.user, request.membership
        data = request.POST
        self.manager, self.why = data.get("pin_manager", ""), data.get("pin_why", "")
        self._pin = data.get("pin", "")
        self.errors: dict[str, str] = {}

    @property
    def is_given(self) -> bool:
        """Whether a manager said something."""
        return bool(self._pin) or (self.membership.manages and bool(self.why.strip()))

    @cached_property
    def managers(self) -> list[Membership]:
        """Who can be asked, for showing."""
        found = Membership.objects.with_pin().filter(store=self.store, role=Role.MANAGER)
        return list(found.select_related("user").order_by("user__username"))

    def allowed(self, now: datetime) -> Allowed:
        """The manager and the reason, the PIN tried. Raises Refused, and keeps the sentence for the form."""
        try:
            why = clean_text(self.why, field="pin_why", most=500)
            if not why:
                raise Refused("Say why.", "pin_why")
            return Allowed(self._manager(now), why)
        except Refused as refusal:
            self.errors |= {name: " ".join(sentences) for name, sentences in refusal.errors.items()}
            raise

    def _manager(self, now: datetime) -> User:
        if self.membership.manages:
            return self.by
        membership = next((one for one in self.managers if str(one.pk) == self.manager), None)
        if membership is None:
            raise Refused("Choose the manager.", "pin_manager")
        try_pin(membership=membership, pin=self._pin, by=self.by, what=self.what, now=now)
        return membership.user
