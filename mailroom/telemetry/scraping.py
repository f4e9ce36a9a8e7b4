"""Metrics on a port of their own, for a service without an HTTP door."""

import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

from prometheus_client import make_wsgi_app
from prometheus_client.exposition import ThreadingWSGIServer

from mailroom.access.errors import KeysUnusable
from mailroom.access.guarding import ring_for
from mailroom.access.key_ring import KeyRing
from mailroom.access.keys import presented
from mailroom.access.scopes import Scope
from mailroom.contracts.errors import UsageError
from mailroom.settings import AccessSettings
from mailroom.telemetry.metrics import Metrics

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


@contextmanager
def scraped(
    metrics: Metrics, host: str, port: int | None, access: AccessSettings | None = None
) -> Iterator[int | None]:
    """Answer scrapes of `/metrics` in a thread while the block runs.

    Args:
        metrics: What is exposed.
        host: The address to listen at.
        port: The port; 0 takes a free one, None serves nothing.
        access: Whose keys are asked for; without any, only this machine may read, unless the network guards it.

    Yields:
        The port.

    Raises:
        UsageError: Nothing can listen there, or other machines could read and nobody would ask them for a key.
        KeysUnusable: The keys cannot be read, or not be trusted.
    """
    if port is None:
        yield None
        return
    keys = ring_for(access or AccessSettings(), host, "the metrics port", ours_on_loopback=False)
    application: Application = make_wsgi_app(metrics.registry)
    try:
        server = make_server(
            host,
            port,
            application if keys is None else _guarded(application, keys),
            _IPv6 if ":" in host else ThreadingWSGIServer,
            _Silent,
        )
    except OSError as error:
        raise UsageError(
            f"no metrics can be served at {host}:{port} ({error.strerror}): set telemetry.metrics_port to a free one"
        ) from error
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _IPv6(ThreadingWSGIServer):
    address_family = socket.AF_INET6


class _Silent(WSGIRequestHandler):
    def log_message(self, *_: Any) -> None:
        """A line for each scrape helps nobody."""


def _guarded(application: Application, keys: KeyRing) -> Application:
    def guarded(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        given = presented(environ.get("HTTP_X_API_KEY", ""), environ.get("HTTP_AUTHORIZATION", ""))
        try:
            key = keys.owner(given)
        except KeysUnusable:
            start("503 Service Unavailable", [("content-type", "text/plain")])
            return [b"the keys cannot be read\n"]
        if key is None or Scope.READ_METRICS not in key.scopes:
            start("401 Unauthorized", [("content-type", "text/plain"), ("www-authenticate", "Bearer")])
            return [b"send a key with the scope metrics:read\n"]
        return application(environ, start)

    return guarded
