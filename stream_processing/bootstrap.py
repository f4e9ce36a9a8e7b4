"""The one place where the job's real parts are put together; tests put together others."""

from dataclasses import dataclass

from mailroom.contracts.records import Record
from mailroom.extract import Limits
from mailroom.extract.sandbox import Sandbox, SandboxLimits
from mailroom.objects import ObjectStore
from mailroom.settings import Settings, StreamSettings
from mailroom.streams.clock import SystemClock
from mailroom.telemetry.tracing import Tracer, tracer
from stream_processing.nesting import NestingLimits
from stream_processing.routing import Routed, Router
from stream_processing.tracing import SERVICE, Routes, TracedRouter

REMEMBERED = 4096
"""Originals that a worker knows to be in the store: logos and signatures come with every mail."""


@dataclass(slots=True)
class RunningRouter:
    """A router, the sandbox that it owns, and where its traces go, if they are collected."""

    router: Routes
    sandbox: Sandbox
    traces: Tracer | None = None

    def route(self, record: Record) -> list[Routed]:
        """Route one record and the documents in it; see `Router.route`."""
        return self.router.route(record)

    def close(self) -> None:
        """Stop the sandbox's process, and send the traces that are left."""
        self.sandbox.close()
        if self.traces is not None:
            self.traces.close()


def build_router(settings: Settings) -> RunningRouter:
    """Wire a router: parsers in a sandbox, originals in the object store, the machine's clock."""
    stream = settings.stream
    limits = Limits(
        max_bytes=stream.max_document_bytes,
        max_parts=stream.max_parts,
        max_parts_bytes=stream.max_parts_bytes,
    )
    sandbox = Sandbox(SandboxLimits(documents=limits))
    router = Router(
        extract=sandbox.extract,
        store=ObjectStore(settings.objects.uri, remembers=REMEMBERED),
        clock=SystemClock(),
        inline_limit=settings.objects.inline_limit,
        max_bytes=settings.stream.max_document_bytes,
        keep_originals=settings.objects.keep_originals,
        nesting=nesting(settings.stream),
    )
    traces = tracer(SERVICE, settings.telemetry.otlp_endpoint)
    return RunningRouter(router if traces is None else TracedRouter(router, traces), sandbox, traces)


def nesting(stream: StreamSettings) -> NestingLimits:
    """What one record may hold, by the settings."""
    return NestingLimits(
        depth=stream.max_depth,
        parts=stream.max_parts,
        bytes=stream.max_parts_bytes,
        seconds=stream.max_parts_seconds,
    )
