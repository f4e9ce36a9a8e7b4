"""Zip archives: many documents in one, each of them a part; nothing is ever written to disk."""

import io
import stat
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager

from mailroom.contracts.errors import MalformedRecord
from mailroom.contracts.reasons import Reason
from mailroom.extract.containers import collected, plain_name, require_count, require_unpacked
from mailroom.extract.hostile import refusing
from mailroom.extract.results import Limits, Part, PartsFound
from mailroom.extract.sniffing import Kind

MAX_RATIO = 200
"""An archive that unpacks to more than so many times its size is a bomb, once it is beyond `HARMLESS_BYTES`; office
files and logs reach fifty."""
HARMLESS_BYTES = 10 * 1024 * 1024

_END = b"PK\x05\x06"
_ENCRYPTED = 0x1
_UTF8_NAME = 0x800
_CHUNK = 1024 * 1024
_END_WITHIN = 66_000
"""Bytes: the end of the directory, and the longest remark that may follow it."""
_OF_THE_SYSTEM = frozenset({".ds_store", "thumbs.db", "desktop.ini"})


def parse(data: bytes, kind: Kind, limits: Limits) -> PartsFound:
    """The files of a zip, in its order, without folders, links and what operating systems put there for themselves.

    Raises:
        MalformedRecord: `ENCRYPTED` where any file is, `TRUNCATED`, `OVERSIZED` (too many, too large or a bomb),
            `EMPTY` where there is no file in it, or `UNPARSABLE`.
    """
    with opened(data, kind.media_type, limits) as archive:
        members = [member for member in archive.infolist() if _is_document(member)]
        require_count(len(members), limits)
        parts = collected((_part(archive, member, limits) for member in members), limits)
    if not parts:
        raise MalformedRecord(Reason.EMPTY, "no file in the archive: send the documents themselves")
    return PartsFound(kind.media_type, parts)


@contextmanager
def opened(data: bytes, media_type: str, limits: Limits) -> Iterator[zipfile.ZipFile]:
    """Open a zip whose directory promises to keep within the limits, or a format that is one, such as office files.

    Raises:
        MalformedRecord: As `parse`; errors inside the block are translated too.
    """
    with refusing(media_type):
        if data.find(_END, max(0, len(data) - _END_WITHIN)) < 0:
            message = f"the {media_type} ends before its directory: send it again, whole"
            raise MalformedRecord(Reason.TRUNCATED, message)
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _require_harmless(archive.infolist(), len(data), limits)
            yield archive


def _require_harmless(members: list[zipfile.ZipInfo], packed: int, limits: Limits) -> None:
    if any(member.flag_bits & _ENCRYPTED for member in members):
        raise MalformedRecord(Reason.ENCRYPTED, "the archive needs a password: send it without one")
    unpacked = sum(member.file_size for member in members)
    require_unpacked(unpacked, limits)
    if unpacked > max(HARMLESS_BYTES, packed * MAX_RATIO):
        message = f"unpacks to more than {MAX_RATIO} times its size: send the documents one by one"
        raise MalformedRecord(Reason.OVERSIZED, message)


def _is_document(member: zipfile.ZipInfo) -> bool:
    of_the_system = (
        member.filename.startswith("__MACOSX/")
        or (plain_name(member.filename) or "").lower() in _OF_THE_SYSTEM
    )
    link = stat.S_ISLNK(member.external_attr >> 16)
    return not (member.is_dir() or of_the_system or link)


def _part(archive: zipfile.ZipFile, member: zipfile.ZipInfo, limits: Limits) -> Part:
    return Part(content(archive, member, limits), plain_name(_name(member)))


def content(archive: zipfile.ZipFile, member: zipfile.ZipInfo, limits: Limits) -> bytes:
    """Read in pieces: what a directory says of a size need not be true."""
    pieces: list[bytes] = []
    size = 0
    with archive.open(member) as file:
        while piece := file.read(_CHUNK):
            pieces.append(piece)
            size += len(piece)
            require_unpacked(size, limits)
    return b"".join(pieces)


def _name(member: zipfile.ZipInfo) -> str:
    """The name; packers that write UTF-8 without saying so are many."""
    if member.flag_bits & _UTF8_NAME:
        return member.filename
    try:
        return member.filename.encode("cp437").decode("utf-8")
    except UnicodeError:
        return member.filename
