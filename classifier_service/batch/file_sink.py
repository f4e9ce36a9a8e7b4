"""Results as one Parquet or JSON Lines file, here or in an object store.

Parts are kept beside it under a hidden name until all are there. A part counts once its tally is written, which
happens after its rows are.
"""

import contextlib
import io
import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any, BinaryIO

from classifier_service.batch.results import Done, Row, schema
from mailroom.contracts.errors import MailroomError, UsageError
from mailroom.places import exists, found, is_remote, joined, located, read, remove, translated, write

if TYPE_CHECKING:
    import pyarrow as pa

PARQUET = ".parquet"
FORMS = (PARQUET, ".jsonl")
METADATA_KEY = b"mailroom"
ROWS_IN_GROUP = 65_536


@dataclass(frozen=True, slots=True)
class FileSink:
    """One file.

    Attributes:
        output: Where it is to be.
        run: Digest of the run.
    """

    output: str
    run: str

    @property
    def beside(self) -> str:
        """Where the provenance is written."""
        return f"{self.output}.run.json"

    @property
    def work(self) -> str:
        """The folder of the parts."""
        folder, name = str(PurePath(self.output).parent), PurePath(self.output).name
        if is_remote(self.output):
            folder = self.output.rpartition("/")[0]
        return joined(folder, f".{name}-{self.run[:16]}")

    def prepare(self) -> None:
        """Refuse to replace a file that no batch has written.

        Raises:
            UsageError: There is one.
            StoreUnavailable: The place cannot be written.
        """
        if exists(self.output) and read(self.beside) is None:
            raise UsageError(
                f"{self.output} exists and is no result of `mailroom classify`: name another --output"
            )
        if self.published() is None:
            write(joined(self.work, "run.json"), json.dumps({"run": self.run}).encode())

    def published(self) -> Mapping[str, Any] | None:
        """The provenance of the whole, if this run has published it."""
        content = read(self.beside)
        if content is None or not exists(self.output):
            return None
        provenance: Mapping[str, Any] = json.loads(content)
        return provenance if provenance.get("run") == self.run else None

    def finished(self) -> Mapping[int, Done]:
        """The parts that are kept already."""
        tallies = [read(file.uri) for file in found(self.work + "/") if file.uri.endswith(".done.json")]
        parts = [Done(**json.loads(content)) for content in tallies if content]
        return {done.number: done for done in parts}

    def keep(self, done: Done, rows: Sequence[Row]) -> None:
        """Keep a part."""
        write(self._part(done.number), _encoded(rows, self._form))
        write(self._tally(done.number), json.dumps(asdict(done)).encode())

    def publish(self, parts: int, provenance: Mapping[str, Any]) -> None:
        """Put the parts together in a file of this machine, bring it to its place, tidy up."""
        system, path = located(self.output)
        about = json.dumps(provenance, ensure_ascii=False)
        with self._aside() as aside:
            with aside.open("wb") as file:
                self._assemble(file, parts, about)
            translated(self.output, lambda: _bring(system, aside, path, remote=is_remote(self.output)))
        write(self.beside, (json.dumps(provenance, ensure_ascii=False, indent=2) + "\n").encode())
        remove(self.work)

    @property
    def _form(self) -> str:
        return PurePath(self.output).suffix.lower()

    def _part(self, number: int) -> str:
        return joined(self.work, f"{number:08}{self._form}")

    def _tally(self, number: int) -> str:
        return joined(self.work, f"{number:08}.done.json")

    @contextlib.contextmanager
    def _aside(self) -> Iterator[Path]:
        """A file to write to: on the disk of the output, where that is of this machine."""
        folder = None if is_remote(self.output) else self.work
        with tempfile.TemporaryDirectory(prefix="whole-", dir=folder) as name:
            yield Path(name, "whole")

    def _assemble(self, file: BinaryIO, parts: int, about: str) -> None:
        contents = (self._content(number) for number in range(parts))
        if self._form == ".jsonl":
            file.writelines(contents)
        else:
            _write_parquet(file, contents, about)

    def _content(self, number: int) -> bytes:
        content = read(self._part(number))
        if content is None:
            raise MailroomError(
                f"{self._part(number)} is gone: workers must share the folder of --output; then run the same again"
            )
        return content


def _bring(system: Any, aside: Path, path: str, *, remote: bool) -> None:
    if remote:
        system.put_file(str(aside), path)
    else:
        aside.replace(path)


def _encoded(rows: Sequence[Row], form: str) -> bytes:
    if form == ".jsonl":
        return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()
    import pyarrow as pa  # noqa: PLC0415 - JSON Lines need none
    import pyarrow.parquet as pq  # noqa: PLC0415

    buffer = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(list(rows), schema=schema()), buffer)
    return buffer.getvalue()


def _write_parquet(file: BinaryIO, contents: Iterator[bytes], about: str) -> None:
    import pyarrow.parquet as pq  # noqa: PLC0415

    with pq.ParquetWriter(file, schema().with_metadata({METADATA_KEY: about.encode()})) as writer:
        for table in _groups(contents):
            writer.write_table(table)


def _groups(contents: Iterator[bytes]) -> Iterator["pa.Table"]:
    """The parts' tables, joined until they make a row group worth its overhead."""
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.parquet as pq  # noqa: PLC0415

    group: list[pa.Table] = []
    for content in contents:
        group.append(pq.read_table(io.BytesIO(content), schema=schema()))
        if sum(map(len, group)) >= ROWS_IN_GROUP:
            yield pa.concat_tables(group)
            group = []
    if group:
        yield pa.concat_tables(group)
