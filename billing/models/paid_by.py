"""The way money was really paid, where it was put right since."""

from typing import Any


def called_now(paid: Any, entered: str) -> str:
    """The way that holds, as people say it: `entered`, or the last one of `method_changes`, which should be at hand."""
    changes = list(paid.method_changes.all())
    return str(changes[-1].get_to_method_display() if changes else entered)
