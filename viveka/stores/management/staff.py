"""Who does it, where a command writes in somebody's name."""

from django.core.management.base import CommandError

from viveka.stores.models import Membership, Role, Store, User


def manager_of(store: Store, name: str | None) -> User:
    """The manager of that name, or the store's first one. Raises CommandError."""
    managers = Membership.objects.standing().filter(store=store, role=Role.MANAGER).select_related("user")
    if name:
        managers = managers.filter(user__username__iexact=name)
    first = managers.order_by("created_at", "pk").first()
    if first is None:
        who = f"{name} is no manager of {store.name}" if name else f"{store.name} has no manager yet"
        raise CommandError(f"{who}: manage.py create_staff --store {store.slug} --username … --role manager")
    return first.user
