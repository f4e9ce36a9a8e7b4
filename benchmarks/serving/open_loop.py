"""A client that does not wait: requests leave when they are due, whatever has been answered.

`python -m benchmarks.serving.open_loop PORT PATH BODIES ANSWERS RATE:SECONDS …`, on a core of its own. Times between
requests are exponential (a Poisson process). A request takes a connection that is free, or opens one more; where
`CONNECTIONS` are busy it waits for one, and that counts as its time too. Bare protocols on uvloop: some thirty
microseconds a request, far below what any server here takes.
"""

import asyncio
import contextlib
import random
import sys
import time
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import uvloop

TICK = 0.001
CONNECTIONS = 900
"""Below what a process may open and what a listening socket holds by default: beyond, the kernel drops callers."""
PATIENCE = 10.0
"""Seconds for what is still open at the end."""

DUE, SENT, ANSWERED, STATUS = range(4)
"""Columns of a result: seconds from the start, and the HTTP status; 0 where no answer came."""

Answers = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Phase:
    """A steady load.

    Attributes:
        rate: Requests a second.
        seconds: For how long.
    """

    rate: float
    seconds: float


@dataclass
class Generator:
    """Sends requests and notes their answers.

    Attributes:
        port: Of 127.0.0.1.
        requests: Whole requests, sent in turn.
        results: (requests, 4), see `DUE`.
    """

    port: int
    requests: Sequence[bytes]
    results: Answers
    _free: list["_Connection"] = field(default_factory=list)
    _opening: set[asyncio.Task[None]] = field(default_factory=set)
    _waiting: deque[int] = field(default_factory=deque)
    _all_answered: asyncio.Event = field(default_factory=asyncio.Event)
    _open: int = 0
    _connections: int = 0
    _start: float = 0.0

    async def run(self, due: npt.NDArray[np.float64]) -> None:
        """Send a request at each time of `due`, in seconds from now, then wait for the last answers."""
        print("begun", flush=True)
        self._start = time.perf_counter()
        self.results[:, DUE] = due
        sent, times = 0, due.tolist()
        while sent < len(times):
            now = self.now()
            while sent < len(times) and times[sent] <= now:
                self._send(sent)
                sent += 1
            await asyncio.sleep(TICK)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._all_answered.wait(), PATIENCE)

    def now(self) -> float:
        """Seconds from the start."""
        return time.perf_counter() - self._start

    def _send(self, number: int) -> None:
        self._open += 1
        self._all_answered.clear()
        if self._free:
            self._free.pop().send(number)
            return
        self._waiting.append(number)
        if self._connections == CONNECTIONS:
            return
        self._connections += 1
        task = asyncio.get_running_loop().create_task(self._connect())
        self._opening.add(task)
        task.add_done_callback(self._opening.discard)

    async def _connect(self) -> None:
        try:
            await asyncio.get_running_loop().create_connection(
                lambda: _Connection(self), "127.0.0.1", self.port
            )
        except OSError:
            self._connections -= 1
            if self._waiting:
                self.answered(self._waiting.popleft(), 0)

    def began(self, number: int) -> bytes:
        """The bytes of a request that leaves now."""
        self.results[number, SENT] = self.now()
        return self.requests[number % len(self.requests)]

    def answered(self, number: int, status: int) -> None:
        """A request is over."""
        self._open -= 1
        self.results[number, ANSWERED] = self.now()
        self.results[number, STATUS] = status
        if not self._open:
            self._all_answered.set()

    def idle(self, connection: "_Connection") -> None:
        """A connection has nothing to do: it takes what waits for one, or rests."""
        if self._waiting:
            connection.send(self._waiting.popleft())
        else:
            self._free.append(connection)

    def gone(self, connection: "_Connection") -> None:
        """A connection was closed."""
        self._connections -= 1
        if connection in self._free:
            self._free.remove(connection)


class _Connection(asyncio.Protocol):
    def __init__(self, generator: Generator) -> None:
        self._generator = generator
        self._number = -1
        self._received = b""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self._transport = transport
        self._generator.idle(self)

    def send(self, number: int) -> None:
        self._number = number
        self._transport.write(self._generator.began(number))

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, found, body = self._received.partition(b"\r\n\r\n")
        if not found or len(body) < _length(head):
            return
        status, self._received = int(self._received[9:12]), b""
        number, self._number = self._number, -1
        self._generator.answered(number, status)
        if b"connection: close" in head.lower():
            self._transport.close()
        else:
            self._generator.idle(self)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        self._generator.gone(self)
        if self._number >= 0:
            self._generator.answered(self._number, 0)


def _length(head: bytes) -> int:
    _, _, rest = head.lower().partition(b"content-length:")
    return int(rest.split(b"\r\n", 1)[0] or 0)


def due_times(phases: Sequence[Phase], seed: int = 1) -> npt.NDArray[np.float64]:
    """When requests leave, in seconds from the start."""
    return np.fromiter(_due(phases, random.Random(seed)), dtype=np.float64)


def _due(phases: Sequence[Phase], chance: random.Random) -> Iterator[float]:
    begin = 0.0
    for phase in phases:
        moment = begin + chance.expovariate(phase.rate)
        while moment < begin + phase.seconds:
            yield moment
            moment += chance.expovariate(phase.rate)
        begin += phase.seconds


def whole_request(path: str, body: bytes) -> bytes:
    """A POST of JSON on a connection that stays open."""
    head = f"POST {path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n"
    return f"{head}content-length: {len(body)}\r\n\r\n".encode() + body


def main() -> None:
    """Run the phases that the arguments name; the answers go into a file of numpy's."""
    port, path, bodies, answers, *phases = sys.argv[1:]
    due = due_times([Phase(*map(float, phase.split(":"))) for phase in phases])
    requests = [whole_request(path, body) for body in Path(bodies).read_bytes().splitlines()]
    generator = Generator(int(port), requests, np.zeros((len(due), 4)))
    uvloop.run(generator.run(due))
    np.save(answers, generator.results)


if __name__ == "__main__":
    main()
