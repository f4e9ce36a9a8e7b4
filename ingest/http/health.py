"""Whether the door lives, and whether it takes documents: the log answers, and it is not told to stop."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from mailroom.contracts.errors import MailroomError
from mailroom.streams.clock import Clock
from mailroom.web.endpoint import DoorState
from mailroom.web.health import LIVE, NOT_READY, READY
from mailroom.web.http import RETRY_LATER, Answer, Request

TRUSTED_SECONDS = 2.0
"""How long an answer of the log is believed: probes must not be a load."""


@dataclass(slots=True)
class Probes:
    """The handlers.

    Attributes:
        state: Whether the door is draining.
        ask: Asks the log; raises where it does not answer.
        clock: Times the trust.
    """

    state: DoorState
    ask: Callable[[], None]
    clock: Clock
    _asked_at: float = -TRUSTED_SECONDS
    _answered: bool = False

    async def live(self, request: Request) -> Answer:  # noqa: ARG002 - a handler
        """The process answers."""
        return Answer(200, LIVE)

    async def ready(self, request: Request) -> Answer:  # noqa: ARG002
        """It takes documents."""
        if self.state.draining or not await self._log_answers():
            return Answer(503, NOT_READY, headers=RETRY_LATER)
        return Answer(200, READY)

    async def _log_answers(self) -> bool:
        now = self.clock.monotonic()
        if now - self._asked_at >= TRUSTED_SECONDS:
            self._asked_at = now
            self._answered = await asyncio.to_thread(self._try)
        return self._answered

    def _try(self) -> bool:
        try:
            self.ask()
        except MailroomError:
            return False
        return True
