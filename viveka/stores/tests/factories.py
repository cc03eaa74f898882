"""Stores and people for tests."""

from typing import Any

import factory
from factory.django import DjangoModelFactory

from viveka.stores.models import Membership, Role, Store, User

PASSWORD = "correct horse 42"


class StoreFactory(DjangoModelFactory[Store]):
    """A store in India with the settings of a new store."""

    class Meta:
        model = Store

    slug = factory.Sequence(lambda n: f"store-{n}")
    name = factory.Sequence(lambda n: f"Store {n}")


class UserFactory(DjangoModelFactory[User]):
    """A person without a role; the password is PASSWORD."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"person{n}")
    password = factory.django.Password(PASSWORD)


class MembershipFactory(DjangoModelFactory[Membership]):
    """A cashier, where no role is given."""

    class Meta:
        model = Membership

    store = factory.SubFactory(StoreFactory)
    user = factory.SubFactory(UserFactory)
    role = Role.CASHIER


def staff(store: Store, role: str = Role.CASHIER, **fields: Any) -> User:
    """A new person with this role in the store."""
    return MembershipFactory(store=store, role=role, user=UserFactory(**fields)).user
