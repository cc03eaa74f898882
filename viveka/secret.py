"""The key that signs sessions: made once per installation, kept beside the data."""

import os
from pathlib import Path

from django.core.management.utils import get_random_secret_key


def secret_key(data: Path) -> str:
    """The installation's secret key, made on first use; two processes at once agree on one."""
    path = data / "secret_key"
    if not path.exists():
        data.mkdir(parents=True, exist_ok=True)
        own = data / f".secret_key.{os.getpid()}"
        own.touch(mode=0o600)
        own.write_text(get_random_secret_key())
        try:
            os.link(own, path)  # fails where another process was first
        except FileExistsError:
            pass
        finally:
            own.unlink()
    return path.read_text()
