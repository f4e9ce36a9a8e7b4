"""A child that is kept warm between requests, and replaced after it died or has answered many."""

from dataclasses import dataclass

from mailroom.contracts.errors import MalformedRecord
from mailroom.contracts.reasons import Reason
from mailroom.extract.child import Child
from mailroom.extract.frames import Frame


@dataclass(frozen=True, slots=True)
class ChildLimits:
    """What one request may cost.

    Attributes:
        seconds: Beyond, the child is ended and the document refused as `Reason.TOO_SLOW`.
        start_seconds: What a fresh child may take beyond that.
        requests: A child is replaced after so many, which bounds what a leak can hold.
    """

    seconds: float = 20.0
    start_seconds: float = 20.0
    requests: int = 1_000


class KeptChild:
    """One child at a time, for one thread at a time.

    Args:
        limits: What a request may cost.
        command: The child's module and its arguments.
    """

    def __init__(self, limits: ChildLimits, *command: str) -> None:
        self._limits = limits
        self._command = command
        self._child: Child | None = None

    @property
    def pid(self) -> int | None:
        """The child's process id, where there is one."""
        return None if self._child is None else self._child.pid

    def answer(self, request: Frame) -> list[bytes]:
        """The first frame of the answer.

        Raises:
            MalformedRecord: `TOO_SLOW`; or `UNPARSABLE`, when a second, fresh child died of the request too.
        """
        answer, death = self._try(request)
        if answer is None and death.reason is not Reason.TOO_SLOW:
            answer, death = self._try(request)
        if answer is None:
            raise death
        return answer

    def end(self) -> None:
        """End the child, if there is one; the next request starts another."""
        if self._child is not None:
            self._child.end()
        self._child = None

    def _try(self, request: Frame) -> tuple[list[bytes] | None, MalformedRecord]:
        if self._child is not None and self._child.status is not None:
            self.end()
        child = self._child = self._child or Child(*self._command)
        fresh = child.asked == 0
        answer = child.ask(request, self._limits.seconds + (self._limits.start_seconds if fresh else 0))
        if answer is None or child.asked >= self._limits.requests:
            self.end()
        return answer, self._cause_of_death(child)

    def _cause_of_death(self, child: Child) -> MalformedRecord:
        if child.too_slow:
            message = f"not read within {self._limits.seconds:g} seconds: export it again, simpler"
            return MalformedRecord(Reason.TOO_SLOW, message)
        message = f"what reads it died of it (status {child.status}): export it again"
        return MalformedRecord(Reason.UNPARSABLE, message)
