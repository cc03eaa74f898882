"""The day that an entry is about. Cashiers enter today only."""

from collections.abc import Callable
from datetime import date, datetime

from viveka.stores.errors import Refused
from viveka.stores.middleware import StoreRequest


def moment_of(
    request: StoreRequest, day: date | None, now: datetime, of_day: Callable[[date], datetime]
) -> datetime | None:
    """None for now; the moment of an earlier day, where a manager says one. Raises Refused naming `date`."""
    if day is None or day == request.store.day_of(now):
        return None
    if not request.membership.manages:
        raise Refused("Only a manager enters another day than today.", "date")
    return of_day(day)
