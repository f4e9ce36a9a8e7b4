import os
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailroom.contracts.errors import MalformedRecord
from mailroom.contracts.reasons import Reason
from mailroom.extract import sniff

_MAIL = (
    b"From: a@example.org\r\nTo: b@example.org\r\nSubject: Hello\r\nMessage-ID: <1@example.org>\r\n\r\nHello"
)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"Dear Sir or Madam, the invoice is wrong.", "text/plain"),
        ("Größe und Straße".encode(), "text/plain"),
        ("Größe und Straße".encode("cp1252"), "text/plain"),
        ("Sehr geehrte Damen und Herren".encode("utf-16"), "text/plain"),
        ("Sehr geehrte Damen und Herren".encode("utf-16-be"), "text/plain"),
        (b"BMW \xfcberpr\xfcft: MZ, II*, GIF sind nur Buchstaben", "text/plain"),
        (b"<!DOCTYPE html><html><body>Hi</body></html>", "text/html"),
        (b"\n <!-- saved --> <HTML lang=de><p>Hi", "text/html"),
        (b"<p>A fragment</p>", "text/html"),
        (b'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"></html>', "text/html"),
        (b'<?xml version="1.0"?><Invoice><a>1</a></Invoice>', "application/xml"),
        (b"<Invoice><ID>1</ID></Invoice>", "application/xml"),
        (b"<see below> the amount is wrong", "text/plain"),
        (b'{"invoice": 1}', "application/json"),
        (b"[1, 2]", "application/json"),
        (b"[draft] the amount is wrong", "text/plain"),
        (_MAIL, "message/rfc822"),
        (b"From: Jane\nTo: John\nSubject: a typed memo\n\nPlease", "text/plain"),
        (b"%PDF-1.7\n%%EOF", "application/pdf"),
        (b"junk \xff\xfe\x00 before\n%PDF-1.7\n%%EOF", "application/pdf"),
        (b"We write %PDF-1.7 at the start of a file.", "text/plain"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "image/png"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF\0", "image/jpeg"),
        (b"II*\0\x08\0\0\0\0\0", "image/tiff"),
        (b"MM\0*\0\0\0\x08\0\0", "image/tiff"),
        (b"GIF89a\x01\0\x01\0\0\0\0", "image/gif"),
        (b"RIFF\x1a\0\0\0WEBPVP8L\r\0\0\0", "image/webp"),
        (b"BM\x9a\0\0\0\0\0\0\0\x8a\0\0\0", "image/bmp"),
        (b"PK\x03\x04\x14\0\0\0\x08\0", "application/zip"),
        (b"{\\rtf1\\ansi Hello}", "application/rtf"),
        (b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff", "application/x-msdownload"),
        (b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom", "video/mp4"),
        (b"\x1f\x8b\x08\0\0\0\0\0\0\x03", "application/gzip"),
    ],
)
def test_the_bytes_name_the_type(data: bytes, expected: str) -> None:
    """Every kind of document is recognised with nothing declared."""
    assert expected == sniff(data)


@pytest.mark.parametrize(
    ("data", "declared", "file_name", "expected"),
    [
        (b"name,amount\nx,1\n", "text/csv", None, "text/csv"),
        (b"name;amount\nx;1\n", None, "list.CSV", "text/csv"),
        (b"no table at all\n", "text/csv", None, "text/plain"),
        (b"# Title\n", "text/markdown; charset=utf-8", None, "text/markdown"),
        (b"Hello <b>world</b>", "text/html", None, "text/html"),
        (b"Hello world", "text/html", "x.html", "text/plain"),
        (b"From: a@b\nSubject: x\n\nHi", None, "x.eml", "message/rfc822"),
        (b"Hello world", "application/pdf", "x.pdf", "text/plain"),
        (b"%PDF-1.4\n%%EOF", "text/plain", "x.txt", "application/pdf"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "image/jpeg", "x.jpg", "image/png"),
    ],
)
def test_what_is_declared_only_decides_between_kinds_of_text(
    data: bytes, declared: str | None, file_name: str | None, expected: str
) -> None:
    """A declared type or a file name is believed where the bytes leave the choice, and nowhere else."""
    assert expected == sniff(data, declared=declared, file_name=file_name)


@pytest.mark.parametrize("data", [b"", b" \r\n\t"])
def test_nothing_is_empty(data: bytes) -> None:
    """No byte, or only white space, is refused as empty."""
    with pytest.raises(MalformedRecord) as refusal:
        sniff(data)

    assert refusal.value.reason is Reason.EMPTY


def test_random_bytes_are_of_unknown_type() -> None:
    """Bytes without any structure are refused."""
    data = struct.pack("<200I", *(index * 2654435761 % 2**32 for index in range(1, 201)))

    with pytest.raises(MalformedRecord) as refusal:
        sniff(data)

    assert refusal.value.reason is Reason.UNKNOWN_MEDIA_TYPE


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_have_a_type_or_a_reason(data: bytes) -> None:
    """Sniffing raises nothing but a refusal with its reason."""
    assert _type_or_reason(data).count("/") == 1


def _type_or_reason(data: bytes) -> str:
    try:
        return sniff(data)
    except MalformedRecord as refusal:
        return f"refused/{refusal.reason}"


def test_an_executable_is_recognised() -> None:
    """A program of this system is named as one."""
    with open(os.path.realpath("/bin/sh"), "rb") as program:  # noqa: PTH123
        assert sniff(program.read()) == "application/x-executable"
