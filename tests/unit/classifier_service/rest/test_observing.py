"""What the door tells of its work."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from classifier_service.rest.observing import Observer
from mailroom.streams.clock import FakeClock
from mailroom.telemetry.tracing import tracer
from tests.unit.classifier_service.rest.world import World
from tests.unit.mailroom.telemetry.collector import attributes, collector
from tests.unit.mailroom.telemetry.logged import Logged, logged

TRACE = {"traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "x-request-id": "r-1"}
SEVERAL = {"documents": [{"id": "a", "text": "please pay"}, {"id": "b", "text": "poison"}]}


@pytest.fixture
def logs() -> Iterator[Logged]:
    """What was logged so far."""
    with logged() as found:
        yield found


def ours(logs: Logged) -> list[dict[str, Any]]:
    """Without the lines of the caller, who is in this process too."""
    return [line for line in logs.lines if "logger" not in line]


def test_requests_and_documents_are_counted(world: World) -> None:
    """Metrics tell requests by route and status, labels by decision, refusals by reason."""
    world.ask("POST", "/classify", json=SEVERAL)
    world.ask("GET", "/v2/models/other")
    world.ask("GET", "/nothing/at/all")
    answer = world.ask("GET", "/metrics")
    assert answer.headers["content-type"].startswith("text/plain")
    for line in (
        'mailroom_http_requests_total{method="POST",route="/classify",status="200"} 1.0',
        'mailroom_http_requests_total{method="GET",route="/v2/models/{name}",status="404"} 1.0',
        'mailroom_http_requests_total{method="other",route="unmatched",status="404"} 1.0',
        'mailroom_documents_classified_total{decision="auto",door="rest",label="invoice"} 1.0',
        'mailroom_documents_refused_total{door="rest",reason="inference-failed"} 1.0',
    ):
        assert line in answer.text


def test_a_refused_document_is_logged_with_its_ids(world: World, logs: Logged) -> None:
    """Its id, its request's and its trace's are in the line, and its text is not."""
    world.ask("POST", "/classify", json=SEVERAL, headers=TRACE)
    [line] = ours(logs)
    line.pop("timestamp")
    assert line == {
        "event": "refused",
        "level": "warning",
        "document_id": "b",
        "reason": "inference-failed",
        "request_id": "r-1",
        "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736",
    }


def test_a_request_does_not_inherit_anothers_trace(world: World, logs: Logged) -> None:
    """A request that begins in the context of the one before it is logged under its own ids alone."""
    world.observer.began("r-1", TRACE["traceparent"].encode(), "POST", "/classify")
    world.observer.began("r-2", None, "POST", "/classify")
    structlog.get_logger().info("here")
    [line] = ours(logs)
    assert (line["request_id"], line.get("trace_id")) == ("r-2", None)


def test_a_fault_is_logged_without_its_text(
    world: World, logs: Logged, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An error that quotes a document is told by its class and its place."""

    def broken(*_: object) -> None:
        raise ZeroDivisionError("quotes the document")

    monkeypatch.setattr(type(world.labeller), "label", broken)
    world.ask("POST", "/classify", json={"text": "a"}, headers=TRACE)
    [line] = ours(logs)
    assert (line["exception"], line["request_id"]) == ("ZeroDivisionError", "r-1")
    assert "quotes" not in json.dumps(line)


def test_a_request_is_a_span_of_its_callers_trace() -> None:
    """With a collector each request is a span, a child of the one that its `traceparent` names."""
    with collector() as collected:
        observer = Observer(spans=tracer("test", collected.endpoint), clock=FakeClock())
        with World(observer=observer).opened() as world:
            world.ask("POST", "/v2/models/tiny/infer", json={}, headers=TRACE)
        assert observer.spans is not None
        observer.spans.close(seconds=20)
    [(_, span)] = collected.spans
    assert (span.name, span.kind) == ("POST /v2/models/{name}/infer", span.SPAN_KIND_SERVER)
    assert span.trace_id.hex() == "4bf92f3577b34da6a3ce929d0e0e4736"
    assert span.parent_span_id.hex() == "00f067aa0ba902b7"
    assert attributes(span) == {
        "http.request.method": "POST",
        "http.route": "/v2/models/{name}/infer",
        "http.response.status_code": 400,
    }
