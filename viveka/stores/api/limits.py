"""How many calls a minute: a ceiling far above any till, and a low one for tokens that do not hold.

Each process of the server counts for itself, so that counting costs no call anything; together they let through as
many times the ceiling as there are processes.
"""

import time
from collections.abc import Hashable
from threading import Lock

from django.conf import settings

A_MINUTE = 60
MOST_COUNTED = 10_000


class TooManyCalls(Exception):
    """More than the ceiling; the next minute begins in `seconds`."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"Too many calls. Try again in {seconds} seconds.")
        self.seconds = seconds


class Minute:
    """Counts until the minute is over."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.began = 0.0
        self.counted: dict[Hashable, int] = {}

    def count(self, who: Hashable, most: int) -> None:
        """Raises TooManyCalls above `most`; whoever is too many to be remembered counts as one."""
        now = time.monotonic()
        with self.lock:
            if now - self.began >= A_MINUTE or not self.began:
                self.began, self.counted = now, {}
            who = who if who in self.counted or len(self.counted) < MOST_COUNTED else None
            self.counted[who] = self.counted.get(who, 0) + 1
            if self.counted[who] > most:
                raise TooManyCalls(max(1, round(self.began + A_MINUTE - now)))


_calls, _failures = Minute(), Minute()


def count_call(store_id: int, user_id: int) -> None:
    """A call of somebody who may. Raises TooManyCalls."""
    _calls.count((store_id, user_id), settings.API_CALLS_A_MINUTE)


def count_failure(address: str) -> None:
    """A token that does not hold, from this address. Raises TooManyCalls; who has a token that holds goes on."""
    _failures.count(address, settings.API_FAILURES_A_MINUTE)
