"""Clients over HTTP: processes that send one request after the other and keep every time."""

import http.client
import multiprocessing
import time
from collections.abc import Callable
from dataclasses import dataclass

Address = tuple[str, int]
Request = tuple[str, str, bytes | None, dict[str, str]]  # method, path, body, headers


@dataclass(frozen=True)
class Load:
    """What the clients saw together."""

    count: int
    seconds: float
    times: list[float]  # sorted, seconds

    @property
    def per_second(self) -> float:
        return self.count / self.seconds

    def percentile(self, share: float) -> float:
        """Milliseconds."""
        return self.times[min(len(self.times) - 1, int(len(self.times) * share))] * 1000


def run(address: Address, make_request: Callable[[int, int], Request], *, clients: int, seconds: float) -> Load:
    """Let `clients` processes send what `make_request(client, n)` says for `seconds`, after a short warm-up.

    Raises RuntimeError where an answer is not a success.
    """
    context = multiprocessing.get_context("fork")
    queue: multiprocessing.Queue = context.Queue()
    start = time.monotonic() + 1.5
    processes = [
        context.Process(target=_client, args=(address, make_request, client, start, seconds, queue))
        for client in range(clients)
    ]
    for process in processes:
        process.start()
    answers = [queue.get() for _ in processes]
    for process in processes:
        process.join()
    for answer in answers:
        if isinstance(answer, str):
            raise RuntimeError(answer)
    times = sorted(one for answer in answers for one in answer)
    return Load(len(times), seconds, times)


def _client(
    address: Address, make_request: Callable, client: int, start: float, seconds: float, queue: multiprocessing.Queue
) -> None:
    times = []
    n = 0
    while (now := time.monotonic()) < start + seconds:
        method, path, body, headers = make_request(client, n)
        began = time.perf_counter()
        connection = http.client.HTTPConnection(*address, timeout=30)
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        content = response.read()
        connection.close()
        if response.status not in {200, 201}:
            queue.put(f"{method} {path}: {response.status} {content[:300]!r}")
            return
        if now >= start:
            times.append(time.perf_counter() - began)
        n += 1
    queue.put(times)
