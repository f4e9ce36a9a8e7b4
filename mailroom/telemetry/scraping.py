"""Metrics on a port of their own, for a service without an HTTP door."""

from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import start_http_server

from mailroom.contracts.errors import UsageError
from mailroom.telemetry.metrics import Metrics


@contextmanager
def scraped(metrics: Metrics, host: str, port: int | None) -> Iterator[int | None]:
    """Answer scrapes of `/metrics` in a thread while the block runs.

    Args:
        metrics: What is exposed.
        host: The address to listen at.
        port: The port; 0 takes a free one, None serves nothing.

    Yields:
        The port.

    Raises:
        UsageError: Nothing can listen there.
    """
    if port is None:
        yield None
        return
    try:
        server, thread = start_http_server(port, host, metrics.registry)
    except OSError as error:
        raise UsageError(
            f"no metrics can be served at {host}:{port} ({error.strerror}): set telemetry.metrics_port to a free one"
        ) from error
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
