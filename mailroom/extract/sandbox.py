"""The sandbox that parsers run in: a child process with limits on time and memory.

Plain text and small HTML never go there: they are read where they are. Everything else does, because its parsers meet
hostile input in C, or unpack it. The child is kept warm between documents, replaced after it died, and ends with its
parent.
"""

import threading
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from mailroom.extract import frames, table, text
from mailroom.extract.extraction import require_size
from mailroom.extract.kept_child import ChildLimits, KeptChild
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
        limits = limits or SandboxLimits()
        self._documents = limits.documents
        self._lock = threading.Lock()
        self._child = KeptChild(
            ChildLimits(limits.wall_seconds, limits.start_seconds, limits.documents_per_child),
            "mailroom.extract.sandbox_worker",
            str(limits.cpu_seconds),
            str(limits.memory_bytes),
        )

    @property
    def child(self) -> int | None:
        """The child's process id; None where nothing has needed one yet, and when it is to be replaced."""
        return self._child.pid

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
            self._child.end()

    def extract(self, data: bytes, *, declared: str | None = None, file_name: str | None = None) -> Extracted:
        """Do what `mailroom.extract.extract` does, parsers of hostile input in the child.

        Raises:
            MalformedRecord: As `extract`, and `Reason.TOO_SLOW` for a document that takes too long,
                `Reason.UNPARSABLE` for one that its parser dies of.
        """
        limits = self._documents
        require_size(data, limits)
        kind = identify(data, declared=declared, file_name=file_name)
        parse = parser_of(kind.media_type)
        if not is_hostile_ground(kind.media_type, len(data)):
            return parse(data, kind, limits)
        request = frames.encode_request(data, kind, limits)
        with self._lock:
            return frames.decode_answer(self._child.answer(request))


def is_hostile_ground(media_type: str, size: int) -> bool:
    """Whether documents of a media type and size (bytes) are parsed in the child."""
    if media_type == "text/html":
        return size > _LARGE_HTML
    return media_type not in text.MEDIA_TYPES | table.MEDIA_TYPES
