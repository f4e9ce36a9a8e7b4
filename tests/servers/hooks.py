"""A receiver of webhooks, which keeps what it is sent and answers as it is told."""

import json
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from standardwebhooks import Webhook

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # noqa: S105 - of the tests


@dataclass(frozen=True, slots=True)
class Received:
    """One request."""

    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def id(self) -> str:
        """What a receiver knows a message again by."""
        return self.headers["webhook-id"]

    @property
    def event(self) -> Any:
        """The JSON that was sent."""
        return json.loads(self.body)

    def verified(self, secret: str = SECRET) -> Any:
        """The JSON, once the convention's own library has checked the signature."""
        return Webhook(secret).verify(self.body, dict(self.headers))


@dataclass(slots=True)
class Hook:
    """What the receiver does, and what it got.

    Attributes:
        port: Where it listens on 127.0.0.1.
        status: Of its answers.
        answer_headers: Of its answers.
        answering: While it is not set, requests are taken and not answered.
        received: All requests, in the order in which they came.
    """

    port: int
    status: int = 200
    answer_headers: dict[str, str] = field(default_factory=dict)
    answering: threading.Event = field(default_factory=threading.Event)
    received: list[Received] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}/hook"


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    hook: Hook


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_POST(self) -> None:
        """Keep it, and answer."""
        hook = self.server.hook
        body = self.rfile.read(int(self.headers["content-length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        hook.received.append(Received(self.path, headers, body))
        hook.answering.wait(60)
        try:
            self.send_response(hook.status)
            for name, value in {"content-length": "0", **hook.answer_headers}.items():
                self.send_header(name, value)
            self.end_headers()
        except ConnectionError:  # whoever asked has gone
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name in http.server
        """Say nothing."""


@contextmanager
def listening(certificate: Path | None = None) -> Iterator[Hook]:
    """A receiver on a free port; by TLS, with a certificate and its key in one file."""
    with _Server(("127.0.0.1", 0), _Handler) as server:
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            server.socket = context.wrap_socket(server.socket, server_side=True)
        hook = server.hook = Hook(server.server_port)
        hook.answering.set()
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield hook
        hook.answering.set()
        server.shutdown()
        thread.join()
