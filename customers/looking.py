"""How far the comparison of a store's customers is: on disk while it runs, for a page to show."""

import json
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

from django.conf import settings

from viveka.stores.errors import Conflict
from viveka.stores.models import Store

RUNS_FOR = 120  # seconds; twice what the server allows a request


class Look:
    """The one comparison that a store may have under way."""

    def __init__(self, store: Store) -> None:
        self.file = Path(settings.DATA) / "looks" / str(store.pk)

    @contextmanager
    def under_way(self) -> Generator[None]:
        """Within this block it runs. Raises Conflict while another one does."""
        self.file.parent.mkdir(parents=True, exist_ok=True)
        if not self.is_running:
            self.file.unlink(missing_ok=True)
        try:
            self.file.open("x").close()
        except FileExistsError:
            raise Conflict("The customers are being compared just now.") from None
        try:
            yield
        finally:
            self.file.unlink(missing_ok=True)

    def note(self, done: int, total: int) -> None:
        """Called by the comparison again and again: so many pairs of so many are looked at."""
        self.file.write_text(json.dumps([done, total]))

    @property
    def is_running(self) -> bool:
        """Just now; a server that was killed while it did is not waited for."""
        with suppress(FileNotFoundError):
            return time.time() - self.file.stat().st_mtime < RUNS_FOR
        return False

    @property
    def progress(self) -> tuple[int, int]:
        """How many pairs are compared, and of how many (0 while they are being picked)."""
        with suppress(FileNotFoundError, ValueError):
            done, total = json.loads(self.file.read_text())
            return done, total
        return 0, 0
