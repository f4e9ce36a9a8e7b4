"""From paths and URIs to parts: which documents there are is settled before the first is read."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import PurePath

import msgspec

from classifier_service.batch.extras import require
from classifier_service.batch.parts import Kind, Part
from mailroom.contracts.errors import UsageError
from mailroom.places import Found, found, is_remote, opened
from mailroom.settings import MIB

LINES, ROWS = frozenset({".jsonl", ".ndjson"}), frozenset({".parquet"})
"""Suffixes of files that hold documents; any other file is a document itself."""

LEAST_BYTES, MOST_BYTES = 2 * MIB, 32 * MIB
PARTS = 4_096
"""Parts of texts grow with the whole up to a limit: enough of them to go on from, and not a million to look after."""
FILES_AT_ONCE = 16
"""Documents that are files, which may each take seconds of OCR."""
REFERENCE_BYTES = 4_096
"""Bytes of a JSON Lines file whose lines name files: about as many documents."""
PEEK_BYTES = MIB


def planned(places: Sequence[str]) -> list[Part]:
    """The parts of everything at these places.

    Args:
        places: Files, folders and globs, here or in an object store.

    Raises:
        UsageError: There is nothing at a place, or it cannot be told what its files are.
        StoreUnavailable: A store does not answer.
    """
    listed = [(place, _listed(place)) for place in places]
    size = min(MOST_BYTES, max(LEAST_BYTES, sum(file.size for _, files in listed for file in files) // PARTS))
    drafts = (draft for place, files in listed for draft in _parts(place, files, size))
    return [replace(draft, number=number) for number, draft in enumerate(drafts)]


def _listed(place: str) -> list[Found]:
    files = found(place)
    if not files:
        raise UsageError(f"{place}: no such file or folder, or nothing in it")
    return files


def _parts(place: str, files: Sequence[Found], size: int) -> Iterator[Part]:
    root = "" if _is_file(place, files) else place
    tables = [file for file in files if _kind(file) is not Kind.FILES]
    if tables and len(tables) < len(files):
        raise UsageError(
            f"{place} holds documents, and lists of documents ({tables[0].uri}): name those that are meant"
        )
    for file in tables:
        yield from _lines(file, size) if _kind(file) is Kind.LINES else _rows(file, size)
    if not tables:
        yield from _files(files, size, root)


def _is_file(place: str, files: Sequence[Found]) -> bool:
    own = files[0].uri
    return len(files) == 1 and (
        own == place if is_remote(place) else own == str(PurePath(own).parent / place)
    )


def _kind(file: Found) -> Kind:
    suffix = PurePath(file.uri).suffix.lower()
    return Kind.LINES if suffix in LINES else Kind.ROWS if suffix in ROWS else Kind.FILES


def _files(files: Sequence[Found], size: int, root: str) -> Iterator[Part]:
    """Files in their order, few and small enough for one part."""
    group: list[Found] = []
    weight = 0
    for file in files:
        if group and (len(group) == FILES_AT_ONCE or weight + file.size > size):
            yield Part(0, Kind.FILES, tuple(group), weight, root=root)
            group, weight = [], 0
        group.append(file)
        weight += file.size
    if group:
        yield Part(0, Kind.FILES, tuple(group), weight, root=root)


def _lines(file: Found, size: int) -> Iterator[Part]:
    step = REFERENCE_BYTES if _names_files(file) else size
    for start in range(0, file.size, step):
        stop = min(start + step, file.size)
        yield Part(0, Kind.LINES, (file,), stop - start, start, stop)


def _names_files(file: Found) -> bool:
    """Whether the first line has a path in place of a text."""
    with opened(file.uri) as stream:
        line = stream.readline(PEEK_BYTES)
    try:
        row = msgspec.json.decode(line)
    except msgspec.DecodeError:
        return False
    return isinstance(row, dict) and "text" not in row and "path" in row


def _rows(file: Found, size: int) -> Iterator[Part]:
    require("pyarrow", file.uri)
    import pyarrow as pa  # noqa: PLC0415 - other inputs need none
    import pyarrow.parquet as pq  # noqa: PLC0415

    try:
        with opened(file.uri) as stream, pq.ParquetFile(stream) as table:
            count, names = table.metadata.num_rows, set(table.schema_arrow.names)
    except pa.ArrowInvalid as error:
        raise UsageError(f"{file.uri}: no Parquet file: fetch it again or leave it out") from error
    if names.isdisjoint({"text", "path", "content"}):
        raise UsageError(f"{file.uri}: no column text, path or content, only {', '.join(sorted(names))}")
    at_once = max(1, size * count // max(1, file.size)) if "text" in names else FILES_AT_ONCE
    for start, stop in itertools.pairwise([*range(0, count, at_once), count]):
        yield Part(0, Kind.ROWS, (file,), file.size * (stop - start) // count, start, stop)
