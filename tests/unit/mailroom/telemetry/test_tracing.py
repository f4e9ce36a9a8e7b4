"""Spans, as a collector gets them."""

import socket
import subprocess
import sys

import pytest

from mailroom.contracts.errors import UsageError
from mailroom.telemetry.tracing import Tracer, trace_id, tracer
from tests.unit.mailroom.telemetry.collector import attributes, collector

PARENT = b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


@pytest.fixture(autouse=True)
def no_endpoint(monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine's own settings do not count."""
    for name in ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_SERVICE_NAME"):
        monkeypatch.delenv(name, raising=False)


def opened(endpoint: str | None) -> Tracer:
    """A tracer that is there."""
    made = tracer("mailroom-test", endpoint)
    assert made is not None
    return made


def test_a_span_reaches_the_collector() -> None:
    """With its service, its parent, its kind, its attributes and the time it was given."""
    with collector() as collected:
        spans = opened(collected.endpoint)
        span = spans.start(
            "classify",
            kind="consumer",
            parent=PARENT,
            at=1_767_225_600.0,
            attributes={"mailroom.label": "invoice"},
        )
        following = spans.traceparent(span)
        span.end()
        spans.close(seconds=20)
    [(service, got)] = collected.spans
    assert (service, got.name, got.kind) == ("mailroom-test", "classify", got.SPAN_KIND_CONSUMER)
    assert (got.trace_id.hex(), got.parent_span_id.hex()) == (
        "4bf92f3577b34da6a3ce929d0e0e4736",
        "00f067aa0ba902b7",
    )
    assert (got.start_time_unix_nano, attributes(got)) == (
        1_767_225_600_000_000_000,
        {"mailroom.label": "invoice"},
    )
    assert following == f"00-{got.trace_id.hex()}-{got.span_id.hex()}-01".encode()


def test_a_malformed_parent_begins_a_new_trace() -> None:
    """What is no trace context is not believed, and breaks nothing."""
    with collector() as collected:
        spans = opened(collected.endpoint)
        spans.start("classify", kind="consumer", parent=b"00-\xff-1-01").end()
        spans.close(seconds=20)
    [(_, got)] = collected.spans
    assert (got.parent_span_id, len(got.trace_id)) == (b"", 16)


def test_standard_variables_configure_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """OpenTelemetry's own variables are enough, and name the service."""
    with collector() as collected:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collected.endpoint)
        monkeypatch.setenv("OTEL_SERVICE_NAME", "letters")
        spans = opened(None)
        spans.start("classify", kind="internal").end()
        spans.close(seconds=20)
    assert [service for service, _ in collected.spans] == ["letters"]


def test_without_an_endpoint_nothing_is_loaded() -> None:
    """No tracer, and not even the library."""
    code = (
        "import sys; from mailroom.telemetry.tracing import tracer; assert tracer('x', None) is None;"
        "sys.exit('opentelemetry' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], env={}, check=False).returncode == 0


def test_an_endpoint_without_the_library_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was asked for and cannot be done is said at the start."""
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.resources", None)
    with pytest.raises(UsageError, match="install Mailroom with its `telemetry` extra"):
        tracer("x", "http://127.0.0.1:9")


def test_a_collector_that_is_away_holds_nothing_up() -> None:
    """Closing gives up after its time, although a collector took the connection and does not answer."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        spans = opened(f"http://127.0.0.1:{silent.getsockname()[1]}")
        spans.start("classify", kind="internal").end()
        spans.close(seconds=0.1)
        silent.accept()[0].close()


def test_the_trace_id_of_a_header() -> None:
    """It is the second part; what is malformed has none."""
    assert trace_id(PARENT) == "4bf92f3577b34da6a3ce929d0e0e4736"
    assert [trace_id(header) for header in (None, b"", b"00-1-2-01")] == [None, None, None]
