"""The one place where the job's real parts are put together; tests put together others."""

from dataclasses import dataclass

from mailroom.contracts.records import Record
from mailroom.extract import Limits
from mailroom.extract.sandbox import Sandbox, SandboxLimits
from mailroom.objects import ObjectStore
from mailroom.settings import Settings
from mailroom.streams.clock import SystemClock
from mailroom.telemetry.tracing import Tracer, tracer
from stream_processing.routing import Routed, Router
from stream_processing.tracing import SERVICE, Routes, TracedRouter


@dataclass(slots=True)
class RunningRouter:
    """A router, the sandbox that it owns, and where its traces go, if they are collected."""

    router: Routes
    sandbox: Sandbox
    traces: Tracer | None = None

    def route(self, record: Record) -> Routed:
        """Route one record; see `Router.route`."""
        return self.router.route(record)

    def close(self) -> None:
        """Stop the sandbox's process, and send the traces that are left."""
        self.sandbox.close()
        if self.traces is not None:
            self.traces.close()


def build_router(settings: Settings) -> RunningRouter:
    """Wire a router: parsers in a sandbox, originals in the object store, the machine's clock."""
    sandbox = Sandbox(SandboxLimits(documents=Limits(max_bytes=settings.stream.max_document_bytes)))
    router = Router(
        extract=sandbox.extract,
        store=ObjectStore(settings.objects.uri),
        clock=SystemClock(),
        inline_limit=settings.objects.inline_limit,
        max_bytes=settings.stream.max_document_bytes,
    )
    traces = tracer(SERVICE, settings.telemetry.otlp_endpoint)
    return RunningRouter(router if traces is None else TracedRouter(router, traces), sandbox, traces)
