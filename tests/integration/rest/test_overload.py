"""More requests at a time than may wait."""

import signal
import socket
from contextlib import ExitStack
from pathlib import Path

import httpx

from tests.integration.rest.server import Serving, serving

BODY = b'{"text": "an offer"}'
REQUEST = (
    b"POST /classify HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n"
    % len(BODY)
)
CALLERS = 100


def test_what_waits_is_bounded(tmp_path: Path, tiny: Path) -> None:
    """Of a hundred requests that come in one moment those that fit are labelled together, others told to wait."""
    with serving(tmp_path, tiny, REST__QUEUE="10") as running:
        answers = ask_at_once(running)
        metrics = httpx.get(f"{running.url}/metrics").text
        assert running.labels()
    statuses = [answer.split(b" ", 2)[1] for answer in answers]
    assert set(statuses) == {b"200", b"429"}
    assert statuses.count(b"200") >= 10
    assert all(b"retry-after: 1" in answer for answer in answers if b" 429 " in answer)
    # Two requests and more shared a batch: there were fewer batches than labels.
    assert figure(metrics, 'mailroom_batch_documents_count{door="rest"}') < statuses.count(b"200")


def ask_at_once(running: Serving) -> list[bytes]:
    """Send requests to a process that is held, and let it go: it finds all of them at its next look."""
    with ExitStack() as stack:
        callers = [stack.enter_context(running.connect()) for _ in range(CALLERS)]
        running.process.send_signal(signal.SIGSTOP)
        for caller in callers:
            caller.sendall(REQUEST + BODY)
        running.process.send_signal(signal.SIGCONT)
        return [answer_of(caller) for caller in callers]


def answer_of(caller: socket.socket) -> bytes:
    """The head of an answer and what came with it."""
    received = b""
    while b"\r\n\r\n" not in received:
        received += caller.recv(65_536)
    return received


def figure(metrics: str, name: str) -> float:
    """One metric's value."""
    return next(float(line.split()[-1]) for line in metrics.splitlines() if line.startswith(name))
