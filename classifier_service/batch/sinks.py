"""Where results go: part by part, each whole or not at all, and published when all are there."""

from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import Any, Protocol

from classifier_service.batch.extras import require
from classifier_service.batch.file_sink import FORMS, PARQUET, FileSink
from classifier_service.batch.results import Done, Row
from classifier_service.batch.sql_sink import SqlSink, shown, with_password
from mailroom.contracts.errors import UsageError
from mailroom.places import is_remote


class Sink(Protocol):
    """Keeps results; a value that can be sent to other processes."""

    def prepare(self) -> None:
        """Refuse what could not be written in the end, before any work is done.

        Raises:
            UsageError: The place cannot be right.
            StoreUnavailable: It cannot be written.
        """
        ...

    def published(self) -> Mapping[str, Any] | None:
        """The provenance of the whole, if this run has published it."""
        ...

    def finished(self) -> Mapping[int, Done]:
        """The parts of this run that are kept already, by their numbers."""
        ...

    def keep(self, done: Done, rows: Sequence[Row]) -> None:
        """Keep a part: all of it or nothing."""
        ...

    def publish(self, parts: int, provenance: Mapping[str, Any]) -> None:
        """Make the whole visible, with where it comes from beside it; what was only kept for that goes."""
        ...


def sink_of(output: str, run: str, *, table: str) -> Sink:
    """The sink that an `--output` names.

    Args:
        output: A file or URI that ends in .parquet or .jsonl, a folder, or a database's URL.
        run: Digest of the run.
        table: Of a database.

    Raises:
        UsageError: It is none of these.
    """
    if is_remote(output) and not _on_files(output):
        require("sqlalchemy", "databases")
        return SqlSink(with_password(output), table, run)
    suffix = PurePath(output).suffix.lower()
    if suffix not in FORMS:
        raise UsageError(
            f"{output}: write to a file that ends in {' or '.join(FORMS)}, or to a database's URL"
        )
    if suffix == PARQUET:
        require("pyarrow", output)
    return FileSink(output.removeprefix("file://"), run)


def _on_files(output: str) -> bool:
    import fsspec  # noqa: PLC0415 - asked by nobody who writes to this machine

    return output.partition("://")[0] in fsspec.available_protocols()


def hidden(output: str) -> str:
    """An output as it may be shown: without a database's password."""
    return shown(output) if is_remote(output) and not _on_files(output) else output
