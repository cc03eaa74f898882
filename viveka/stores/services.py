"""Stores and the people in them."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from viveka.stores.errors import Refused, RefusedFields
from viveka.stores.models import ApiToken, Membership, Role, Store, User
from viveka.stores.text import clean_text


@transaction.atomic
def create_store(
    *, slug: str, name: str, region: str = "IN", currency: str = "INR", timezone: str = "Asia/Kolkata"
) -> Store:
    """A new store with the settings of a new store. Raises RefusedFields naming what is wrong."""
    name = clean_text(name, field="name", most=120)
    store = Store(slug=slug, name=name, region=region, currency=currency, timezone=timezone)
    try:
        store.full_clean()
    except ValidationError as error:
        raise RefusedFields(error.message_dict) from None
    store.save()
    return store


@transaction.atomic
def add_member(
    *, store: Store, username: str, role: str, password: str = "", full_name: str = ""
) -> tuple[Membership, bool]:
    """Give a person a role in the store; the second value says whether the account is new.

    A name that exists gets a membership and nothing else of the account changes; for a new one a password is needed.
    A standing membership of another role ends and a new one begins. Raises Refused naming the field, and where the
    store's last manager would become something else.
    """
    if role not in Role.values:
        raise Refused(f"The role is one of {', '.join(Role.values)}.", "role")
    username = clean_text(username, field="username", most=150)
    standing = _lock_memberships(store.pk)
    user = User.objects.filter(username__iexact=username).first()
    is_new = user is None
    if user is None:
        user = _new_user(username, password, clean_text(full_name, field="full_name", most=150))
    now_in = next((one for one in standing if one.user_id == user.pk), None)
    if now_in and now_in.role == role:
        return now_in, is_new
    if now_in:
        _keep_a_manager(standing, leaving=now_in)
        now_in.ended_at = datetime.now(tz=store.zone)
        now_in.save(update_fields=["ended_at"])
    return Membership.objects.create(store=store, user=user, role=role), is_new


def _lock_memberships(store_pk: int) -> list[Membership]:
    """The store's memberships that have not ended; until commit nobody else gives or takes one."""
    Store.objects.select_for_update(no_key=True).get(pk=store_pk)
    return list(Membership.objects.filter(store_id=store_pk, ended_at__isnull=True).select_related("user"))


def _keep_a_manager(standing: list[Membership], *, leaving: Membership) -> None:
    """Raises Refused where nobody who can sign in would manage the store."""
    staying = [one for one in standing if one.manages and one.user.is_active and one.pk != leaving.pk]
    if leaving.manages and not staying:
        raise Refused("This is the store's last manager. Make another one first.", "role")


def _new_user(username: str, password: str, full_name: str) -> User:
    if not password:
        raise Refused("A new person needs a password.", "password")
    user = User(username=username, first_name=full_name)
    user.set_password(password)
    try:
        user.full_clean()
        with transaction.atomic():
            user.save()
    except ValidationError as error:
        raise RefusedFields(error.message_dict) from None
    except IntegrityError:  # made in another store a moment before
        raise Refused("This name is taken.", "username") from None
    return user


@transaction.atomic
def end_membership(*, membership: Membership, now: datetime) -> None:
    """The person is out of the store at once: pages, tokens. Their name stays on what they did.

    Raises Refused for the store's last manager.
    """
    standing = _lock_memberships(membership.store_id)
    if membership.pk in {one.pk for one in standing}:
        _keep_a_manager(standing, leaving=membership)
    Membership.objects.filter(pk=membership.pk, ended_at__isnull=True).update(ended_at=now)
    ApiToken.objects.filter(store_id=membership.store_id, user_id=membership.user_id, revoked_at__isnull=True).update(
        revoked_at=now
    )
