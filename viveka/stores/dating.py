"""What may be dated when."""

from datetime import date, datetime

from django.db import connection

from viveka.stores.errors import Refused
from viveka.stores.models import Store

_CLOSED_UNTIL = "SELECT closed_until FROM stores_store WHERE id = %s FOR SHARE"


def check_dated(store: Store, at: datetime, now: datetime, *, field: str = "date") -> None:
    """Nothing is dated in the future or in closed books. Raises Refused naming the field.

    To be called in the transaction that writes the entry: while one of an earlier day is being written, nobody closes
    that day.
    """
    if at > now:
        raise Refused("This can't be dated in the future.", field)
    day = store.day_of(at)
    closed = store.closed_until if day >= store.day_of(now) else closed_until_held(store)
    if closed and day <= closed:
        raise Refused(f"The books are closed until {closed:%d %b %Y}.", field)


def closed_until_held(store: Store) -> date | None:
    """Until when the books are closed: as it is now, and stays until this transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(_CLOSED_UNTIL, [store.pk])
        closed: date | None = cursor.fetchone()[0]
        return closed
