"""The production server, started as a shop starts it: `make serve`."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(*, workers: int) -> Iterator[tuple[str, int]]:
    """The address of a running server with the benchmark's database; stopped afterwards."""
    port = _free_port()
    command = ["make", "--no-print-directory", "serve", "HOST=127.0.0.1", f"PORT={port}", f"WORKERS={workers}"]
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ}, start_new_session=True)
    try:
        _wait_for(port, process)
        yield "127.0.0.1", port
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=30)


def _wait_for(port: int, process: subprocess.Popen) -> None:
    for _ in range(600):
        if process.poll() is not None:
            raise SystemExit("The server did not start.")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise SystemExit("The server did not answer within a minute.")
