"""Times of one kind of look-up, over HTTP and by a bare query."""

import http.client
import statistics
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Times:
    """Of many look-ups.

    Attributes:
        p50: Milliseconds.
        p99: Milliseconds.
    """

    p50: float
    p99: float


def timed(calls: Iterable[Callable[[], object]]) -> Times:
    """Do some calls one after the other."""
    spent = []
    for call in calls:
        begin = time.perf_counter()
        call()
        spent.append((time.perf_counter() - begin) * 1000)
    return Times(statistics.median(spent), statistics.quantiles(spent, n=100)[98])


class Caller:
    """A caller over one connection that stays open.

    Args:
        port: Of the door, on this machine.
    """

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)

    def get(self, path: str) -> bytes:
        """The body of an answer.

        Raises:
            SystemExit: It is not 200.
        """
        self._connection.request("GET", path)
        answer = self._connection.getresponse()
        body = answer.read()
        if answer.status != http.client.OK:
            raise SystemExit(f"{path}: {answer.status} {body.decode()}")
        return body
