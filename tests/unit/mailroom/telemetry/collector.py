"""An OTLP/HTTP collector on this machine, and what it got."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span


class Collector:
    """Spans as they came.

    Attributes:
        endpoint: Its base URL.
        spans: `(service.name, span)`, in the order of arrival.
    """

    def __init__(self, port: int) -> None:
        self.endpoint = f"http://127.0.0.1:{port}"
        self.spans: list[tuple[str, Span]] = []

    def take(self, body: bytes) -> None:
        """One export."""
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            [service] = [
                a.value.string_value for a in resource.resource.attributes if a.key == "service.name"
            ]
            self.spans += [(service, span) for scope in resource.scope_spans for span in scope.spans]


@contextmanager
def collector() -> Iterator[Collector]:
    """A collector while the block runs."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            if self.path == "/v1/traces":
                collected.take(body)
            self.send_response(200 if self.path == "/v1/traces" else 404)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - likewise
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    collected = Collector(server.server_port)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield collected
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def attributes(span: Span) -> dict[str, str | int | float]:
    """A span's attributes as plain values."""
    return {a.key: getattr(a.value, a.value.WhichOneof("value") or "string_value") for a in span.attributes}
