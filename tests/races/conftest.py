import os
from collections.abc import Iterator
from uuid import uuid4

import pytest
from django.db import connection

from tests.races.pool import Tills
from viveka.stores.models import Store, User
from viveka.stores.tests.factories import StoreFactory, UserFactory

ROUNDS = int(os.environ.get("VIVEKA_RACE_ROUNDS", "10"))
FAULT_ROUNDS = 60  # a lock that is missing shows itself well before


@pytest.fixture(scope="session")
def tills(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[Tills]:
    """Sixteen processes on the tests' database; gone before it is dropped."""
    tills = Tills(str(connection.settings_dict["NAME"]))
    yield tills
    tills.close()


@pytest.fixture
def rounds(transactional_db: None, by: User) -> range:
    """How often each race is run."""
    return range(ROUNDS)


@pytest.fixture
def by(transactional_db: None) -> User:
    return UserFactory()


def new_store() -> Store:
    """Each round has a store of its own, which costs less than emptying the database."""
    return StoreFactory(slug=f"race-{uuid4()}"[:40])
