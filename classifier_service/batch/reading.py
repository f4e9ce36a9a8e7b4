"""The documents of a part, one at a time; what cannot be read is an item as well, with its reason."""

import re
from collections.abc import Iterator, Mapping
from pathlib import PurePath
from typing import Any, BinaryIO

import msgspec

from classifier_service.batch.parts import Item, Kind, Part
from classifier_service.intake import Original
from classifier_service.refusal import Refusal
from mailroom.contracts.errors import MailroomError, MalformedRecord
from mailroom.contracts.reasons import Reason
from mailroom.extract.extraction import require_size
from mailroom.extract.results import Limits
from mailroom.places import Found, exists, is_remote, joined, located, opened, read
from mailroom.settings import MIB

MAX_LINE_BYTES = 64 * MIB
ROWS_AT_ONCE = 256
FORM = '{"id": "…", "text": "…"} (or "path" instead of "text")'
COLUMNS = ("id", "text", "path", "content", "file_name", "media_type")

_LIMITS = Limits()


def items(part: Part) -> Iterator[Item]:
    """Read a part.

    Raises:
        StoreUnavailable: The store does not answer: no fault of a document.
        MailroomError: The file of documents, or the folder of files, is not there at all.
    """
    if part.kind is Kind.LINES:
        return _lines(part)
    return _rows(part) if part.kind is Kind.ROWS else _files(part)


def _files(part: Part) -> Iterator[Item]:
    folder = part.files[0].uri.rpartition("/")[0]
    if not is_remote(folder) and not exists(folder):
        raise _gone(folder)
    for file in part.files:
        identifier = _printable(_below(part.root, file.uri))
        yield Item(identifier, file.uri, _file(identifier, file.uri, file.size))


def _file(identifier: str, place: str, size: int | None = None) -> Original | Refusal:
    if size is not None and size > _LIMITS.max_bytes:
        return _oversized(size)
    data = read(place)
    if data is None:
        return Refusal(Reason.ORIGINAL_MISSING, f"no file at {place}: put it back, and run again")
    return Original(identifier, data, file_name=_printable(PurePath(place).name))


def _oversized(size: int) -> Refusal:
    message = f"{size:,} bytes are more than the limit of {_LIMITS.max_bytes:,}: send a smaller file"
    return Refusal(Reason.OVERSIZED, message)


def _open(file: Found) -> BinaryIO:
    try:
        return opened(file.uri)
    except FileNotFoundError as error:
        raise _gone(file.uri) from error


def _gone(place: str) -> MailroomError:
    return MailroomError(
        f"{place} is not there where a worker looked: workers must share it, or put it back; then run the same again"
    )


def _lines(part: Part) -> Iterator[Item]:
    file = part.files[0]
    with _open(file) as stream:
        place = _first_line(stream, part.start)
        while place < part.stop and (line := stream.readline(MAX_LINE_BYTES)):
            length = len(line)
            if not line.endswith(b"\n") and length == MAX_LINE_BYTES:
                length += _skip_line(stream)
                yield _broken(file, place, f"a line of more than {MAX_LINE_BYTES // MIB} MiB")
            elif line.strip():
                yield _of_line(line, file, place)
            place += length


def _first_line(stream: BinaryIO, start: int) -> int:
    """Go to the first line that begins at `start` or later: where it begins."""
    if start == 0:
        return 0
    stream.seek(start - 1)
    return start - 1 + _skip_line(stream)


def _skip_line(stream: BinaryIO) -> int:
    length = 0
    while chunk := stream.readline(MIB):
        length += len(chunk)
        if chunk.endswith(b"\n"):
            break
    return length


def _of_line(line: bytes, file: Found, place: int) -> Item:
    try:
        row = msgspec.json.decode(line)
    except (msgspec.DecodeError, RecursionError):
        return _broken(file, place, f"no JSON: write one document a line: {FORM}")
    if not isinstance(row, dict):
        return _broken(file, place, f"no JSON object: write {FORM}")
    return _of_row(row, file, f"{_name(file)}:{place}")


def _broken(file: Found, place: int, message: str) -> Item:
    return Item(f"{_name(file)}:{place}", file.uri, Refusal(Reason.MALFORMED_RECORD, message))


def _rows(part: Part) -> Iterator[Item]:
    import pyarrow.parquet as pq  # noqa: PLC0415 - other inputs need none

    file = part.files[0]
    with _open(file) as stream, pq.ParquetFile(stream) as table:
        columns = [name for name in COLUMNS if name in table.schema_arrow.names]
        groups, place = _groups(table.metadata, part)
        for batch in table.iter_batches(ROWS_AT_ONCE, row_groups=groups, columns=columns):
            for row in batch.to_pylist():
                if part.start <= place < part.stop:
                    yield _of_row(row, file, f"{_name(file)}:{place}")
                place += 1
            if place >= part.stop:
                return


def _groups(metadata: Any, part: Part) -> tuple[list[int], int]:
    """The row groups that a part is in, and the number of the first one's first row."""
    groups: list[int] = []
    first = place = 0
    for number in range(metadata.num_row_groups):
        behind = place + metadata.row_group(number).num_rows
        if place < part.stop and behind > part.start:
            first = first if groups else place
            groups.append(number)
        place = behind
    return groups, first


def _of_row(row: Mapping[str, Any], file: Found, place: str) -> Item:
    given = row.get("id")
    identifier = place if given in (None, "") else _printable(str(given))
    return Item(identifier, file.uri, _original(row, identifier, file))


def _original(row: Mapping[str, Any], identifier: str, file: Found) -> Original | Refusal:
    text, content, path = row.get("text"), row.get("content"), row.get("path")
    name, media_type = _word(row.get("file_name")), _word(row.get("media_type"))
    if isinstance(text, str):
        return Original(identifier, text, name, media_type)
    if isinstance(content, bytes):
        return _checked(Original(identifier, content, name or _word(path), media_type))
    if isinstance(path, str) and path:
        return _file(identifier, path if _absolute(path) else joined(_folder(file), path))
    return Refusal(Reason.MALFORMED_RECORD, f"neither text nor path: write {FORM}")


def _checked(original: Original) -> Original | Refusal:
    try:
        require_size(original.content, _LIMITS) if isinstance(original.content, bytes) else None
    except MalformedRecord as error:
        return Refusal(error.reason, str(error))
    return original


def _word(value: object) -> str | None:
    return _printable(value) if isinstance(value, str) and value else None


def _absolute(path: str) -> bool:
    return is_remote(path) or path.startswith("/") or re.match(r"^[A-Za-z]:[\\/]", path) is not None


def _folder(file: Found) -> str:
    return file.uri.rpartition("/")[0]


def _name(file: Found) -> str:
    return _printable(PurePath(file.uri).name)


def _below(root: str, place: str) -> str:
    """A file's path below the folder that was named; its name, where it was named itself."""
    if not root:
        return PurePath(place).name
    base = root if is_remote(root) else located(root)[1]
    start = base.rstrip("/") + "/"
    return place.removeprefix(start) if place.startswith(start) else PurePath(place).name


def _printable(name: str) -> str:
    """Valid Unicode: half a surrogate pair, as in file names that are no UTF-8, becomes a question mark."""
    return name.encode("utf-8", "replace").decode()
