"""Whether the process lives and takes requests, under every name that platforms probe."""

from dataclasses import dataclass

from classifier_service.rest.endpoint import DoorState
from classifier_service.rest.http import RETRY_LATER, Answer, Request


@dataclass(frozen=True, slots=True)
class Health:
    """Handlers of the probes."""

    state: DoorState

    async def live(self, request: Request) -> Answer:  # noqa: ARG002 - a handler
        """The process answers."""
        return Answer(200, b'{"live":true}')

    async def ready(self, request: Request) -> Answer:  # noqa: ARG002
        """It takes requests: not once it was told to stop."""
        if self.state.draining:
            return Answer(503, b'{"ready":false}', headers=RETRY_LATER)
        return Answer(200, b'{"ready":true}')
