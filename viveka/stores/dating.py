"""What may be dated when."""

from datetime import datetime

from viveka.stores.errors import Refused
from viveka.stores.models import Store


def check_dated(store: Store, at: datetime, now: datetime) -> None:
    """Nothing is dated in the future or in closed books. Raises Refused naming `date`."""
    if at > now:
        raise Refused("This can't be dated in the future.", "date")
    if store.closed_until and store.day_of(at) <= store.closed_until:
        raise Refused(f"The books are closed until {store.closed_until:%d %b %Y}.", "date")
