"""The protocols between a part and its log."""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from mailroom.contracts.records import Position, Record

Acknowledged = Callable[[Position], None]


class Sink(Protocol):
    """Writes records; at least once."""

    def send(self, record: Record, acknowledged: Acknowledged | None = None) -> None:
        """Queue a record; `acknowledged` is called with its position once the log has it.

        Raises:
            DeliveryFailed: An earlier record was refused.
        """
        ...

    def flush(self, timeout: float) -> None:
        """Wait until everything queued is acknowledged.

        Args:
            timeout: Seconds.

        Raises:
            DeliveryFailed: A record was refused, or not acknowledged in time.
        """
        ...

    def close(self) -> None:
        """Release the connection; whatever was not flushed is lost."""
        ...


class Reader(Protocol):
    """Reads committed records, and keeps no position in the log."""

    def poll(self, limit: int, timeout: float) -> Sequence[Record]:
        """Up to `limit` records, as soon as there is one; empty after `timeout` seconds."""
        ...

    def close(self) -> None:
        """Release the connection."""
        ...


class Exchange(Protocol):
    """Reads records, writes others, and moves its position: all in one transaction.

    The caller alternates `poll` and `commit`; a crash between them delivers the same input again and shows nobody
    the output of the first try.
    """

    def poll(self, limit: int, timeout: float) -> Sequence[Record]:
        """Up to `limit` committed records, as soon as there is one; empty after `timeout` seconds."""
        ...

    def commit(self, outputs: Sequence[Record]) -> None:
        """Write `outputs` and the positions of all that was polled, atomically.

        Raises:
            WorkLost: The transaction was aborted; forget the work, poll again.
        """
        ...

    def rewind(self) -> None:
        """Forget what was polled and not committed: `poll` delivers it again, here or to another instance."""
        ...

    def behind(self) -> Mapping[str, Mapping[int, int]]:
        """How many records wait to be polled, by topic and partition, for what this instance reads.

        It asks the log, which takes a millisecond or two for each partition; those that it does not tell are left out.
        """
        ...

    def close(self) -> None:
        """Leave the group; work that was polled and not committed will be delivered again."""
        ...
