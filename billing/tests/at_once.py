"""Several tills at once, in threads."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from django.db import connections


def at_once(count: int, operation: Callable[[int], object]) -> list[object]:
    """Run the operation in so many threads, each with a connection of its own."""

    def run(number: int) -> object:
        try:
            return operation(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))
