"""A day that is being closed waits for the entry of that day that is being written."""

from datetime import timedelta

import psycopg
import pytest
from django.db import connection, transaction
from django.utils import timezone

from viveka.stores.dating import check_dated
from viveka.stores.errors import Refused
from viveka.stores.models import Store
from viveka.stores.tests.factories import StoreFactory


@pytest.mark.django_db(transaction=True)
def test_nobody_closes_a_day_while_something_is_written_in_it() -> None:
    store: Store = StoreFactory()
    now = timezone.now()
    yesterday = now - timedelta(days=1)
    settings = connection.settings_dict
    place = {"host": settings["HOST"], "port": settings["PORT"], "user": settings["USER"], "dbname": settings["NAME"]}
    close = "UPDATE stores_store SET closed_until = %s WHERE id = %s"
    with psycopg.connect(**place, password=settings["PASSWORD"], autocommit=True) as manager:
        manager.execute("SET lock_timeout = '200ms'")
        with transaction.atomic():
            check_dated(store, yesterday, now)
            with pytest.raises(psycopg.errors.LockNotAvailable):
                manager.execute(close, [store.day_of(yesterday), store.pk])
        manager.execute(close, [store.day_of(yesterday), store.pk])
    with transaction.atomic(), pytest.raises(Refused, match="closed until"):
        check_dated(store, yesterday, now)  # the store at hand still says that the books are open
