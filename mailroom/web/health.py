"""Whether the process lives and takes requests, under every name that platforms probe; and its metrics."""

from dataclasses import dataclass

import msgspec

from mailroom.telemetry.metrics import Metrics
from mailroom.web.endpoint import DoorState
from mailroom.web.http import RETRY_LATER, Answer, Request


class Live(msgspec.Struct, frozen=True):
    """The process answers."""

    live: bool = True


class Ready(msgspec.Struct, frozen=True):
    """Whether requests are taken."""

    ready: bool


LIVE = msgspec.json.encode(Live())
READY, NOT_READY = (msgspec.json.encode(Ready(ready)) for ready in (True, False))


@dataclass(frozen=True, slots=True)
class Health:
    """Handlers of the probes, and of what monitoring asks for."""

    metrics: Metrics
    state: DoorState

    async def live(self, request: Request) -> Answer:  # noqa: ARG002 - a handler
        """The process answers."""
        return Answer(200, LIVE)

    async def ready(self, request: Request) -> Answer:  # noqa: ARG002
        """It takes requests: not once it was told to stop."""
        if self.state.draining:
            return Answer(503, NOT_READY, headers=RETRY_LATER)
        return Answer(200, READY)

    async def metrics_of(self, request: Request) -> Answer:
        """All metrics, as Prometheus or OpenMetrics has them."""
        body, media_type = self.metrics.exposition(request.header(b"accept"))
        return Answer(200, body, media_type.encode())
