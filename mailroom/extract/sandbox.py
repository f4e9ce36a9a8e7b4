"""The sandbox that parsers run in: a child process with limits on time and memory.

Plain text and small HTML never go there: they are read where they are. Everything else does, because its parsers meet
hostile input in C, or unpack it. The child is kept warm between documents, replaced after it died, and ends with its
parent.
"""

import threading
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from mailroom.contracts.errors import MalformedRecord
from mailroom.contracts.reasons import Reason
from mailroom.extract import frames, table, text
from mailroom.extract.child import Child
from mailroom.extract.extraction import require_size
from mailroom.extract.registry import parser_of
from mailroom.extract.results import Extracted, Limits
from mailroom.extract.sniffing import identify

_LARGE_HTML = 64 * 1024


@dataclass(frozen=True, slots=True)
class SandboxLimits:
    """What one document may cost.

    Attributes:
        documents: How much of each document is looked at.
        wall_seconds: A document that takes longer is refused as `Reason.TOO_SLOW`.
        start_seconds: What a fresh child may take beyond that for its first document.
        cpu_seconds: Likewise, of processor time; kept by the kernel even when the parent is gone.
        memory_bytes: Address space of the child.
        documents_per_child: A child is replaced after so many, which bounds what a leak can hold.
    """

    documents: Limits = field(default_factory=Limits)
    wall_seconds: float = 20.0
    start_seconds: float = 20.0
    cpu_seconds: int = 20
    memory_bytes: int = 2 * 1024**3
    documents_per_child: int = 1000


class Sandbox:
    """Extraction with the parsers of hostile input in a child process; one document at a time, safe for threads."""

    def __init__(self, limits: SandboxLimits | None = None) -> None:
        self._limits = limits or SandboxLimits()
        self._lock = threading.Lock()
        self._child: Child | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the child, if there is one; the sandbox can be used again."""
        with self._lock:
            self._drop_child()

    def extract(self, data: bytes, *, declared: str | None = None, file_name: str | None = None) -> Extracted:
        """Do what `mailroom.extract.extract` does, parsers of hostile input in the child.

        Raises:
            MalformedRecord: As `extract`, and `Reason.TOO_SLOW` for a document that takes too long,
                `Reason.UNPARSABLE` for one that its parser dies of.
        """
        limits = self._limits.documents
        require_size(data, limits)
        kind = identify(data, declared=declared, file_name=file_name)
        parse = parser_of(kind.media_type)
        if not is_hostile_ground(kind.media_type, len(data)):
            return parse(data, kind, limits)
        request = frames.encode_request(data, kind, limits)
        with self._lock:
            return frames.decode_answer(self._answer(request))

    def _answer(self, request: bytes) -> bytes:
        """The child's answer; a document is blamed for a death only when a second, fresh child dies of it too."""
        answer, death = self._try(request)
        if answer is None and death.reason is not Reason.TOO_SLOW:
            answer, death = self._try(request)
        if answer is None:
            raise death
        return answer

    def _try(self, request: bytes) -> tuple[bytes | None, MalformedRecord]:
        if self._child is not None and self._child.status is not None:
            self._drop_child()
        child = self._child = self._child or _started(self._limits)
        fresh = child.asked == 0
        answer = child.ask(request, self._limits.wall_seconds + (self._limits.start_seconds if fresh else 0))
        if answer is None or child.asked >= self._limits.documents_per_child:
            self._drop_child()
        return answer, _cause_of_death(child, self._limits)

    def _drop_child(self) -> None:
        if self._child is not None:
            self._child.end()
        self._child = None


def _started(limits: SandboxLimits) -> Child:
    return Child("mailroom.extract.sandbox_worker", str(limits.cpu_seconds), str(limits.memory_bytes))


def _cause_of_death(child: Child, limits: SandboxLimits) -> MalformedRecord:
    """What the document that a child died of is refused for."""
    if child.too_slow:
        message = f"not parsed within {limits.wall_seconds:g} seconds: export it again, simpler"
        return MalformedRecord(Reason.TOO_SLOW, message)
    return MalformedRecord(Reason.UNPARSABLE, f"its parser died (status {child.status}): export it again")


def is_hostile_ground(media_type: str, size: int) -> bool:
    """Whether documents of a media type and size (bytes) are parsed in the child."""
    if media_type == "text/html":
        return size > _LARGE_HTML
    return media_type not in text.MEDIA_TYPES | table.MEDIA_TYPES
