"""The server of the tests, whose process dies where a call asks for it: after the commit, before the answer."""

import os
import signal
from collections.abc import Callable, Iterable
from typing import Any

from viveka.wsgi import application as viveka


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    answer = viveka(environ, start_response)
    if "HTTP_X_DIE" in environ:
        os.kill(os.getpid(), signal.SIGKILL)
    return answer
