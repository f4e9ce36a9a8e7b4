"""Posting a report, to a server of this machine."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from pydantic import SecretStr

from training.integrity import Finding, IntegrityReport, Outcome, post_to_webhook

STOPPED = IntegrityReport((Finding("missing_classes", Outcome.STOP, "no offers", "add some"),), documents=7)


class Receiver(ThreadingHTTPServer):
    """Keeps what is posted; answers with `statuses` in turn, and the last of them for ever."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.received: list[dict[str, Any]] = []
        self.statuses = [200]

    @property
    def url(self) -> SecretStr:
        """Where it listens."""
        return SecretStr(f"http://127.0.0.1:{self.server_port}/hook?token=secret")


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        """Keep it."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.received.append(json.loads(body))
        statuses = self.server.statuses
        self.send_response(statuses.pop(0) if len(statuses) > 1 else statuses[0])
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name in http.server
        """Say nothing."""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A server on a free port."""
    with Receiver() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_a_stop_is_posted(receiver: Receiver) -> None:
    """With the run, the status, and each finding that is no pass."""
    assert post_to_webhook(STOPPED, receiver.url, name="nightly") is None
    assert receiver.received == [
        {
            "text": "Training run nightly: stop before training\nstop: missing_classes: no offers; add some",
            "run": "nightly",
            "status": "stop",
            "documents": 7,
            "findings": [
                {
                    "check": "missing_classes",
                    "outcome": "stop",
                    "message": "no offers",
                    "mend": "add some",
                    "counts": {},
                    "examples": [],
                }
            ],
        }
    ]


def test_a_pass_is_not_posted(receiver: Receiver) -> None:
    """Nobody needs to know."""
    assert post_to_webhook(IntegrityReport(()), receiver.url, name="nightly") is None
    assert receiver.received == []


def test_a_server_that_stumbles_is_tried_again(receiver: Receiver) -> None:
    """One 503 is no reason to give up."""
    receiver.statuses = [503, 200]
    assert post_to_webhook(STOPPED, receiver.url, name="nightly") is None
    assert len(receiver.received) == 2


def test_a_server_that_refuses_is_reported(receiver: Receiver) -> None:
    """The run goes on with a sentence; the address, which may hold a token, is not in it."""
    receiver.statuses = [500]
    assert post_to_webhook(STOPPED, receiver.url, name="nightly") == (
        "the integrity webhook answered 500; look at `integrity.webhook`"
    )
    assert len(receiver.received) == 3


@pytest.mark.parametrize(
    ("url", "reason"), [("http://127.0.0.1:9/hook", "ConnectionError"), ("hook", "MissingSchema")]
)
def test_a_server_that_is_not_there_is_reported(url: str, reason: str) -> None:
    """Nothing listens there, or it is no address."""
    assert post_to_webhook(STOPPED, SecretStr(url), name="nightly") == (
        f"the integrity webhook cannot be reached ({reason}); look at `integrity.webhook`"
    )
