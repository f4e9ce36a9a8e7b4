"""Traces: spans from a document's entry to its label, in OpenTelemetry's form, where an endpoint is configured.

The context travels in the `traceparent` header (W3C Trace Context) of records and requests. Without an endpoint there
is no tracer, no library is loaded, and a `traceparent` that came is passed on as it is.
"""

import os
import re
import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING

from mailroom.contracts.errors import UsageError

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Span

STANDARD_VARIABLES = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
QUEUE_SPANS = 16_384
"""Spans that wait for the collector: some batches' worth; what comes above it is dropped, never waited for."""

_TRACEPARENT = re.compile(rb"[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")

Attributes = Mapping[str, str | int | float]
"""Names and values of a span."""


def trace_id(traceparent: bytes | None) -> str | None:
    """The trace id of a `traceparent` header, for logs; None where there is none or it is malformed."""
    found = _TRACEPARENT.match(traceparent) if traceparent else None
    return found[1].decode() if found else None


def tracer(service: str, endpoint: str | None) -> "Tracer | None":
    """A tracer that sends to a collector, or None where no endpoint is configured.

    Args:
        service: `service.name` of the spans, unless `OTEL_SERVICE_NAME` says another.
        endpoint: The collector's OTLP/HTTP base URL (`http://collector:4318`); when None, OpenTelemetry's own
            variables decide, which also hold headers, certificates and the sampler.

    Raises:
        UsageError: An endpoint is configured and OpenTelemetry is not installed.
    """
    if endpoint is None and not any(os.environ.get(name) for name in STANDARD_VARIABLES):
        return None
    try:
        return Tracer(_provider(service, endpoint))
    except ImportError as error:
        raise UsageError(
            "traces have an endpoint, but OpenTelemetry is not installed: install Mailroom with its `telemetry` extra"
        ) from error


class Tracer:
    """Starts spans; safe for threads. A span that is never ended is never sent."""

    def __init__(self, provider: "TracerProvider") -> None:
        from opentelemetry import trace  # noqa: PLC0415 - see the module
        from opentelemetry.trace.propagation import tracecontext  # noqa: PLC0415

        self._provider = provider
        self._tracer = provider.get_tracer("mailroom")
        self._propagator = tracecontext.TraceContextTextMapPropagator()
        self._kinds = trace.SpanKind
        self._codes = trace.StatusCode
        self._context_of = trace.set_span_in_context

    def start(
        self,
        name: str,
        *,
        kind: str,
        parent: bytes | None = None,
        at: float | None = None,
        attributes: Attributes | None = None,
    ) -> "Span":
        """Start a span; the caller ends it.

        Args:
            name: What is done, with few different values: `classify documents.text`.
            kind: `producer`, `consumer`, `server`, `client` or `internal`.
            parent: A `traceparent` header; without it, or where it is malformed, a new trace begins.
            at: Seconds since the epoch; now by default.
            attributes: In OpenTelemetry's names where it has one; never a text.
        """
        carrier = {"traceparent": parent.decode("latin-1")} if parent else {}
        return self._tracer.start_span(
            name,
            context=self._propagator.extract(carrier),
            kind=self._kinds[kind.upper()],
            start_time=None if at is None else int(at * 1e9),
            attributes=attributes,
        )

    def traceparent(self, span: "Span") -> bytes:
        """The header that makes what follows a child of this span."""
        carrier: dict[str, str] = {}
        self._propagator.inject(carrier, self._context_of(span))
        return carrier["traceparent"].encode()

    def failed(self, span: "Span", reason: str) -> None:
        """Mark a span as one of work that failed.

        Args:
            span: Any.
            reason: A value of `mailroom.contracts.reasons.Reason`.
        """
        span.set_status(self._codes.ERROR, reason)

    def close(self, seconds: float = 1.0) -> None:
        """Send what waits, for so long at most: a collector that is away must not hold up a stop."""
        sending = threading.Thread(target=self._provider.shutdown, daemon=True)
        sending.start()
        sending.join(seconds)


def _provider(service: str, endpoint: str | None) -> "TracerProvider":
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

    name = os.environ.get("OTEL_SERVICE_NAME") or service
    provider = TracerProvider(resource=Resource.create({"service.name": name}), shutdown_on_exit=False)
    exporter = OTLPSpanExporter(None if endpoint is None else f"{endpoint.rstrip('/')}/v1/traces")
    provider.add_span_processor(BatchSpanProcessor(exporter, max_queue_size=QUEUE_SPANS))
    return provider
