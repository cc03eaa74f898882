"""What the server says itself, before a request comes to the application: JSON too, as programs expect it.

Which address was asked for is not known then, so people read the same sentence.
"""

import json
from typing import Any

from gunicorn.http.errors import LimitRequestHeaders, LimitRequestLine, ParseException
from gunicorn.util import write_nonblock
from gunicorn.workers.sync import SyncWorker

_SAID = {
    LimitRequestLine: ("414 URI Too Long", "The address is too long."),
    LimitRequestHeaders: ("431 Request Header Fields Too Large", "The headers are too many, or too long."),
}
_UNREADABLE = ("400 Bad Request", "The request can't be read.")


class Worker(SyncWorker):
    """A worker that answers a request which can't be read as the API answers every other refusal."""

    def handle_error(self, req: Any, client: Any, addr: Any, exc: BaseException) -> None:
        if not isinstance(exc, ParseException):
            super().handle_error(req, client, addr, exc)
            return
        self.log.warning("Invalid request from ip=%s: %s", addr[0] if addr else "", exc)
        status, message = _SAID.get(type(exc), _UNREADABLE)
        body = json.dumps({"success": False, "message": message, "errors": {}})
        headers = f"Connection: close\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
        try:
            write_nonblock(client, f"HTTP/1.1 {status}\r\n{headers}\r\n\r\n{body}".encode())
        except OSError:
            self.log.debug("The caller of a request that can't be read is gone.")
