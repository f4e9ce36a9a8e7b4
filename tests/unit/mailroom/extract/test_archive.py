import io
import stat
import struct
import zipfile
import zlib

import pytest

from mailroom.contracts.errors import MalformedRecord
from mailroom.contracts.reasons import Reason
from mailroom.extract import Limits, Part, PartsFound, extract
from mailroom.extract.sandbox import Sandbox


def _zip(*files: tuple[str | zipfile.ZipInfo, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return out.getvalue()


def _reason(data: bytes, limits: Limits | None = None) -> Reason:
    with pytest.raises(MalformedRecord) as caught:
        extract(data, limits=limits or Limits())
    return caught.value.reason


def test_every_file_is_a_part() -> None:
    """Files come in the archive's order, with their names and no folders."""
    data = _zip(("letters/b.txt", b"second"), ("a.txt", b"first"), ("letters/", b""))

    expected = PartsFound("application/zip", (Part(b"second", "b.txt"), Part(b"first", "a.txt")))
    assert expected == extract(data)


def test_the_sandbox_gives_the_same() -> None:
    """Archives are unpacked in the child."""
    with Sandbox() as sandbox:
        assert sandbox.extract(_zip(("a.bin", b"\0\xff"))) == PartsFound(
            "application/zip", (Part(b"\0\xff", "a.bin"),)
        )
        assert sandbox.child is not None


def test_what_systems_put_there_is_left_out() -> None:
    """Forks, folder settings and previews of an operating system are no documents, nor are links."""
    link = zipfile.ZipInfo("link.txt")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    data = _zip(
        ("__MACOSX/._a.txt", b"x"),
        (".DS_Store", b"x"),
        ("x/Thumbs.db", b"x"),
        (link, b"/etc/passwd"),
        ("a.txt", b"a"),
    )

    assert extract(data) == PartsFound("application/zip", (Part(b"a", "a.txt"),))


def test_names_in_utf8_that_is_not_declared() -> None:
    """A packer that does not say that its names are UTF-8 is understood."""
    data = _zip(("Gr____e.txt", b"a")).replace(b"Gr____e", "Größe".encode())

    assert extract(data) == PartsFound("application/zip", (Part(b"a", "Größe.txt"),))


@pytest.mark.security
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("../../../etc/passwd", "passwd"),
        ("..\\..\\windows\\system.ini", "system.ini"),
        ("/etc/shadow", "shadow"),
        ("C:\\letters\\a.txt", "a.txt"),
        ("a/..", None),
        ("tab\tand\x1b[31mred.txt", "tab and [31mred.txt"),
        ("x" * 300 + ".txt", "x" * 251 + ".txt"),
    ],
)
def test_names_lead_nowhere(name: str, expected: str | None) -> None:
    """Path traversal in an archive: no name of a part has a folder, and nothing of control in it."""
    assert extract(_zip((name, b"a"))) == PartsFound("application/zip", (Part(b"a", expected),))


@pytest.mark.security
def test_a_zip_bomb() -> None:
    """An archive that unpacks to 200 times its size and more is refused before it is unpacked."""
    assert _reason(_zip(("a.txt", bytes(50_000_000)))) is Reason.OVERSIZED


@pytest.mark.security
def test_an_archive_that_lies_about_its_sizes() -> None:
    """A file that is larger than its directory says is not unpacked beyond that, and refused."""
    data = bytearray(_zip(("a.txt", bytes(2_000_000))))
    directory = data.rindex(b"PK\x01\x02")
    data[directory + 24 : directory + 28] = struct.pack("<I", 10)

    assert _reason(bytes(data), Limits(max_parts_bytes=1_000_000)) is Reason.UNPARSABLE


@pytest.mark.security
def test_too_many_files() -> None:
    """An archive of more documents than is allowed is refused."""
    data = _zip(*((f"{index}.txt", b"a") for index in range(501)))

    assert _reason(data) is Reason.OVERSIZED
    assert isinstance(extract(data, limits=Limits(max_parts=501)), PartsFound)


@pytest.mark.security
def test_overlapping_files() -> None:
    """A bomb that names the same packed bytes many times is refused."""
    packed = zlib.compressobj(9, zlib.DEFLATED, -15)
    raw = bytes(100_000)
    body = packed.compress(raw) + packed.flush()
    local = struct.pack("<4s5H3I2H", b"PK\3\4", 20, 0, 8, 0, 0, zlib.crc32(raw), len(body), len(raw), 5, 0)
    entry = struct.pack(
        "<4s6H3I5H2I",
        b"PK\1\2",
        20,
        20,
        0,
        8,
        0,
        0,
        zlib.crc32(raw),
        len(body),
        len(raw),
        5,
        0,
        0,
        0,
        0,
        0,
        0,
    )
    entries = (entry + b"a.txt") * 400
    start = local + b"a.txt" + body
    end = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 400, 400, len(entries), len(start), 0)

    assert _reason(start + entries + end) in {Reason.OVERSIZED, Reason.UNPARSABLE}


def test_a_locked_archive() -> None:
    """One file behind a password makes the archive an encrypted one."""
    data = bytearray(_zip(("a.txt", b"a"), ("b.txt", b"b")))
    data[data.rindex(b"PK\x01\x02") + 8] |= 1

    assert _reason(bytes(data)) is Reason.ENCRYPTED


def test_a_truncated_archive() -> None:
    """An archive without its directory was cut short."""
    assert _reason(_zip(("a.txt", b"text" * 99))[:60]) is Reason.TRUNCATED


def test_a_damaged_file() -> None:
    """A file whose checksum is wrong makes the archive unreadable."""
    data = bytearray(_zip(("a.txt", b"text"), compression=zipfile.ZIP_STORED))
    data[data.index(b"text")] = 0

    assert _reason(bytes(data)) is Reason.UNPARSABLE


def test_an_empty_archive() -> None:
    """An archive without a file is empty."""
    assert _reason(_zip()) is Reason.EMPTY
    assert _reason(_zip(("folder/", b""))) is Reason.EMPTY
