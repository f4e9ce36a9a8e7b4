"""Compound files ([MS-CFB], version 3) with what Outlook's mails consist of ([MS-OXMSG]), written for tests."""

import itertools
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Union

Tree = Mapping[str, Union[bytes, "Tree"]]
"""Streams and storages by their names."""

_SECTOR, _MINI, _CUTOFF = 512, 64, 4096
_SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
_STORAGE, _STREAM, _ROOT = 1, 2, 5


@dataclass(slots=True)
class _Sectors:
    size: int
    data: bytearray = field(default_factory=bytearray)
    chains: list[int] = field(default_factory=list)

    def add(self, content: bytes) -> int:
        """The number of the first sector of the content's chain."""
        first, count = len(self.chains), -(-len(content) // self.size)
        if not count:
            return _END
        self.data += content.ljust(count * self.size, b"\0")
        self.chains += [*range(first + 1, first + count), _END]
        return first


def compound(tree: Tree) -> bytes:
    """A compound file of a few streams, the small ones in the mini stream as the format wants it."""
    sectors, minis = _Sectors(_SECTOR), _Sectors(_MINI)
    entries: list[list[int | str]] = [["Root Entry", _ROOT, _FREE, _FREE, 0, 0]]
    entries[0][3] = _children(tree, entries, sectors, minis)
    entries[0][4], entries[0][5] = sectors.add(bytes(minis.data)), len(minis.data)
    minifat = _table(minis.chains)
    minifat_at, directory_at = sectors.add(minifat), sectors.add(b"".join(map(_entry, entries)))
    fat_at = len(sectors.chains)
    table = _table([*sectors.chains, _FAT])
    assert len(table) == _SECTOR
    numbers = (directory_at, 0, _CUTOFF, minifat_at, len(minifat) // _SECTOR, _END, 0)
    head = struct.pack("<8s16x5H6x2I", _SIGNATURE, 0x3E, 3, 0xFFFE, 9, 6, 0, 1)
    head += struct.pack("<7I", *numbers)
    return head + struct.pack("<I", fat_at) + b"\xff" * 432 + bytes(sectors.data) + table


def _children(tree: Tree, entries: list[list[int | str]], sectors: _Sectors, minis: _Sectors) -> int:
    """Number of the first entry of a storage; each next is the right sibling of the one before."""
    numbers = []
    for name, content in tree.items():
        entry: list[int | str] = [name, _STREAM, _FREE, _FREE, 0, 0]
        numbers.append(len(entries))
        entries.append(entry)
        if isinstance(content, bytes):
            entry[4], entry[5] = (minis if len(content) < _CUTOFF else sectors).add(content), len(content)
        else:
            entry[1], entry[3] = _STORAGE, _children(content, entries, sectors, minis)
    for number, following in itertools.pairwise(numbers):
        entries[number][2] = following
    return numbers[0] if numbers else _FREE


def _entry(values: Sequence[int | str]) -> bytes:
    name, kind, right, child, start, size = values
    written = f"{name}\0".encode("utf-16-le")
    return struct.pack("<64sHBB3I36xIQ", written, len(written), kind, 1, _FREE, right, child, start, size)


def _table(chains: Sequence[int]) -> bytes:
    count = -(-len(chains) * 4 // _SECTOR) * _SECTOR // 4
    return struct.pack(f"<{count}I", *chains, *[_FREE] * (count - len(chains)))


def properties(before: int, values: Mapping[int, str | bytes | int]) -> dict[str, bytes | Tree]:
    """The streams of a mail, an attachment or a recipient.

    Args:
        before: Bytes before its properties: 32 for a mail, 24 for one within another, 8 for the others.
        values: By the property's number.
    """
    streams: dict[str, bytes | Tree] = {}
    table = bytes(before)
    for number, value in values.items():
        kind = {str: 0x001F, bytes: 0x0102, int: 0x0003}[type(value)]
        if isinstance(value, int):
            table += struct.pack("<HHIII", kind, number, 6, value, 0)
            continue
        content = value.encode("utf-16-le") if isinstance(value, str) else value
        streams[f"__substg1.0_{number:04X}{kind:04X}"] = content
        table += struct.pack(
            "<HHIII", kind, number, 6, len(content) + (2 if isinstance(value, str) else 0), 0
        )
    return streams | {"__properties_version1.0": table}
