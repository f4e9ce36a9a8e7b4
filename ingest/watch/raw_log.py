"""What a watcher needs of the log: to append atomically, and to ask whether it already did."""

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from ingest.errors import IngestError
from mailroom.contracts.records import Position, Record


class Refused(IngestError):
    """The log takes none of a batch because of one document; the others may be tried again."""

    def __init__(self, index: int, reason: str) -> None:
        super().__init__(f"refused by the log: {reason}")
        self.index = index


class RawLog(Protocol):
    """`documents.raw`, as one writer that fences whoever wrote under the same name before."""

    def ends(self) -> Mapping[int, int]:
        """Where each partition ends now; what is appended later lies at or after it.

        Raises:
            LogUnavailable: It cannot be told.
        """
        ...

    def append(self, records: Sequence[Record]) -> Sequence[Position]:
        """Write all or nothing, and return where each record lies.

        Raises:
            Refused: Nothing was written, because of one record.
            LogUnavailable: It is not known whether they were written: connect again and `find` them.
        """
        ...

    def find(self, ids: Collection[str], since: Mapping[int, int]) -> Mapping[str, Position]:
        """Those of the ids that committed records carry, at or after the offsets `since`.

        Raises:
            LogUnavailable: It cannot be told.
        """
        ...

    def close(self) -> None:
        """Release the connection."""
        ...
